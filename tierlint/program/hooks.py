"""What a class of the outside world runs of the subclasses that the project derives from it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING

from tierlint.catalog.framework_tables import Hook
from tierlint.program.values import ClassKey, External, FunctionValue, Scope

if TYPE_CHECKING:
    from tierlint.program.resolver import Resolver

Hooks = Mapping[str, tuple[Hook, ...]]


def by_base(hooks: Iterable[Hook]) -> Hooks:
    """The hooks by the class that runs them."""
    found: dict[str, tuple[Hook, ...]] = {}
    for hook in hooks:
        for base in hook.base:
            found[base] = (*found.get(base, ()), hook)
    return found


def run_when(resolver: Resolver, key: ClassKey, called: str) -> Iterator[FunctionValue]:
    """The methods of a class and its ancestors that are run when `called` is called on an instance."""
    order, outside = resolver.order(key)
    for base in outside:
        for hook in resolver.hooks.get(base.name, ()):
            if called in hook.method:
                for path, index in order:
                    for name, methods in resolver.modules[path].methods(index).items():
                        for method in methods:
                            if name in hook.runs or _carries(resolver, path, method, hook):
                                yield FunctionValue(path, method)


def run_by(resolver: Resolver, path: str, function: int) -> tuple[str, ...]:
    """What is called on an instance when a class of the outside world runs this method of it."""
    if not resolver.hooks:
        return ()
    defined = resolver.modules[path].function(function)
    if defined.owner < 0:
        return ()
    found: dict[str, None] = {}
    for base in resolver.order((path, defined.owner))[1]:
        for hook in resolver.hooks.get(base.name, ()):
            if defined.name in hook.runs or _carries(resolver, path, function, hook):
                found.update(dict.fromkeys(hook.method))
    return tuple(found)


def _carries(resolver: Resolver, path: str, function: int, hook: Hook) -> bool:
    if not hook.decorated:
        return False
    module = resolver.modules[path]
    defined = module.function(function)
    scope = Scope(path, defined.parent, defined.owner)
    names = {f"{name}()" for name in hook.decorated}.union(hook.decorated)
    return any(
        isinstance(value, External) and value.name in names
        for decorator in defined.decorators
        for value in resolver.values(decorator, scope)
    )
