"""Which tier a request is sent with on each way to it, where its callers hand the tier down."""

from __future__ import annotations

from typing import Final

from tierlint.api_calls.arguments import TIER, is_unset
from tierlint.model import (
    ApiCall,
    Call,
    CallEdge,
    CallId,
    Constant,
    Dictionary,
    Either,
    Expr,
    Function,
    FunctionId,
    Name,
    Parameter,
    Spread,
    Trace,
)
from tierlint.program import Program, Scope
from tierlint.program.modules import Module
from tierlint.program.values import ConstantValue, External, FunctionValue, given_as

# These run a function that they are handed, and never look at its parameters.
RUNNERS: Final = (
    "builtins.",
    "asyncio.",
    "concurrent.futures.",
    "threading.",
    "starlette.concurrency.",
    "anyio.to_thread.",
)
UNKNOWN: Final = "<expr>"
_NOTHING: Final = Constant(None)


def tier_on(program: Program, call: ApiCall, trace: Trace) -> str | None:
    """The tier that a request is sent with on one way to it; None: it is sent with none."""
    if call.tier != UNKNOWN:
        return call.tier
    expr = tier_expression(program.modules[call.call.path].call(call.call.index))
    return UNKNOWN if expr is None else _passed(program, expr, call.function, trace.hops)


def tier_parameter(program: Program, call: ApiCall) -> tuple[FunctionId, Parameter] | None:
    """The parameter whose value is the request's tier, and the function that has it."""
    expr = tier_expression(program.modules[call.call.path].call(call.call.index))
    if isinstance(expr, Either):
        expr = expr.options[0]
    return parameter_named(program, expr.path, call.function) if isinstance(expr, Name) else None


def tier_expression(record: Call) -> Expr | None:
    """What stands for the tier in a request: `service_tier=x`, or `**({"service_tier": x} if x else {})`."""
    for keyword, expr in record.keywords:
        if keyword == TIER:
            return expr
    for keyword, expr in record.keywords:
        if keyword is None and isinstance(expr, Either):
            options = tuple(_entry(option) for option in expr.options)
            if any(option is not None and option != _NOTHING for option in options):
                return Either(tuple(option or _NOTHING for option in options), expr.told)
    return None


def _entry(expr: Expr) -> Expr | None:
    if not isinstance(expr, Dictionary):
        return None
    items = zip(expr.keys, expr.values, strict=True)
    return next((value for key, value in items if key == Constant(TIER)), _NOTHING)


def _passed(program: Program, expr: Expr, function: FunctionId, hops: tuple[CallEdge, ...]) -> str | None:
    """What an expression in a function is, seen from the way that led there."""
    if isinstance(expr, Constant):
        return expr.value if expr.value is None or isinstance(expr.value, str) else UNKNOWN
    if isinstance(expr, Either):
        found = [_passed(program, option, function, hops) for option in expr.options]
        if expr.told:
            return found[0] if len(set(found)) == 1 else UNKNOWN
        return next((tier for tier in found if tier), None)
    if not isinstance(expr, Name):
        return UNKNOWN
    known = parameter_named(program, expr.path, function)
    if known is None:
        values = program.resolver.values(expr, Scope(function.path, function.index))
        if len(values) == 1 and isinstance(values[0], ConstantValue):
            return str(values[0].value) if values[0].value is not None else None
        return None if is_unset(values) else UNKNOWN
    owner, parameter = known
    # What an inner function sees was handed to the one around it, whoever runs the inner one.
    while owner != function and hops and hops[-1].callee != owner:
        hops = hops[:-1]
    return _handed(program, owner, parameter, hops)


def _handed(program: Program, owner: FunctionId, parameter: Parameter, hops: tuple[CallEdge, ...]) -> str | None:
    """What the last step into a function hands to one of its parameters."""
    module = program.modules[owner.path]
    if not hops or hops[-1].callee != owner or hops[-1].by.index < 0:
        return UNKNOWN
    hop = hops[-1]
    record = program.modules[hop.by.path].call(hop.by.index)
    begin = _first_of_its_own(program, hop.by, owner)
    if begin is None:
        return UNKNOWN
    place = _place(module.function(owner.index), parameter)
    given = given_as(record, parameter.name, None if place is None else begin + place)
    if given is not None:
        return _passed(program, given, FunctionId(hop.by.path, record.function), hops[:-1])
    is_open = any(keyword is None for keyword, _ in record.keywords) or any(
        isinstance(value, Spread) for value in record.arguments
    )
    if is_open or parameter.default is None:
        return UNKNOWN
    outside = FunctionId(owner.path, max(module.function(owner.index).parent, 0))
    return _passed(program, parameter.default, outside, ())


def _first_of_its_own(program: Program, call: CallId, function: FunctionId) -> int | None:
    """Where in a call the arguments of a function begin: at once, or behind the function: `to_thread(function, x)`."""
    target = FunctionValue(function.path, function.index)
    callees = program.callees(call)
    if target in callees:
        return 0
    if not callees or not all(isinstance(value, External) and value.name.startswith(RUNNERS) for value in callees):
        return None
    record = program.modules[call.path].call(call.index)
    scope = Scope(call.path, record.function, record.owner)
    handed = (n for n, expr in enumerate(record.arguments) if target in program.resolver.values(expr, scope))
    return next((number + 1 for number in handed), None)


def _place(defined: Function, parameter: Parameter) -> int | None:
    if parameter.kind != "positional":
        return None
    is_static = any(isinstance(one, Name) and one.path == "staticmethod" for one in defined.decorators)
    return defined.parameters.index(parameter) - (defined.owner >= 0 and not is_static)


def parameter_named(program: Program, name: str, function: FunctionId) -> tuple[FunctionId, Parameter] | None:
    """The parameter that a name stands for in a function, and whose it is: its own, or one of those around it."""
    module = program.modules[function.path]
    for owner in lexical_chain(module, function):
        if name in module.names(owner.index):
            if module.bindings(owner.index, -1).get(name):
                return None
            own = (one for one in module.function(owner.index).parameters if one.name == name)
            parameter = next(own, None)
            return (owner, parameter) if parameter is not None else None
    return None


def lexical_chain(module: Module, function: FunctionId) -> list[FunctionId]:
    """A function and those around it, innermost first, without the file's own body."""
    found: list[FunctionId] = []
    index = function.index
    while index > 0:
        found.append(FunctionId(function.path, index))
        index = module.function(index).parent
    return found
