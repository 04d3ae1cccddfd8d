"""Where a class stands among the others: its bases, the order of looking through them, who descends from it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from tierlint.model import Subscript
from tierlint.program.values import (
    ClassKey,
    ClassValue,
    External,
    FunctionValue,
    ModuleValue,
    Scope,
    Value,
    Values,
    unique,
)

if TYPE_CHECKING:
    from tierlint.program.resolver import Resolver


def bases(resolver: Resolver, key: ClassKey) -> Values:
    """The classes that a class is written to descend from."""
    path, index = key
    defined = resolver.modules[path].class_(index)
    scope = Scope(path, defined.parent, defined.owner)
    found: list[Value] = []
    for base in defined.bases:
        inner = base.base if isinstance(base, Subscript) else base
        found += [v for v in resolver.values(inner, scope) if isinstance(v, (ClassValue, External))]
    return unique(found)


def order(resolver: Resolver, key: ClassKey) -> tuple[tuple[ClassKey, ...], tuple[External, ...]]:
    """The class and its ancestors in lookup order, and the outside classes it descends from."""
    known = resolver.orders.get(key)
    if known is not None:
        return known
    if ("order", key) in resolver.open:
        return (key,), ()
    resolver.open.add(("order", key))
    externals: list[Value] = []
    lines: list[list[ClassKey]] = []
    direct: list[ClassKey] = []
    for base in bases(resolver, key):
        if isinstance(base, ClassValue):
            above, outside = order(resolver, (base.path, base.index))
            lines.append(list(above))
            direct.append((base.path, base.index))
            externals += outside
        else:
            externals.append(base)
    resolver.open.discard(("order", key))
    merged = (key, *_merge([*lines, direct]))
    found = merged, tuple(v for v in unique(externals) if isinstance(v, External))
    resolver.orders[key] = found
    return found


def subclasses(resolver: Resolver, key: ClassKey) -> tuple[ClassKey, ...]:
    """Every class of the project that descends from this one."""
    known = resolver.descendants.get(key)
    if known is not None:
        return known
    resolver.descendants[key] = ()  # a class that descends from itself is no Python
    found: dict[ClassKey, None] = {}
    name = resolver.modules[key[0]].class_(key[1]).name
    for module, alias in resolver.mentions.of(name):
        for index in module.subclass_mentions(alias):
            descendant = (module.path, index)
            if descendant != key and ClassValue(*key) in bases(resolver, descendant):
                found[descendant] = None
                found.update(dict.fromkeys(subclasses(resolver, descendant)))
    resolver.descendants[key] = tuple(found)
    return resolver.descendants[key]


def inherits(resolver: Resolver, key: ClassKey, method: FunctionValue) -> bool:
    """The method is the one that instances of a class have under its name."""
    name = resolver.modules[method.path].function(method.index).name
    for path, index in order(resolver, key)[0]:
        methods = resolver.modules[path].methods(index).get(name)
        if methods:
            return path == method.path and method.index in methods
    return False


def _merge(lines: list[list[ClassKey]]) -> list[ClassKey]:
    """C3 linearisation; where the hierarchy is not consistent, the order in which the bases are written."""
    merged: list[ClassKey] = []
    lines = [list(line) for line in lines if line]
    while lines:
        for line in lines:
            head = line[0]
            if not any(head in other[1:] for other in lines):
                break
        else:
            head = lines[0][0]
        merged.append(head)
        lines = [rest for line in lines if (rest := [key for key in line if key != head])]
    return merged


def known_in(resolver: Resolver, path: str) -> Iterator[ClassValue]:
    """The classes of the project that a file has at its top: its own, and those that it imports."""
    module = resolver.modules[path]
    names = {*module.classes(0), *module.imports(0)}
    for star in module.stars:
        target = resolver.import_target(path, star.module, star.level)
        inner = resolver.modules.get(target.path) if isinstance(target, ModuleValue) else None
        names |= inner.classes(0).keys() if inner is not None else set()
    for name in sorted(names):
        for value in resolver.global_name(module, name):
            if isinstance(value, ClassValue):
                yield value
