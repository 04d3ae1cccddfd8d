"""Calls through a variable, an item or a result (`handler(x)`, `table[key](x)`, `make()(x)`): what they can run."""

from __future__ import annotations

from collections.abc import Iterator

from tierlint.model import Attribute, Call, CallId, Expr, Name
from tierlint.program.modules import Module
from tierlint.program.resolver import Resolver
from tierlint.program.values import ClassValue, FunctionValue, InstanceValue


class IndirectCalls:
    """A table over the whole program, built when it is first asked for.

    A function that is called by its own name is found by that name. Where it went before somebody calls it cannot be
    followed by names alone, but what such a call runs can be asked of the call; and there are few of them.
    """

    def __init__(self, resolver: Resolver) -> None:
        self._resolver = resolver
        self._found: dict[FunctionValue | ClassValue, list[CallId]] | None = None

    def of(self, target: FunctionValue | ClassValue) -> list[CallId]:
        """The calls that run a function or build an object of a class without naming it."""
        if self._found is None:
            self._found = {}
            kept = self._attributes()
            for module in self._resolver.modules.values():
                for number, record in enumerate(module.summary.calls):
                    if is_indirect(module, record, kept):
                        call = CallId(module.path, number)
                        for value in self._run(call):
                            self._found.setdefault(value, []).append(call)
        return self._found.get(target, [])

    def _run(self, call: CallId) -> Iterator[FunctionValue | ClassValue]:
        for value in self._resolver.callees(call):
            if isinstance(value, (FunctionValue, ClassValue)):
                yield value
            elif isinstance(value, InstanceValue):
                found = self._resolver.instance_attribute(value, "__call__")
                yield from (method for method in found if isinstance(method, FunctionValue))

    def _attributes(self) -> frozenset[str]:
        """Every name under which an object, a class or a file keeps something that was assigned to it."""
        return frozenset(
            binding.target.rpartition(".")[2]
            for module in self._resolver.modules.values()
            for binding in module.summary.bindings
            if "." in binding.target or binding.owner >= 0 or binding.function == 0 or binding.home == 0
        )


def is_indirect(module: Module, record: Call, kept: frozenset[str]) -> bool:
    """Whether what is called may be a function under another name than its own; `kept`: names of attributes."""
    callee: Expr = record.callee
    if isinstance(callee, Attribute):
        return callee.name.rpartition(".")[2] in kept
    if not isinstance(callee, Name):
        return True
    root, _, rest = callee.path.partition(".")
    if rest:
        return rest.rpartition(".")[2] in kept
    function = record.function
    while function >= 0:
        if root in module.names(function):
            defined = module.function(function)
            return root in module.bindings(function, -1) or any(p.name == root for p in defined.parameters)
        function = module.function(function).parent
    return False
