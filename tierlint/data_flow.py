"""Which names hold the answer of a call, and which names a call is made with, within a function."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator

from tierlint.model import (
    Attribute,
    Binding,
    Call,
    CallId,
    CallResult,
    Expr,
    Name,
    Subscript,
    Unknown,
)
from tierlint.program import Program
from tierlint.program.modules import Module
from tierlint.program.values import FunctionValue, ModuleValue, given_as, parts


def answers(
    program: Program, module: Module, record: Call, number: int, lines: range, without: Collection[Binding] = ()
) -> set[str]:
    """The names that hold the call's answer, or something made of it, in some lines of its function."""
    inside = [
        (binding.target.removesuffix("[]"), binding.value)
        for bindings in module.bindings(record.function, -1).values()
        for binding in bindings
        if binding.line in lines and binding not in without
    ]
    for index in module.calls_in(record.function):
        other = module.call(index)
        if other.use.how == "discarded" and other.line in lines and isinstance(other.callee, Name):
            kept_by = other.callee.path.rpartition(".")[0]
            given = (*other.arguments, *(value for _, value in other.keywords))
            if kept_by not in ("", "self", "cls") and not _is_module(program, module, kept_by.partition(".")[0]):
                inside += [(kept_by, value) for value in given]
    inside += filled(program, module, record, lines)
    found = {target for target, value in inside if holds(value, number, module)}
    made_of = [(target, frozenset(names(value, module))) for target, value in inside] if found else []
    grown = -1
    while grown != len(found):
        grown = len(found)
        found.update(target for target, used in made_of if not found.isdisjoint(used))
    return found


def filled(program: Program, module: Module, record: Call, lines: range) -> list[tuple[str, Expr]]:
    """`note_down(notes, answer)`: what a function of the project is handed, and may put into what it is handed too."""
    found: list[tuple[str, Expr]] = []
    for index in module.calls_in(record.function):
        other = module.call(index)
        if other.use.how != "discarded" or other.line not in lines or len(other.arguments) + len(other.keywords) < 2:
            continue
        for value in program.callees(CallId(module.path, index)):
            if not isinstance(value, FunctionValue):
                continue
            inner = program.modules[value.path]
            defined = inner.function(value.index)
            skip = defined.owner >= 0 and isinstance(other.callee, Name) and "." in other.callee.path
            stores = {
                target.partition(".")[0].removesuffix("[]")
                for target in inner.bindings(value.index, -1)
                if target.endswith("[]") or "." in target
            }
            given = {p.name: given_as(other, p.name, n - skip) for n, p in enumerate(defined.parameters)}
            for name in stores & given.keys():
                holder = given[name]
                if isinstance(holder, Name):
                    found += [(holder.path, expr) for key, expr in given.items() if expr is not None and key != name]
    return found


def _is_module(program: Program, module: Module, name: str) -> bool:
    """`utils.save(answer)` keeps nothing in `utils`; an imported list that is appended to does."""
    for item in module.summary.imports:
        if item.name == name:
            known = program.resolver.global_name(module, name)
            return item.attribute is None or any(isinstance(value, ModuleValue) for value in known)
    return False


def holds(expr: Expr, number: int, module: Module) -> bool:
    """The expression is, or is made of, what a call gives."""
    if isinstance(expr, CallResult):
        if expr.call == number:
            return True
        record = module.call(expr.call)
        given = [*record.arguments, *(value for _, value in record.keywords), record.callee]
        return any(holds(part, number, module) for part in given)
    return any(holds(part, number, module) for part in parts(expr))


def inputs(
    module: Module,
    record: Call,
    lines: range,
    without: Collection[Binding] = (),
    skipped: Callable[[Expr], bool] | None = None,
) -> Iterator[str]:
    """The names that a call's arguments depend on, through assignments in some lines of its function."""
    seen: set[str] = set()
    waiting = [name for expr in record.arguments for name in names(expr, module, skipped)]
    waiting += [name for _, expr in record.keywords for name in names(expr, module, skipped)]
    bindings = module.bindings(record.function, -1)
    while waiting:
        name = waiting.pop(0)
        if name in seen or len(seen) > 60:
            continue
        seen.add(name)
        yield name
        for target in (name, name + "[]"):
            for binding in bindings.get(target, ()):
                if binding.line in lines and binding not in without:
                    waiting += names(binding.value, module, skipped)


def names(expr: Expr, module: Module, skipped: Callable[[Expr], bool] | None = None) -> list[str]:
    """The names an expression reads, with the attribute for `self.x`; skipped: parts that do not count."""
    if skipped is not None and skipped(expr):
        return []
    if isinstance(expr, Name):
        root, *rest = expr.path.split(".")
        return [root, f"{root}.{rest[0]}"] if rest else [root]
    if isinstance(expr, CallResult):
        record = module.call(expr.call)
        found = [name for value in record.arguments for name in names(value, module, skipped)]
        found += [name for _, value in record.keywords for name in names(value, module, skipped)]
        if isinstance(record.callee, Name) and "." in record.callee.path:
            found += names(Name(record.callee.path.rpartition(".")[0]), module)
        elif isinstance(record.callee, Attribute):
            found += names(record.callee.base, module, skipped)
        return found
    if isinstance(expr, Unknown):
        return list(expr.names)
    read = (*parts(expr), expr.key) if isinstance(expr, Subscript) else parts(expr)
    return [name for part in read for name in names(part, module, skipped)]
