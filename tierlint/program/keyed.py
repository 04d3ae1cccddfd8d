"""What the project keeps under a key with an object of the outside world: a session, an application, a chat's data."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from tierlint.model import Attribute, Binding, Call, Constant, Expr, Name
from tierlint.program.modules import Module, is_test
from tierlint.program.values import ConstantValue, External, Scope, Value, Values, argument, receiver_of, unique

if TYPE_CHECKING:
    from tierlint.program.resolver import Resolver

_MOST_PLACES = 20  # a key that stands in more places says nothing


def put_under(resolver: Resolver, base: Expr, key: Expr | None, scope: Scope) -> Values:
    """What `request.app["clerk"]` was given by `app["clerk"] = make()`, wherever that stands.

    The two are the same by the last name of the object and the key alone: what a framework hands to a function has no
    class that could be seen. An object of the project is never meant.
    """
    name = (base.path if isinstance(base, Name) else base.name if isinstance(base, Attribute) else "").rpartition(".")[
        2
    ]
    if not name or not isinstance(key, Constant) or not isinstance(key.value, str):
        return ()
    places = resolver.mentions.put_under(name, key.value)
    if not 0 < len(places) <= _MOST_PLACES or not _is_outside(resolver.values(base, scope)):
        return ()
    question = (name, key.value, scope.path)
    return resolver.answers.settled(resolver.put_under, question, lambda: _put_at(resolver, places, scope))


def _put_at(resolver: Resolver, places: Iterable[tuple[Module, Binding]], scope: Scope) -> Values:
    found: list[tuple[str, Values]] = []
    for module, binding in places:
        inside = Scope(module.path, binding.function, binding.owner)
        if _is_outside(resolver.values(Name(binding.target.removesuffix("[]")), inside)):
            found.append((module.path, resolver.bound(binding, module)))
    return _nearest(found, scope)


def got(resolver: Resolver, record: Call, scope: Scope) -> Values:
    """`context.user_data.get("clerk")` asks for the same as `context.user_data["clerk"]`."""
    receiver = receiver_of(record.callee)
    return put_under(resolver, receiver, record.arguments[0], scope) if receiver and record.arguments else ()


def kept_by(resolver: Resolver, record: Call, keeper: str, scope: Scope) -> Values:
    """What `session.get("clerk")` was given by `session.set("clerk", make())`, by the tables."""
    wanted = _texts(resolver, argument(record, "0/key"), scope)
    found: list[tuple[str, Values]] = []
    for site, call in resolver.calls_named(keeper.rpartition(".")[2]) if wanted else ():
        value = argument(call, "1/value")
        inside = Scope(site.path, call.function, call.owner)
        if value is None or wanted.isdisjoint(_texts(resolver, argument(call, "0/key"), inside)):
            continue
        if any(isinstance(callee, External) and callee.name == keeper for callee in resolver.callees(site)):
            found.append((site.path, resolver.values(value, inside)))
    return _nearest(found, scope)


def _texts(resolver: Resolver, expr: Expr | None, scope: Scope) -> frozenset[str]:
    values = resolver.values(expr, scope) if expr is not None else ()
    return frozenset(v.value for v in values if isinstance(v, ConstantValue) and isinstance(v.value, str))


def _is_outside(values: Iterable[Value]) -> bool:
    return all(isinstance(value, External) for value in values)


def _nearest(found: list[tuple[str, Values]], scope: Scope) -> Values:
    """What the same file puts there; else the rest of the program, without what tests put in its place."""
    here = [values for path, values in found if path == scope.path]
    else_where = [values for path, values in found if is_test(scope.path) or not is_test(path)]
    return unique(value for values in here or else_where for value in values)
