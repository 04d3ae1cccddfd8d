"""What an annotation promises: the instances it speaks of, and the names that it says hold them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from tierlint.model import Either, Expr, Name, Sequence, Subscript
from tierlint.program.records import typed
from tierlint.program.values import (
    ClassKey,
    ClassValue,
    CollectionValue,
    ContainerValue,
    External,
    InstanceValue,
    Scope,
    Value,
    Values,
    unique,
)

if TYPE_CHECKING:
    from tierlint.program.resolver import Resolver

_UNIONS = frozenset({"Optional", "Union", "Annotated", "ClassVar", "Final", "Required", "NotRequired", "Awaitable"})
_MANY = frozenset(
    {
        "list",
        "List",
        "Sequence",
        "Iterable",
        "Iterator",
        "set",
        "Set",
        "tuple",
        "Tuple",
        "Collection",
        "AsyncIterator",
    }
    | {"Generator", "AsyncGenerator", "deque", "frozenset"}
)
_KEYED = frozenset({"dict", "Dict", "Mapping", "MutableMapping", "defaultdict"})
_NO_INSTANCE = frozenset({"str", "int", "float", "bool", "bytes", "None", "object", "Any", "Callable", "type"})


def annotated(resolver: Resolver, annotation: Expr, scope: Scope) -> Values:
    """Instances that an annotation promises."""
    if isinstance(annotation, Either):
        return unique(v for option in annotation.options for v in annotated(resolver, option, scope))
    if isinstance(annotation, Subscript):
        base = annotation.base.path if isinstance(annotation.base, Name) else ""
        tail = base.rpartition(".")[2]
        arguments = annotation.key.items if isinstance(annotation.key, Sequence) else ()
        if tail == "Annotated":
            given = [v for item in arguments[1:] for v in resolver.values(item, scope)]
            return unique((*annotated(resolver, arguments[0], scope), *given))
        if tail in _UNIONS:
            return unique(v for option in arguments for v in annotated(resolver, option, scope))
        if tail in ("Type", "type"):
            return unique(v for option in arguments for v in _classes(resolver, resolver.values(option, scope)))
        if tail in _MANY or tail in _KEYED:
            chosen = arguments[-1:] if tail in _KEYED else arguments[:1]
            items = unique(v for option in chosen for v in annotated(resolver, option, scope))
            return (CollectionValue(items),) if items else ()
        given = [v for item in (arguments or (annotation.key,)) for v in resolver.values(item, scope)]
        held = tuple(typed(resolver, resolver.values(annotation.base, scope), unique(given)))
        return held or annotated(resolver, annotation.base, scope)
    if not isinstance(annotation, Name) or annotation.path.rpartition(".")[2] in _NO_INSTANCE:
        return ()
    found: list[Value] = []
    for value in resolver.values(annotation, scope):
        if isinstance(value, ClassValue):
            found.append(InstanceValue(value.path, value.index))
        elif isinstance(value, External):
            if not value.name.startswith(("builtins.", "typing.")):
                found.append(value)
        elif isinstance(value, (ContainerValue, CollectionValue)):
            continue
        else:
            found.append(value)
    return unique(found)


def _classes(resolver: Resolver, named: Values) -> Iterator[Value]:
    """`type[Agent]`: the class, or one that descends from it."""
    for value in named:
        yield value
        if isinstance(value, ClassValue):
            yield from (ClassValue(*key) for key in resolver.subclasses((value.path, value.index)))


def promised(resolver: Resolver, key: ClassKey) -> list[tuple[str, str | None]]:
    """Parameters and fields whose annotation says that they hold an instance of a class or its ancestors."""
    found: list[tuple[str, str | None]] = []
    for path, index in resolver.order(key)[0]:
        name = resolver.modules[path].class_(index).name
        for module, alias in resolver.mentioning(name):
            for function in module.summary.functions:
                for parameter in function.parameters:
                    if parameter.annotation is not None and alias in tails(parameter.annotation):
                        found.append((parameter.name, module.path))
            for binding in module.summary.bindings:
                if binding.annotation is not None and alias in tails(binding.annotation):
                    found.append((binding.target.rpartition(".")[2], module.path))
    return found


def tails(annotation: Expr) -> set[str]:
    """The last parts of all names in an annotation."""
    if isinstance(annotation, Name):
        return {annotation.path.rpartition(".")[2]}
    if isinstance(annotation, Either):
        return {tail for option in annotation.options for tail in tails(option)}
    if isinstance(annotation, Subscript):
        return tails(annotation.base) | tails(annotation.key)
    if isinstance(annotation, Sequence):
        return {tail for item in annotation.items for tail in tails(item)}
    return set()
