"""What a parameter can be: what its annotation promises, its default, and what the calls of its function hand to it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from tierlint.indexing import DECORATES
from tierlint.model import Call, Expr, Name, Parameter, Spread
from tierlint.program import other_names
from tierlint.program.modules import Module, is_static
from tierlint.program.values import ClassValue, External, FunctionValue, InstanceValue, Scope, Value, Values, given_as

if TYPE_CHECKING:
    from tierlint.program.resolver import Resolver

# How many functions in a row may hand on all that they were handed.
_MOST_PASSED = 3


def parameter(resolver: Resolver, module: Module, function: int, parameter: Parameter, place: int) -> Iterator[Value]:
    """What a function can be handed for a parameter."""
    defined = module.function(function)
    scope = Scope(module.path, defined.parent, defined.owner)
    is_method = defined.owner >= 0 and not is_static(defined)
    if is_method and place == 0 and parameter.kind == "positional":
        if _is_class_method(defined.decorators, defined.name):
            yield ClassValue(module.path, defined.owner)
        else:
            yield InstanceValue(module.path, defined.owner)
        return
    if parameter.kind in ("variadic", "keywords"):
        return
    if parameter.annotation is not None:
        yield from resolver.annotated(parameter.annotation, scope)
    if parameter.default is not None:
        yield from resolver.values(parameter.default, scope)
    yield from handed(resolver, module, function, parameter, place - is_method)


def handed(resolver: Resolver, module: Module, function: int, parameter: Parameter, place: int) -> Iterator[Value]:
    """What the calls of a function can hand to a parameter."""
    for expr, scope in given(resolver, module, function, parameter, place):
        yield from resolver.values(expr, scope)
    if place == 0 and parameter.kind == "positional":
        yield from decorated_by(resolver, module, function)


def given(
    resolver: Resolver, module: Module, function: int, parameter: Parameter, place: int, passed: int = 0
) -> Iterator[tuple[Expr, Scope]]:
    """What the calls of a function hand to a parameter, as it stands there; place: without the object of a method.

    passed: how many functions have handed on all that they were handed.
    """
    defined = module.function(function)
    names = {defined.name}
    known_as = [defined.name]
    target: Value = FunctionValue(module.path, function)
    wanted: set[Value] = {target}
    if defined.owner >= 0 and defined.name in ("__init__", "__call__", "__new__"):
        key = (module.path, defined.owner)
        for other in (key, *resolver.subclasses(key)):
            names.add(resolver.modules[other[0]].class_(other[1]).name)
            wanted.add(ClassValue(*other))
        if defined.name != "__call__":
            known_as = sorted(names - {defined.name})
        names.add("cls")  # `return cls(client)` in a class method
    keyword = parameter.name if parameter.kind != "variadic" else None
    position = place if parameter.kind == "positional" else None
    sites = [site for name in sorted(names) for site in resolver.mentions.calls(name)]
    for site, call in (*sites, *other_names.calls(resolver, module, function, known_as)):
        expr = given_as(call, keyword, position)
        is_named = expr is None and call.name in names
        whole = _all_handed_on(resolver.modules[site.path], call, keyword, position) if is_named else None
        if (expr is None and whole is None) or (resolver.modules[site.path].is_test and not module.is_test):
            continue  # what tests hand in stands for something else
        if resolver.answers.is_spent():
            break
        scope = Scope(site.path, call.function, call.owner)
        if not any(value in wanted for value in resolver.values(call.callee, scope)):
            continue
        if expr is not None:
            yield expr, scope
        elif whole is not None and passed < _MOST_PASSED:
            yield from given(resolver, resolver.modules[site.path], call.function, *whole, passed + 1)
    for name in sorted(names):
        yield from handed_on(resolver, module, name, wanted, keyword, position)


def _all_handed_on(
    module: Module, call: Call, keyword: str | None, position: int | None
) -> tuple[Parameter, int] | None:
    """`send(*args, **kwargs)`: what the function around the call would have to be handed, and as which argument."""
    if not any(isinstance(value, Spread) for value in call.arguments) and not any(k is None for k, _ in call.keywords):
        return None
    defined = module.function(call.function)
    kinds = {parameter.kind: place for place, parameter in enumerate(defined.parameters)}
    if position is not None and "variadic" in kinds:
        rest = Spread(Name(defined.parameters[kinds["variadic"]].name))
        before = call.arguments.index(rest) if rest in call.arguments else position + 1
        if before <= position:
            own = defined.owner >= 0 and not is_static(defined)
            return Parameter(keyword or "", "positional", None, None), kinds["variadic"] - own + position - before
    if keyword is not None and "keywords" in kinds:
        rest_named = (None, Name(defined.parameters[kinds["keywords"]].name))
        if rest_named in call.keywords:
            return Parameter(keyword, "keyword", None, None), 0
    return None


def handed_on(
    resolver: Resolver, module: Module, name: str, wanted: set[Value], keyword: str | None, position: int | None
) -> Iterator[tuple[Expr, Scope]]:
    """`partial(f, client)`, `add_task(f, client)`, `Thread(target=f, args=(client,))`: what goes with it."""
    for call, function, beside, keys in resolver.mentions.handed_with(name):
        expr = keys.get(keyword or "")
        if expr is None and position is not None and position < len(beside):
            expr = beside[position]
        if expr is None or (resolver.modules[call.path].is_test and not module.is_test):
            continue
        record = resolver.modules[call.path].call(call.index)
        scope = Scope(call.path, record.function, record.owner)
        if wanted.isdisjoint(resolver.values(function, scope)):
            continue
        if any(_hands_on(resolver, value) for value in resolver.values(record.callee, scope)):
            yield expr, scope


def _hands_on(resolver: Resolver, value: Value) -> bool:
    """A function of the project says itself what it calls with what, unless it takes whatever there is."""
    if isinstance(value, FunctionValue):
        defined = resolver.modules[value.path].function(value.index)
        return any(parameter.kind in ("variadic", "keywords") for parameter in defined.parameters)
    return isinstance(value, External)


def decorated_by(resolver: Resolver, module: Module, function: int) -> Iterator[Value]:
    """A decorator's first parameter is the function it stands on, also in `@register("x")`."""
    defined = module.function(function)
    names = [defined.name]
    if defined.parent > 0:
        names.append(module.function(defined.parent).name)
    wanted = FunctionValue(module.path, function)
    for name in names:
        for other, alias in resolver.mentions.of(name):
            for kind, index in other.mentions(alias):
                if kind != DECORATES:
                    continue
                decorated = other.function(index)
                scope = Scope(other.path, decorated.parent, decorated.owner)
                for place, decorator in enumerate(decorated.decorators):
                    if wanted in resolver.values(decorator, scope):
                        yield from _decorated(resolver, FunctionValue(other.path, index), place + 1, scope)


def _decorated(resolver: Resolver, function: FunctionValue, since: int, scope: Scope) -> Values:
    """What a function is with some of its decorators on, from the lowest one up: itself, unless one replaces it."""
    found: Values = (function,)
    for decorator in reversed(resolver.modules[function.path].function(function.index).decorators[since:]):
        for value in resolver.values(decorator, scope):
            if isinstance(value, FunctionValue):
                gives = resolver.returns(value.path, value.index)
                if function not in gives:
                    found = tuple(v for v in gives if isinstance(v, FunctionValue)) or found
    return found


def _is_class_method(decorators: tuple[Expr, ...], name: str) -> bool:
    if name in ("__new__", "__init_subclass__", "__class_getitem__"):
        return True
    return any(isinstance(d, Name) and d.path in ("classmethod", "validator", "root_validator") for d in decorators)
