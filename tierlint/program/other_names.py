"""Calls of a function under another name than its own: a variable or table it was put into, a parameter that got it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from tierlint.indexing import ARGUMENT, BOUND, CALLEE, RECEIVER, RETURNED, lambda_mention
from tierlint.model import (
    Attribute,
    Binding,
    Call,
    CallId,
    CallResult,
    Constant,
    Dictionary,
    Either,
    Element,
    Expr,
    LambdaValue,
    Name,
    Sequence,
    Subscript,
)
from tierlint.program.modules import Module
from tierlint.program.values import ClassValue, ContainerValue, FunctionValue, Values

if TYPE_CHECKING:
    from tierlint.program.resolver import Resolver

# How many names a function is looked for under, beside its own.
MOST_NAMES = 8

# The methods of a container that give what is in it.
_TAKEN_BY = frozenset(("get", "pop", "values", "items"))

# A name, and the file in which alone it means something (None: in every file).
Known = tuple[str, str | None]


def calls(resolver: Resolver, module: Module, function: int, known_as: Iterable[str]) -> Iterator[tuple[CallId, Call]]:
    """Calls that may run the function, going by the names alone: whether they do is still to be asked.

    known_as: the names under which the function is found anyway: its own, or those of the classes that it sets up.
    """
    defined = module.function(function)
    own: list[Known] = [(name, None) for name in known_as]
    if defined.name == "<lambda>":
        own = [(lambda_mention(function), module.path)]
    sets_up = (defined.name, None) not in own and defined.name != "<lambda>"
    names = [*own]
    givers: set[Known] = set()
    for known in names:
        for place, alias in _places(resolver, known):
            if place.is_test and not module.is_test:
                continue
            for kind, index in place.mentions(alias):
                if kind == ARGUMENT and sets_up:
                    continue  # a class is handed about as a type far more often than to be built
                found = list(_renamed(resolver, place, kind, index, alias))
                if kind == CALLEE and known not in own:
                    yield CallId(place.path, index), place.call(index)
                if (kind == CALLEE and known in givers) or (kind == RECEIVER and _takes_out(place, index, alias)):
                    found += (_target(place, binding) for binding in place.keeping(index))
                    for number in place.calls_of_result(index):
                        yield CallId(place.path, number), place.call(number)
                giver = _returned_by(place, kind, index, alias)
                if giver is not None and giver not in names:
                    givers.add(giver)
                    found.append(giver)
                names += [other for other in dict.fromkeys(found) if other not in names][: _room(names, own)]


def _room(names: list[Known], own: list[Known]) -> int:
    return max(0, MOST_NAMES - len(names) + len(own))


def _places(resolver: Resolver, known: Known) -> list[tuple[Module, str]]:
    name, within = known
    if within is not None:
        return [(resolver.modules[within], name)]
    return resolver.mentions.of(name)


def _renamed(resolver: Resolver, place: Module, kind: int, index: int, alias: str) -> Iterator[Known]:
    if kind == BOUND and index < len(place.summary.bindings):
        binding = place.summary.bindings[index]
        if _is_from(place, binding.value, alias):
            yield _target(place, binding)
    elif kind == ARGUMENT:
        record = place.call(index)
        given: list[tuple[int | str | None, Expr]] = [*enumerate(record.arguments), *record.keywords]
        for which, expr in given:
            if which is not None and _is_from(place, expr, alias):
                yield from parameters(resolver, resolver.callees(CallId(place.path, index)), which)


def _target(place: Module, binding: Binding) -> Known:
    """What a binding gives a name to, or puts into what goes by a name."""
    shared = binding.owner >= 0 or binding.function == 0 or binding.home == 0 or "." in binding.target
    return binding.target.removesuffix("[]").rpartition(".")[2], None if shared else place.path


def _takes_out(place: Module, index: int, alias: str) -> bool:
    """The call takes something out of what goes by the name: `readers.get(kind)`, `readers.values()`."""
    return _is_from(place, CallResult(index), alias)


def _returned_by(place: Module, kind: int, index: int, alias: str) -> Known | None:
    """The function that gives what goes by the name, or an item of it."""
    if kind not in (RETURNED, RECEIVER):
        return None
    number = index if kind == RETURNED else place.call(index).function
    function = place.function(number)
    if number > 0 and any(_is_from(place, expr, alias) for expr in function.returns):
        return function.name, None
    return None


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


def _is_from(place: Module, expr: Expr, alias: str) -> bool:
    """The expression is what goes by the name, holds it, or is taken out of it."""
    if isinstance(expr, Either):
        return any(_is_from(place, option, alias) for option in expr.options)
    if isinstance(expr, (Dictionary, Sequence)):
        items = expr.values if isinstance(expr, Dictionary) else expr.items
        return any(_is_from(place, item, alias) for item in items)
    if isinstance(expr, Subscript):
        return _is_from(place, expr.base, alias)
    if isinstance(expr, Element):
        return _is_from(place, expr.iterable, alias)
    if isinstance(expr, LambdaValue):
        return lambda_mention(expr.function) == alias
    if isinstance(expr, CallResult):
        record = place.call(expr.call)
        receiver = record.callee.path.rpartition(".")[0] if isinstance(record.callee, Name) else ""
        return record.name in _TAKEN_BY and receiver.rpartition(".")[2] == alias
    path = expr.path if isinstance(expr, Name) else expr.name if isinstance(expr, Attribute) else ""
    return path.rpartition(".")[2] == alias


def entries(resolver: Resolver, values: Values) -> Iterator[tuple[str, Values]]:
    """What stands under which literal key in mappings: `{"on_end": report}`."""
    for value in values:
        if isinstance(value, ContainerValue) and isinstance(value.expr, Dictionary):
            for key in value.expr.keys:
                if isinstance(key, Constant) and isinstance(key.value, str):
                    yield key.value, resolver.items_of(value, key, value.scope)
