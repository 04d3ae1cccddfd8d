"""Values that run a function when they are called: itself, what holds it, an object whose class calls it."""

from __future__ import annotations

from collections.abc import Collection

from tierlint.model import Expr
from tierlint.program import classes, hooks
from tierlint.program.resolver import Resolver
from tierlint.program.values import (
    ClassKey,
    ClassValue,
    CollectionValue,
    ContainerValue,
    FunctionValue,
    InstanceValue,
    Scope,
    Value,
    Values,
    unique,
)

CALLED = "__call__"
CALLED_BY_SYNTAX = {
    "__enter__": "with", "__aenter__": "with", "__exit__": "with", "__aexit__": "with", "__iter__": "for",
    "__next__": "for", "__aiter__": "for", "__anext__": "for", "__getitem__": "[]", "__getattr__": ".",
}  # fmt: skip
_RUNNABLE = (FunctionValue, InstanceValue)


class Carriers:
    """Says of values whether they carry a function to whoever calls them, and remembers."""

    def __init__(self, resolver: Resolver) -> None:
        self.resolver = resolver
        self._called: dict[FunctionValue, bool] = {}
        self._inside: dict[ContainerValue | CollectionValue, Values] = {}

    def holds(self, values: Values, target: FunctionValue, wanted: Collection[Value] = ()) -> bool:
        """The function itself, or a list or dict with it inside, or an instance that runs it when called.

        wanted: the classes of which it is the constructor do as well.
        """
        items = [item for value in values for item in self._items(value)]
        if any(isinstance(item, ClassValue) and item in wanted for item in items):
            return True
        inner = [item for item in items if isinstance(item, _RUNNABLE)]
        if not inner:
            return False
        return target in inner or (self.is_called(target) and any(self.runs(item, target) for item in inner))

    def gives(self, values: Values, target: FunctionValue) -> bool:
        """The function is there, or another that gives it: a decorator that is made by a call, factories in a dict."""
        if self.holds(values, target):
            return True
        return any(
            target in self.resolver.returns(item.path, item.index)
            for value in values
            for item in self._items(value)
            if isinstance(item, FunctionValue)
        )

    def decorates(self, decorators: tuple[Expr, ...], scope: Scope, target: FunctionValue, wanted: set[Value]) -> bool:
        """One of the decorators is run, as a function or as a class, by being put there."""
        values = [value for decorator in decorators for value in self.resolver.values(decorator, scope)]
        return any(value in wanted or self.runs(value, target) for value in values)

    def replaces(self, decorator: Value, target: FunctionValue) -> bool:
        """What a decorator gives for the function under it is this function, or runs it when it is called."""
        resolver = self.resolver
        if isinstance(decorator, ClassValue):
            return self.builds_caller(decorator, target)
        if isinstance(decorator, InstanceValue):
            inner = resolver.instance_attribute(decorator, CALLED)
            return any(isinstance(value, FunctionValue) and self.replaces(value, target) for value in inner)
        return isinstance(decorator, FunctionValue) and target in resolver.returns(decorator.path, decorator.index)

    def makes(self, value: ClassValue, target: FunctionValue) -> bool:
        """Instances of a class have this method, and no other in its place where Python itself runs it by name."""
        defined = self.resolver.modules[target.path].function(target.index)
        if defined.name in CALLED_BY_SYNTAX:
            return classes.inherits(self.resolver, (value.path, value.index), target)
        return self._is_a(value, (target.path, defined.owner))

    def builds_caller(self, value: ClassValue, target: FunctionValue) -> bool:
        """Calling an instance of a class runs this method."""
        return self.is_called(target) and self.runs(InstanceValue(value.path, value.index, exact=True), target)

    def runs(self, value: Value, target: FunctionValue) -> bool:
        """Calling an instance runs its class's `__call__`."""
        if not isinstance(value, InstanceValue):
            return False
        return target in self.resolver.instance_attribute(value, CALLED)

    def is_itself(self, values: Values, target: FunctionValue) -> bool:
        """The function is there as such, not as the `__call__` of some instance."""
        return not self.is_called(target) or target in values

    def is_called(self, target: FunctionValue) -> bool:
        """Calling an instance runs this method: `__call__`, or what the class's base runs in its place."""
        known = self._called.get(target)
        if known is None:
            name = self.resolver.modules[target.path].function(target.index).name
            known = name == CALLED or CALLED in hooks.run_by(self.resolver, target.path, target.index)
            self._called[target] = known
        return known

    def _items(self, value: Value) -> Values:
        """What is inside a list or a dict, and inside what is inside."""
        if not isinstance(value, (CollectionValue, ContainerValue)):
            return (value,)
        known = self._inside.get(value)
        if known is None:
            self._inside[value] = ()  # one that holds itself
            if isinstance(value, CollectionValue):
                inside = value.items
            else:
                inside = self.resolver.items_of(value, None, value.scope)
            known = unique(inner for item in inside for inner in self._items(item))
            self._inside[value] = known
        return known

    def _is_a(self, value: InstanceValue | ClassValue, key: ClassKey) -> bool:
        order, _ = self.resolver.order((value.path, value.index))
        return key in order
