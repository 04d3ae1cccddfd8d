"""What a function keeps of an answer and reads again for its next request: a conversation, wherever it is stored."""

from __future__ import annotations

import sys

from msgspec import Struct

from tierlint.data_flow import answers, holds, inputs
from tierlint.model import Call, CallId, Expr, FunctionId, Name
from tierlint.program import Program
from tierlint.program.modules import Module
from tierlint.program.values import FunctionValue
from tierlint.waiting import reads

# How far down the methods that one method calls are looked through.
METHODS_DEEP = 2


class Kept(Struct, frozen=True):
    """Where an answer is kept, seen from a function: on its `object`, in a `parameter`, or `global`."""

    where: str
    name: str


# Of each call that was looked at: the names that hold its answer, and those that it is made with.
Looked = dict[CallId, tuple[frozenset[str], tuple[str, ...]]]


def kept_by(program: Program, call: CallId, known: Looked, below: tuple[CallId, ...] = ()) -> Kept | None:
    """What one run of a function leaves for the request of its next run.

    known: what was found out before, and is added to. below: the calls further down to the one that sends the request,
    where this call is not it.
    """
    module = program.modules[call.path]
    record = module.call(call.index)
    if record.function == 0:
        return None
    if call not in known:
        lines = range(module.function(record.function).line, sys.maxsize)
        found_in = frozenset(answers(program, module, record, call.index, lines))
        known[call] = found_in, tuple(inputs(module, record, lines))
    held, made_with = known[call]
    for name in made_with:
        if name in held:
            found = _seen_from(module, record.function, name)
            if found is not None:
                return found
    own = module.own_name(record.function)
    for name in sorted(held) if own is not None else ():
        if name.startswith(f"{own}.") and _asked_with(program, call, below, name.split(".")[1]):
            return Kept("object", name)
    return None


def _asked_with(program: Program, call: CallId, below: tuple[CallId, ...], attribute: str) -> bool:
    """Whether a method that is called on the same object, or one further down, hands on what is kept there."""
    for step in below:
        above = program.modules[call.path]
        if not _is_on_itself(above, above.call(call.index)):
            return False
        module = program.modules[step.path]
        record = module.call(step.index)
        own = module.own_name(record.function)
        lines = range(module.function(record.function).line, sys.maxsize)
        read = set(inputs(module, record, lines))
        if f"{own}.{attribute}" in read:
            return True
        given = (*record.arguments, *(value for _, value in record.keywords))
        for number in module.calls_in(record.function):
            other = module.call(number)
            goes_in = not read.isdisjoint(other.use.names) or any(holds(value, number, module) for value in given)
            made = CallId(step.path, number)
            if goes_in and _is_on_itself(module, other) and _reads_own(program, made, attribute, METHODS_DEEP):
                return True
        call = step
    return False


def _is_on_itself(module: Module, record: Call) -> bool:
    return record.callee == Name(f"{module.own_name(record.function)}.{record.name}")


def _reads_own(program: Program, call: CallId, attribute: str, depth: int) -> bool:
    """`self.notes`, read in a method that is called on `self`, or in one that this calls in turn."""
    for value in program.callees(call):
        if isinstance(value, FunctionValue):
            module = program.modules[value.path]
            if reads(module, value.index, attribute):
                return True
            own_calls = (n for n in module.calls_in(value.index) if _is_on_itself(module, module.call(n)))
            if depth and any(_reads_own(program, CallId(value.path, n), attribute, depth - 1) for n in own_calls):
                return True
    return False


def handed_down(program: Program, kept: Kept, call: CallId, callee: FunctionId) -> tuple[bool, Kept | None]:
    """Seen from the caller: whether each round of the loop around its call finds what the last one left, and where."""
    module = program.modules[call.path]
    record = module.call(call.index)
    if kept.where == "global":
        return record.loop >= 0, kept
    expr = _holder(program, kept, call, callee)
    if not isinstance(expr, Name):
        return False, None
    root = expr.path.partition(".")[0]
    bindings = module.bindings(record.function, -1).get(root, [])
    begins = module.summary.loops[record.loop].line if record.loop >= 0 else 0
    made_anew = any(binding.line >= begins for binding in bindings)
    return record.loop >= 0 and not made_anew, _seen_from(module, record.function, expr.path)


def _holder(program: Program, kept: Kept, call: CallId, callee: FunctionId) -> Expr | None:
    """The caller's word for the object or argument that holds what is kept."""
    record = program.modules[call.path].call(call.index)
    home = program.modules[callee.path]
    function = home.function(callee.index)
    runs, given = record.callee, record.arguments
    named = {key: value for key, value in record.keywords if key is not None}
    if record.name != function.name:
        # `pool.submit(f, row)`: what goes with a function that is handed over is its own.
        for place, expr, beside, keys in program.resolver.mentions.handed_with(function.name):
            if place == call:
                runs, given, named = expr, beside, keys
    if kept.where == "object":
        path = runs.path if isinstance(runs, Name) else ""
        return Name(path.rpartition(".")[0]) if "." in path else None
    places = [parameter.name for parameter in function.parameters]
    if kept.name not in places:
        return None  # another function is run in its place
    number = places.index(kept.name) - (home.own_name(callee.index) is not None)
    return named.get(kept.name) or (given[number] if 0 <= number < len(given) else None)


def _seen_from(module: Module, function: int, name: str) -> Kept | None:
    """Where a name lives that a function uses; None: it ends with the function."""
    root = name.partition(".")[0]
    if root in (parameter.name for parameter in module.function(function).parameters):
        return Kept("object", name) if module.own_name(function) == root else Kept("parameter", root)
    if module.bindings(function, -1).get(root):
        return None
    return Kept("global", root) if module.bindings(0, -1).get(root) or module.bindings(0, -1).get(root + "[]") else None
