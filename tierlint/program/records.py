"""Instances of the project's classes that a database holds: where a class has them, and where a relation leads."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from tierlint.catalog.framework_tables import Record
from tierlint.model import Call, CallResult, Constant
from tierlint.program.values import (
    ClassKey,
    ClassValue,
    ConstantValue,
    External,
    InstanceValue,
    Scope,
    StoredValue,
    Value,
    Values,
)

if TYPE_CHECKING:
    from tierlint.program.resolver import Resolver

_MOST_NAMESAKES = 3


class Records:
    """What the tables say of classes whose instances are stored, laid out for look-up by name."""

    def __init__(self, records: Iterable[Record]) -> None:
        self._records = tuple(records)
        self.attributes = frozenset(name for record in self._records for name in record.attribute)
        self.keepers = frozenset(name for record in self._records for name in record.keeper)
        self._kept: dict[ClassKey, tuple[Record, ...]] = {}
        self._classes: dict[str, list[ClassKey]] | None = None
        self._back: dict[str, list[tuple[ClassKey, CallResult]]] | None = None

    def of(self, resolver: Resolver, key: ClassKey) -> tuple[Record, ...]:
        """How the instances of a class are stored; empty: they are not."""
        known = self._kept.get(key)
        if known is None:
            outside = {base.name for base in resolver.order(key)[1]}
            known = tuple(record for record in self._records if not outside.isdisjoint(record.base))
            self._kept[key] = known
        return known

    def classes(self, resolver: Resolver, name: str) -> list[ClassKey]:
        """The classes of a name, whatever their letters' case."""
        if self._classes is None:
            self._classes = {}
            for module in resolver.modules.values():
                for index, defined in enumerate(module.summary.classes):
                    self._classes.setdefault(defined.name.lower(), []).append((module.path, index))
        return self._classes.get(name.lower(), [])

    def back(self, resolver: Resolver, name: str) -> list[tuple[ClassKey, CallResult]]:
        """Relations that are called `name` seen from the other side, each with the class that has it."""
        if self._back is None:
            self._back = {}
            keywords = {record.back for record in self._records}
            for module in resolver.modules.values():
                for binding in module.summary.bindings:
                    if binding.owner >= 0 and isinstance(binding.value, CallResult):
                        for keyword, value in module.call(binding.value.call).keywords:
                            if keyword in keywords and isinstance(value, Constant):
                                owner = ((module.path, binding.owner), binding.value)
                                self._back.setdefault(str(value.value), []).append(owner)
        return self._back.get(name, [])


def kept(resolver: Resolver, key: ClassKey, name: str, own: Values) -> Iterator[Value]:
    """`Ship.objects`, `Ship.afloat` (a manager of its own), `harbour.ship_set`."""
    records = resolver.records
    if name in records.attributes or any(_keeps(resolver, value) for value in own):
        if records.of(resolver, key):
            yield StoredValue(*key)
    elif not own:
        for owner, relation in _relations(resolver, key, name):
            scope = Scope(owner[0], resolver.modules[owner[0]].class_(owner[1]).parent, owner[1])
            found = resolver.values(relation, scope)
            if any(
                isinstance(v, (InstanceValue, StoredValue)) and _meet(resolver, (v.path, v.index), key) for v in found
            ):
                yield StoredValue(*owner)
                yield InstanceValue(*owner)


def meant(resolver: Resolver, given: Value, record: Call, scope: Scope) -> Iterator[ClassKey]:
    """The class that a relation or a query names: itself, as a text (`"fleet.Ship"`, `"self"`), or by a query of it."""
    if isinstance(given, (ClassValue, StoredValue)):
        yield given.path, given.index
    elif isinstance(given, ConstantValue) and isinstance(given.value, str):
        app, _, name = given.value.rpartition(".")
        if name == "self":
            if scope.owner >= 0:
                yield scope.path, scope.owner
            return
        found = [key for key in resolver.records.classes(resolver, name) if resolver.records.of(resolver, key)]
        here = [key for key in found if (app in key[0].split("/") if app else key[0] == scope.path)]
        yield from (here or found)[:_MOST_NAMESAKES]


def typed(resolver: Resolver, base: Values, arguments: Values) -> Iterator[Value]:
    """`QuerySet[Ship]`: the stored instances that an annotation promises."""
    if any(isinstance(value, External) and value.name in resolver.records.keepers for value in base):
        for value in arguments:
            if isinstance(value, ClassValue):
                yield StoredValue(value.path, value.index)


def _keeps(resolver: Resolver, value: Value) -> bool:
    """A manager or query of the framework, or of a class that the project derives from one."""
    keepers = resolver.records.keepers
    if isinstance(value, External):  # `Manager()`, `ShipQuery.as_manager()`
        return any(value.name == keeper or value.name.startswith(keeper + ".") for keeper in keepers)
    return isinstance(value, InstanceValue) and any(
        base.name in keepers for base in resolver.order((value.path, value.index))[1]
    )


def _relations(resolver: Resolver, key: ClassKey, name: str) -> Iterator[tuple[ClassKey, CallResult]]:
    """The relations that lead to a class and have this name on its side, given or by default (`ship_set`)."""
    for record in resolver.records.of(resolver, key):
        if not record.back:
            continue
        yield from resolver.records.back(resolver, name)
        if record.back_unsaid and name.endswith(record.back_unsaid):
            for path, index in resolver.records.classes(resolver, name.removesuffix(record.back_unsaid)):
                for bindings in resolver.modules[path].bindings(0, index).values():
                    for binding in bindings:
                        if isinstance(binding.value, CallResult):
                            yield (path, index), binding.value


def _meet(resolver: Resolver, one: ClassKey, other: ClassKey) -> bool:
    return one in resolver.order(other)[0] or other in resolver.order(one)[0]
