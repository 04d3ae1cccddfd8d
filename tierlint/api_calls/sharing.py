"""Whether every use of an object is a known request: only then does a tier at its construction reach no other."""

from __future__ import annotations

from collections.abc import Collection

from tierlint.api_calls.candidates import received_as
from tierlint.api_calls.known import Known
from tierlint.indexing import ARGUMENT, BOUND, CALLEE, RECEIVER, RETURNED
from tierlint.model import Attribute, CallId, CallResult, Constant, Expr, FunctionId, Name
from tierlint.program import Program, Scope
from tierlint.program.modules import Module
from tierlint.program.values import (
    ClassValue,
    CollectionValue,
    ContainerValue,
    External,
    FunctionValue,
    ModuleValue,
    Value,
    receiver_of,
)

_MOST_STEPS = 200
_DEEPEST = 3
# Putting an object into a pipe makes another object, of which it is a part.
_JOINS = frozenset({"__or__", "__rshift__"})


def is_only_used_by(program: Program, known: Known, made: CallId, requests: Collection[CallId]) -> bool:
    """Whether the object that a call builds is used by these requests, and by nothing that is not known.

    `known` says which calls make something of an object (`llm.bind(...)`, `LLMChain(llm=llm)`) instead of using it.
    """
    if _is_looked_up(program, made.path):
        return False
    steps = 0
    seen: set[object] = set()
    objects = {made}
    waiting: list[object] = [made]
    while waiting:
        step = waiting.pop()
        steps += 1
        if step in seen:
            continue
        seen.add(step)
        if isinstance(step, CallId):
            objects.add(step)
        onward = _uses(program, known, objects, step, requests) if steps <= _MOST_STEPS else None
        if onward is None:
            return False
        waiting += onward
    return True


def _is_looked_up(program: Program, path: str) -> bool:
    """Whether something of a file is asked for by a name that only a run knows: `getattr(models, name)`."""
    for call, record in program.resolver.calls_named("getattr"):
        if len(record.arguments) > 1 and not isinstance(record.arguments[1], Constant):
            scope = Scope(call.path, record.function, record.owner)
            if ModuleValue(path) in program.resolver.values(record.arguments[0], scope):
                return True
    return False


# What an object is known by: the call that gives it, or a name in the program.
_Step = object


def _uses(
    program: Program, known: Known, objects: Collection[CallId], step: _Step, requests: Collection[CallId]
) -> list[_Step] | None:
    """What else the object goes by from here; None: it gets out of sight."""
    if isinstance(step, CallId):
        return _of_result(program, step, requests)
    found: list[_Step] = []
    for module, alias in program.resolver.mentioning(str(step)):
        for kind, index in module.mentions(alias):
            more = _of_mention(program, known, objects, module, kind, index, requests)
            if more is None:
                return None
            found += more
    return found


def _of_result(program: Program, call: CallId, requests: Collection[CallId]) -> list[_Step] | None:
    module = program.modules[call.path]
    record = module.call(call.index)
    at_once = [
        CallId(call.path, index)
        for index in module.calls_in(record.function)
        if _stands_on(module.call(index).callee, call.index)
    ]
    if at_once:
        # What becomes of `llm.bind(...).invoke(x)` is said of both calls.
        return [other for other in at_once if other not in requests]
    use = record.use
    if use.how in ("assigned", "entered") and use.names:
        return [name.removesuffix("[]").rpartition(".")[2] for name in use.names]
    if use.how == "argument":
        outer = CallId(call.path, use.call)
        return [] if outer in requests else _handed(program, outer, CallResult(call.index))
    if use.how == "returned":
        return _returned(program, FunctionId(call.path, record.function))
    return None


def _of_mention(
    program: Program,
    known: Known,
    objects: Collection[CallId],
    module: Module,
    kind: int,
    index: int,
    requests: Collection[CallId],
) -> list[_Step] | None:
    resolver = program.resolver
    if kind == BOUND and index < len(module.summary.bindings):
        binding = module.summary.bindings[index]
        if not _is_it(program, resolver.bound(binding, module), objects):
            return []
        return [binding.target.removesuffix("[]").rpartition(".")[2]]
    if kind == RETURNED:
        return (
            _returned(program, FunctionId(module.path, index))
            if _is_it(program, resolver.returns(module.path, index), objects)
            else []
        )
    if kind not in (CALLEE, RECEIVER, ARGUMENT):
        return None
    call = CallId(module.path, index)
    if call in requests:
        return []
    record = module.call(index)
    scope = Scope(module.path, record.function, record.owner)
    if kind == ARGUMENT:
        steps: list[_Step] = []
        for expr in (*record.arguments, *(value for _, value in record.keywords)):
            if isinstance(expr, (Name, Attribute)) and _is_it(program, resolver.values(expr, scope), objects):
                more = _handed(program, call, expr, known)
                if more is None:
                    return None
                steps += more
        return steps
    if not _is_it(program, resolver.values(receiver_of(record.callee) or record.callee, scope), objects):
        return []
    gives_it_back = any(isinstance(v, External) and v.made in objects for v in resolver.call_result(call))
    return [call] if gives_it_back else None


def _handed(program: Program, call: CallId, expr: Expr, known: Known | None = None) -> list[_Step] | None:
    """An object handed to something: a pipe, a chain, a function of the project."""
    module = program.modules[call.path]
    record = module.call(call.index)
    if record.name in _JOINS:
        return [call]
    found: list[_Step] = []
    for callee in program.callees(call):
        if isinstance(callee, (FunctionValue, ClassValue)):
            found += received_as(program, call, expr)
        elif isinstance(callee, External) and (known is None or callee.name in known.clients):
            found.append(call)
        else:
            return None
    return found or None


def _returned(program: Program, function: FunctionId) -> list[_Step] | None:
    calls: list[_Step] = []
    for usage in program.usages(function):
        if usage.how != "called" or usage.call is None:
            return None
        calls.append(usage.call)
    return calls


def _stands_on(callee: Expr, index: int) -> bool:
    base = callee.base if isinstance(callee, Attribute) else callee
    return isinstance(base, CallResult) and base.call == index


def _is_it(program: Program, values: tuple[Value, ...], objects: Collection[CallId], depth: int = 0) -> bool:
    """Whether a value can be one of the objects, or a list or dict that holds one."""
    if not values or depth > _DEEPEST:
        return True
    for value in values:
        if isinstance(value, External) and value.made in objects:
            return True
        inner: tuple[Value, ...] | None = None
        if isinstance(value, ContainerValue):
            inner = program.resolver.items_of(value, None, value.scope)
        elif isinstance(value, CollectionValue):
            inner = value.items
        if inner and _is_it(program, inner, objects, depth + 1):
            return True
    return False
