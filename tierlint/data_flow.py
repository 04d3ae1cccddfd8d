"""Which names hold the answer of a call, and which names a call is made with, within a function."""

from __future__ import annotations

import sys
from collections.abc import Callable, Collection, Iterator

from tierlint.model import (
    Attribute,
    Binding,
    Call,
    CallId,
    CallResult,
    Element,
    Expr,
    FunctionId,
    Name,
    Spread,
    Subscript,
    Unknown,
)
from tierlint.program import Program
from tierlint.program.modules import Module
from tierlint.program.values import FunctionValue, ModuleValue, given_as, parts

# What gives the items of several collections, or of one and their numbers, together.
_PAIRS = (Name("enumerate"), Name("zip"))


def answers(
    program: Program,
    module: Module,
    record: Call,
    number: int,
    lines: range,
    without: Collection[Binding] = (),
    carried: Collection[str] | None = None,
) -> set[str]:
    """The names that hold the call's answer, or something made of it, in some lines of its function.

    carried: of the rounds of a loop, the names that take something over from one round to the next; any other has
    what the same round gave it further up.
    """
    inside = [
        (binding.target.removesuffix("[]"), binding.value, binding.line)
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
                inside += [(kept_by, value, other.line) for value in given]
    inside += filled(program, module, record, lines)
    found: dict[str, int] = {}
    for target, value, line in inside:
        if holds(value, number, module):
            found[target] = min(line, found.get(target, line))
    made_of = [(target, frozenset(names(value, module)), line) for target, value, line in inside] if found else []
    grows = bool(found)
    while grows:
        grows = False
        for target, used, line in made_of:
            reached = any(carried is None or n in carried or found[n] <= line for n in used & found.keys())
            if reached and line < found.get(target, sys.maxsize):
                found[target], grows = line, True
    return set(found)


def filled(program: Program, module: Module, record: Call, lines: range) -> list[tuple[str, Expr, int]]:
    """`note_down(notes, answer)`: what a function of the project is handed, and may put into what it is handed too."""
    found: list[tuple[str, Expr, int]] = []
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
                    values = (expr for key, expr in given.items() if expr is not None and key != name)
                    found += [(holder.path, expr, other.line) for expr in values]
    return found


def _is_module(program: Program, module: Module, name: str) -> bool:
    """`utils.save(answer)` keeps nothing in `utils`; an imported list that is appended to does."""
    for item in module.summary.imports:
        if item.name == name:
            known = program.resolver.global_name(module, name)
            return item.attribute is None or any(isinstance(value, ModuleValue) for value in known)
    return False


def _one_of(expr: Expr, module: Module) -> Expr:
    """Of `number, (row, answer)` in `enumerate(zip(rows, answers))`, what one of the names is an item of."""
    if not isinstance(expr, Element) or expr.index is None or not isinstance(expr.iterable, Element):
        return expr
    pairs = _one_of(expr.iterable, module)
    made = pairs.iterable if isinstance(pairs, Element) else None
    record = module.call(made.call) if isinstance(made, CallResult) else None
    if record is not None and record.arguments and isinstance(record.arguments[0], CallResult):
        inner = module.call(record.arguments[0].call)
        if inner.callee in _PAIRS and record.callee not in _PAIRS:
            record = inner  # `tqdm(zip(rows, answers))`
    if record is None or record.callee not in _PAIRS or any(isinstance(value, Spread) for value in record.arguments):
        return expr
    if record.callee == Name("zip"):
        return Element(record.arguments[expr.index]) if expr.index < len(record.arguments) else expr
    return Element(record.arguments[0]) if expr.index and record.arguments else Unknown()


def holds(expr: Expr, number: int, module: Module) -> bool:
    """The expression is, or is made of, what a call gives."""
    expr = _one_of(expr, module)
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
    """The names that a call's arguments depend on, through assignments in some lines of its function.

    How many items something has says nothing of what they are: `for number in range(len(answers))`.
    """

    def is_apart(expr: Expr) -> bool:
        counts = isinstance(expr, CallResult) and module.call(expr.call).callee == Name("len")
        return counts or (skipped is not None and skipped(expr))

    seen: set[tuple[str, range | None]] = set()
    given = (*record.arguments, *(expr for _, expr in record.keywords))
    waiting = [(name, record.line) for expr in given for name in names(expr, module, is_apart)]
    bindings = module.bindings(record.function, -1)
    while waiting:
        name, read_at = waiting.pop(0)
        own = _own_lines(module, record.function, name, read_at)
        if (name, own) in seen or len(seen) > 60:
            continue
        seen.add((name, own))
        yield name
        for target in (name, name + "[]"):
            for binding in bindings.get(target, ()):
                if binding.line in lines and binding not in without and (own is None or binding.line in own):
                    waiting += [(one, binding.line) for one in names(binding.value, module, is_apart)]


def _own_lines(module: Module, function: int, name: str, line: int) -> range | None:
    """The lines of the loop whose item a name is on some line: another loop's item may go by the same name."""
    own: range | None = None
    for loop in module.summary.loops:
        if loop.function == function and loop.line <= line <= loop.end and name in loop.targets:
            own = range(loop.line, loop.end + 1)
    return own


def idle(program: Program, call: CallId, callee: FunctionId, below: CallId) -> frozenset[int | str]:
    """The arguments of a call, by position and by keyword, that play no part in a request further down.

    below: the call in the function that leads to it. What the function only compares with, `if row["id"] in done`, or
    counts, decides whether a request is sent, and not what it asks. Only in a loop does that matter.
    """
    module, home = program.modules[call.path], program.modules[callee.path]
    record, function = module.call(call.index), home.function(callee.index)
    if record.loop < 0:
        return frozenset()
    sent = home.call(below.index) if below.path == callee.path else None
    if sent is None or sent.function != callee.index or record.name != function.name:
        return frozenset()
    if any(isinstance(value, Spread) for value in record.arguments) or any(name is None for name, _ in record.keywords):
        return frozenset()
    lines = range(function.line, sys.maxsize)
    used = {*inputs(home, sent, lines), *names(sent.callee, home)}
    # What is kept on an object, or handed to what gives nothing back, may come round another way.
    kept = [b.value for t, found in home.bindings(callee.index, -1).items() if "." in t for b in found]
    for number in home.calls_in(callee.index):
        other = home.call(number)
        if other.use.how == "discarded" and number != below.index:
            kept += (*other.arguments, *(value for _, value in other.keywords), other.callee)
        elif isinstance(other.callee, Name) and "." not in other.callee.path:
            used.add(other.callee.path)  # `recall()`, where the function is handed over
    waiting = [name for expr in kept for name in names(expr, home)]
    while waiting:
        name = waiting.pop()
        if name not in used:
            used.add(name)
            bound = (b for target in (name, name + "[]") for b in home.bindings(callee.index, -1).get(target, ()))
            waiting += [one for binding in bound for one in names(binding.value, home)]
    own = home.own_name(callee.index)
    idle: set[int | str] = set()
    for number, parameter in enumerate(function.parameters):
        if parameter.kind in ("positional", "keyword") and parameter.name not in used and parameter.name != own:
            idle |= {parameter.name, number - (own is not None)}
    return frozenset(idle)


def names(expr: Expr, module: Module, skipped: Callable[[Expr], bool] | None = None) -> list[str]:
    """The names an expression reads, with the attribute for `self.x`; skipped: parts that do not count."""
    if skipped is not None and skipped(expr):
        return []
    expr = _one_of(expr, module)
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
