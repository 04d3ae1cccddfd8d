"""What a function keeps of an answer and reads again for its next request: a conversation, wherever it is stored."""

from __future__ import annotations

from msgspec import Struct

from tierlint.loops import answers, inputs
from tierlint.model import Call, CallId, Expr, FunctionId, Name
from tierlint.program import Program
from tierlint.program.modules import Module
from tierlint.program.values import given_as


class Kept(Struct, frozen=True):
    """Where an answer is kept, seen from a function: on its `object`, in a `parameter`, or `global`."""

    where: str
    name: str


def kept_by(program: Program, call: CallId) -> Kept | None:
    """What one run of a function leaves for the request of its next run."""
    module = program.modules[call.path]
    record = module.call(call.index)
    if record.function == 0:
        return None
    since = module.function(record.function).line
    held = answers(module, record, call.index, since)
    for name in inputs(module, record, since):
        if name in held:
            found = _seen_from(module, record.function, name)
            if found is not None:
                return found
    return None


def handed_down(program: Program, kept: Kept, call: CallId, callee: FunctionId) -> tuple[bool, Kept | None]:
    """Seen from the caller: whether each round of the loop around its call finds what the last one left, and where."""
    module = program.modules[call.path]
    record = module.call(call.index)
    if kept.where == "global":
        return record.loop >= 0, kept
    expr = _holder(program, kept, record, callee)
    if not isinstance(expr, Name):
        return False, None
    root = expr.path.partition(".")[0]
    bindings = module.bindings(record.function, -1).get(root, [])
    begins = module.summary.loops[record.loop].line if record.loop >= 0 else 0
    made_anew = any(binding.line >= begins for binding in bindings)
    return record.loop >= 0 and not made_anew, _seen_from(module, record.function, expr.path)


def _holder(program: Program, kept: Kept, record: Call, callee: FunctionId) -> Expr | None:
    """The caller's word for the object or argument that holds what is kept."""
    if kept.where == "object":
        path = record.callee.path if isinstance(record.callee, Name) else ""
        return Name(path.rpartition(".")[0]) if "." in path else None
    function = program.modules[callee.path].function(callee.index)
    places = [parameter.name for parameter in function.parameters]
    return given_as(record, kept.name, places.index(kept.name) - (function.owner >= 0))


def _seen_from(module: Module, function: int, name: str) -> Kept | None:
    """Where a name lives that a function uses; None: it ends with the function."""
    root = name.partition(".")[0]
    parameters = [parameter.name for parameter in module.function(function).parameters]
    if root in parameters:
        is_own = module.function(function).owner >= 0 and parameters[0] == root
        return Kept("object", name) if is_own else Kept("parameter", root)
    if module.bindings(function, -1).get(root):
        return None
    return Kept("global", root) if module.bindings(0, -1).get(root) or module.bindings(0, -1).get(root + "[]") else None
