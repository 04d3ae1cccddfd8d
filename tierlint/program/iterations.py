"""Where somebody goes over an object of the project, which runs its `__iter__` and its `__next__`."""

from __future__ import annotations

from collections.abc import Iterator

from tierlint.model import CallId, Expr, FunctionId
from tierlint.program.resolver import Resolver
from tierlint.program.values import External, FunctionValue, InstanceValue, Scope

METHODS = frozenset({"__iter__", "__next__", "__aiter__", "__anext__"})
_BUILTINS = (
    "list", "tuple", "set", "frozenset", "dict", "sorted", "sum", "min", "max", "any", "all", "next", "anext", "iter",
    "aiter", "enumerate", "zip", "map", "filter", "reversed",
)  # fmt: skip


class Iterations:
    """A table over the whole program, built when it is first asked for: few programs have such objects."""

    def __init__(self, resolver: Resolver) -> None:
        self._resolver = resolver
        self._found: dict[FunctionValue, dict[tuple[FunctionId, int], None]] | None = None
        self._gone_over: set[CallId] = set()

    def of(self, method: FunctionValue) -> list[tuple[FunctionId, int]]:
        """The functions that run a method by going over an object, and the line on which they do."""
        return list(self._table().get(method, ()))

    def is_gone_over(self, made: CallId) -> bool:
        """It is known where somebody goes over the object that a call makes."""
        self._table()
        return made in self._gone_over

    def _table(self) -> dict[FunctionValue, dict[tuple[FunctionId, int], None]]:
        if self._found is None:
            self._found = {}
            for iterable, scope, line in self._places():
                for value in self._resolver.values(iterable, scope):
                    if isinstance(value, InstanceValue):
                        for method in methods(self._resolver, value):
                            where = FunctionId(scope.path, scope.function), line
                            self._found.setdefault(method, {})[where] = None
                            if value.made is not None:
                                self._gone_over.add(value.made)
        return self._found

    def _places(self) -> Iterator[tuple[Expr, Scope, int]]:
        for path, module in self._resolver.modules.items():
            for loop in module.summary.loops:
                if loop.iterable is not None:
                    yield loop.iterable, Scope(path, loop.function), loop.line
        for name in _BUILTINS:
            for call, record in self._resolver.calls_named(name):
                if External(f"builtins.{name}") in self._resolver.callees(call):
                    for argument in record.arguments:
                        yield argument, Scope(call.path, record.function, record.owner), record.line


def methods(resolver: Resolver, value: InstanceValue) -> Iterator[FunctionValue]:
    """What going over an instance runs."""
    for opens, goes_on in (("__iter__", "__next__"), ("__aiter__", "__anext__")):
        for method in resolver.instance_attribute(value, opens):
            if isinstance(method, FunctionValue):
                yield method
                for iterator in resolver.returns(method.path, method.index):
                    if isinstance(iterator, InstanceValue):
                        found = resolver.instance_attribute(iterator, goes_on)
                        yield from (one for one in found if isinstance(one, FunctionValue))
