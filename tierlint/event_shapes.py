"""What a function does with the event that it is handed: what it reads of it, and what it gives back."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from tierlint.model import Constant, Dictionary, Expr, FunctionId, Name, Subscript
from tierlint.program import Program
from tierlint.program.modules import Module
from tierlint.program.values import ContainerValue, parts

# An event, and what runs the function: `def handler(event, context)`.
_PARAMETERS = 2


def handles(program: Program, function: FunctionId, reads: Collection[str], answers: Collection[str]) -> bool:
    """The function takes an event and a context, reads one of these items of the event, and gives back a dict with
    one of these keys (with any or none, where none are asked for)."""
    module = program.modules[function.path]
    handed = module.function(function.index).parameters
    if len(handed) != _PARAMETERS or not any(key in reads for key in _read(module, function.index, handed[0].name)):
        return False
    given_back = program.resolver.returns(function.path, function.index) if answers else ()
    return not answers or any(
        isinstance(key, Constant) and key.value in answers
        for value in given_back
        if isinstance(value, ContainerValue) and isinstance(value.expr, Dictionary)
        for key in value.expr.keys
    )


def _read(module: Module, function: int, event: str) -> Iterator[str]:
    """The items of an event that a function asks for: `event["body"]`, `event.get("body")`."""
    waiting: list[Expr] = [*module.function(function).returns]
    for number in module.calls_in(function):
        record = module.call(number)
        waiting += [record.callee, *record.arguments, *(value for _, value in record.keywords)]
        if record.callee == Name(f"{event}.get") and record.arguments:
            waiting.append(Subscript(Name(event), record.arguments[0]))
    waiting += [b.value for bindings in module.bindings(function, -1).values() for b in bindings]
    waiting += [loop.iterable for loop in module.summary.loops if loop.function == function and loop.iterable]
    while waiting:
        expr = waiting.pop()
        if isinstance(expr, Subscript) and expr.base == Name(event) and isinstance(expr.key, Constant):
            yield str(expr.key.value)
        waiting += parts(expr)
