"""Calls of a function under another name than its own: a variable it was put into, a parameter it was handed to."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from tierlint.indexing import ARGUMENT, BOUND, CALLEE, lambda_mention
from tierlint.model import Attribute, Call, CallId, Constant, Dictionary, Either, Expr, LambdaValue, Name
from tierlint.program.modules import Module
from tierlint.program.values import ClassValue, ContainerValue, FunctionValue, Values

if TYPE_CHECKING:
    from tierlint.program.resolver import Resolver

# How many names a function is looked for under.
MOST_NAMES = 8

# A name, and the file in which alone it means something (None: in every file).
Known = tuple[str, str | None]


def calls(resolver: Resolver, module: Module, function: int) -> Iterator[tuple[CallId, Call]]:
    """Calls that may run the function, going by the names alone: whether they do is still to be asked."""
    defined = module.function(function)
    own: Known = (defined.name, None)
    if defined.name == "<lambda>":
        own = (lambda_mention(function), module.path)
    names = [own]
    for known in names:
        for place, alias in _places(resolver, known):
            for kind, index in place.mentions(alias):
                if kind == CALLEE and known is not own:
                    yield CallId(place.path, index), place.call(index)
                for another in _renamed(resolver, place, kind, index, alias):
                    if another not in names and len(names) < MOST_NAMES:
                        names.append(another)


def _places(resolver: Resolver, known: Known) -> list[tuple[Module, str]]:
    name, within = known
    if within is not None:
        return [(resolver.modules[within], name)]
    return resolver.mentions.of(name)


def _renamed(resolver: Resolver, place: Module, kind: int, index: int, alias: str) -> Iterator[Known]:
    if kind == BOUND and index < len(place.summary.bindings):
        binding = place.summary.bindings[index]
        if _is_named(binding.value, alias) and not binding.target.endswith("[]"):
            shared = binding.owner >= 0 or binding.function == 0 or binding.home == 0 or "." in binding.target
            yield binding.target.rpartition(".")[2], None if shared else place.path
    elif kind == ARGUMENT:
        record = place.call(index)
        given: list[tuple[int | str | None, Expr]] = [*enumerate(record.arguments), *record.keywords]
        for which, expr in given:
            if which is not None and _is_named(expr, alias):
                yield from parameters(resolver, resolver.callees(CallId(place.path, index)), which)


def parameters(resolver: Resolver, callees: Values, which: int | str) -> Iterator[Known]:
    """The parameter under which a function of the project knows what it is handed."""
    for value in callees:
        if isinstance(value, ClassValue):
            inits = resolver.own_attribute((value.path, value.index), "__init__")
            if not inits and isinstance(which, str):
                yield which, None
            for init in inits:
                if isinstance(init, FunctionValue):
                    yield from parameter_of(resolver, init, which, 1)
        elif isinstance(value, FunctionValue):
            bound = resolver.modules[value.path].own_name(value.index) is not None
            yield from parameter_of(resolver, value, which, 1 if bound else 0)


def parameter_of(resolver: Resolver, value: FunctionValue, which: int | str, skip: int) -> Iterator[Known]:
    """One parameter by name or place, where the first `skip` are not handed over."""
    if isinstance(which, str):
        yield which, value.path
        return
    handed = resolver.modules[value.path].function(value.index).parameters
    if which + skip < len(handed):
        yield handed[which + skip].name, value.path


def _is_named(expr: Expr, alias: str) -> bool:
    """The expression is what goes by the name, not something that it is a part of."""
    if isinstance(expr, Either):
        return any(_is_named(option, alias) for option in expr.options)
    if isinstance(expr, LambdaValue):
        return lambda_mention(expr.function) == alias
    path = expr.path if isinstance(expr, Name) else expr.name if isinstance(expr, Attribute) else ""
    return path.rpartition(".")[2] == alias


def entries(resolver: Resolver, values: Values) -> Iterator[tuple[str, Values]]:
    """What stands under which literal key in mappings: `{"on_end": report}`."""
    for value in values:
        if isinstance(value, ContainerValue) and isinstance(value.expr, Dictionary):
            for key in value.expr.keys:
                if isinstance(key, Constant) and isinstance(key.value, str):
                    yield key.value, resolver.items_of(value, key, value.scope)
