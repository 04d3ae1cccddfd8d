"""Whether a step that was set going on its own is waited for after all, by what becomes of its handle."""

from __future__ import annotations

from tierlint.catalog.framework_tables import Detach
from tierlint.indexing import ARGUMENT, AWAITED, BOUND, LOADED, RETURNED
from tierlint.model import (
    Attribute,
    Call,
    CallId,
    CallResult,
    Collected,
    Entered,
    Expr,
    Name,
    Range,
    Sequence,
    Spread,
    Subscript,
)
from tierlint.program import Program
from tierlint.program.modules import Module

# Calls that take handles and wait for all of them, in asyncio, concurrent.futures and their like.
_TAKE_HANDLES = frozenset({"gather", "wait", "as_completed", "wait_for", "wrap_future", "shield", "join_all"})
_IN_PROCESS = frozenset({"await", "result", "join", "wait"})


def is_awaited(program: Program, call: CallId, detach: Detach) -> bool:
    """The function that set the step going waits for its handle, or gives the handle to its own caller."""
    module = program.modules[call.path]
    record = module.call(call.index)
    ways = set(detach.waited_by)
    in_process = bool(ways & _IN_PROCESS) and detach.how == "detached"
    if (record.awaited and "await" in ways) or _entered(module, record):
        return True
    handles, names = _handles(module, call.index)
    for number in handles:
        handle = module.call(number)
        if number != call.index and handle.name in ways:
            return True
        if "()" in ways and number != call.index and handle.callee == CallResult(call.index):
            return True
        if in_process and number != call.index and handle.awaited:
            return True
        # `return create_task(...)`: whoever called this has the handle now.
        if in_process and handle.use.how == "returned":
            return True
    if any(reads(module, record.function, way) for way in ways):
        return True
    if "await" in ways:
        for name in names:
            tail = name.rpartition(".")[2]
            if any(kind == AWAITED and index == record.function for kind, index in module.mentions(tail)):
                return True
    targets = _loop_targets(module, record.function, names)
    for number in module.calls_in(record.function):
        other = module.call(number)
        receiver = other.callee.path.rpartition(".")[0] if isinstance(other.callee, Name) else ""
        if other.name in ways and (receiver in names or receiver in targets):
            return True
        if "()" in ways and isinstance(other.callee, Name) and other.callee.path in names:
            return True
        takes = other.name in ways or (in_process and other.name in _TAKE_HANDLES)
        if takes and names & {n for a in other.arguments for n in _names(a)}:
            return True
    return False


def reads(module: Module, function: int, attribute: str) -> bool:
    """The function reads an attribute of this name: `job.result`, and no variable of its own that is called so."""
    if attribute in module.bindings(function, -1) or attribute in module.bindings(0, -1):
        return False
    if any(parameter.name == attribute for parameter in module.function(function).parameters):
        return False
    places = {LOADED: "", RETURNED: "", BOUND: "binding", ARGUMENT: "call"}
    for kind, index in module.mentions(attribute):
        if places.get(kind) == "call":
            index = module.call(index).function
        elif places.get(kind) == "binding":
            index = module.summary.bindings[index].function if index < len(module.summary.bindings) else -1
        if kind in places and index == function:
            return True
    return False


def _handles(module: Module, start: int) -> tuple[set[int], set[str]]:
    """The calls whose result is the handle or holds it (`chain(f.s()).apply_async()`), and the names it goes by."""
    record = module.call(start)
    numbers = {start}
    names: set[str] = set()
    outward = record
    while outward.use.how == "argument":
        number = outward.use.call
        outward = module.call(number)
        if outward.name in ("append", "add") and isinstance(outward.callee, Name):
            names.add(outward.callee.path.rpartition(".")[0])
            break
        numbers.add(number)
    grown = -1
    while grown != len(numbers) + len(names):
        grown = len(numbers) + len(names)
        for number in module.calls_in(record.function):
            other = module.call(number)
            base = other.callee.base if isinstance(other.callee, Attribute) else other.callee
            receiver = base.path.rpartition(".")[0] if isinstance(base, Name) else ""
            if (isinstance(base, CallResult) and base.call in numbers) or (receiver and receiver in names):
                numbers.add(number)
        for number in numbers:
            names.update(name.removesuffix("[]") for name in module.call(number).use.names)
    return numbers, names


def _entered(module: Module, record: Call) -> bool:
    """`with ThreadPoolExecutor() as pool: pool.submit(f)`: leaving the block waits."""
    if not isinstance(record.callee, Name) or "." not in record.callee.path:
        return False
    root = record.callee.path.rpartition(".")[0]
    return any(isinstance(b.value, Entered) for b in module.bindings(record.function, -1).get(root, ()))


def _loop_targets(module: Module, function: int, names: set[str]) -> set[str]:
    """`for future in as_completed(futures)`: the handles one by one."""
    found: set[str] = set()
    for loop in module.summary.loops:
        if loop.function == function and loop.iterable is not None:
            roots = set(_names(loop.iterable))
            if isinstance(loop.iterable, CallResult):
                for value in module.call(loop.iterable.call).arguments:
                    roots |= set(_names(value))
            if roots & names:
                found.update(loop.targets)
    return found


def _names(expr: Expr) -> list[str]:
    if isinstance(expr, Name):
        return [expr.path]
    if isinstance(expr, Spread):
        return _names(expr.iterable)
    if isinstance(expr, Sequence):
        return [name for item in expr.items for name in _names(item)]
    if isinstance(expr, Subscript) and isinstance(expr.key, Range):
        return _names(expr.base)
    return _names(expr.item) if isinstance(expr, Collected) else []
