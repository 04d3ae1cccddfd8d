"""Where a property is read, which runs it: `page.title` in whatever expression it stands."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from tierlint.indexing import ARGUMENT, BOUND, LOADED, RETURNED
from tierlint.model import (
    Attribute,
    Expr,
    FunctionId,
    Name,
    Subscript,
)
from tierlint.program.modules import Module
from tierlint.program.values import InstanceValue, Scope, parts

if TYPE_CHECKING:
    from tierlint.program.resolver import Resolver


def reader(resolver: Resolver, place: Module, kind: int, index: int, function: FunctionId) -> int | None:
    """The function that a mention says to read a property; None: it is no property, or no reading of it."""
    if kind not in (ARGUMENT, BOUND, LOADED, RETURNED):
        return None
    module = resolver.modules[function.path]
    defined = module.function(function.index)
    if defined.owner < 0 or not resolver.is_property(module, function.index):
        return None
    if kind == LOADED:
        # Of what it is read is not known; where the function has a variable of that name, it is that.
        return None if defined.name in place.names(index) else index
    reading, read, scope = _mentioned(place, kind, index)
    key = (function.path, defined.owner)
    for expr in read:
        for receiver in _read_from(expr, defined.name):
            for value in resolver.values(receiver, scope):
                if isinstance(value, InstanceValue) and key in resolver.order((value.path, value.index))[0]:
                    return reading
    return None


def _mentioned(place: Module, kind: int, index: int) -> tuple[int, tuple[Expr, ...], Scope]:
    """The function in which a mention stands, and the expressions that may be meant."""
    if kind == ARGUMENT:
        record = place.call(index)
        given = (*record.arguments, *(value for _, value in record.keywords))
        return record.function, given, Scope(place.path, record.function, record.owner)
    if kind == RETURNED:
        return index, place.function(index).returns, Scope(place.path, index)
    if index >= len(place.summary.bindings):
        return 0, (), Scope(place.path, 0)
    binding = place.summary.bindings[index]
    return binding.function, (binding.value,), Scope(place.path, binding.function, binding.owner)


def _read_from(expr: Expr, name: str) -> Iterator[Expr]:
    """What the attribute of a name is read from: in `page.title`, in `f"{page.title}: {text}"`."""
    if isinstance(expr, Name):
        root, *rest = expr.path.split(".")
        for number, attribute in enumerate(rest):
            if attribute == name:
                yield Name(".".join((root, *rest[:number])))
        return
    if isinstance(expr, Attribute) and expr.name == name:
        yield expr.base
    for part in (*parts(expr), expr.key) if isinstance(expr, Subscript) else parts(expr):
        yield from _read_from(part, name)
