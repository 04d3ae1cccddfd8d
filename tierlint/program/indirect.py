"""Calls through a variable, an item or a result (`handler(x)`, `make()(x)`, an item of a table): what they can run."""

from __future__ import annotations

from collections.abc import Iterator

from tierlint.model import Attribute, Call, CallId, Collected, Constant, Dictionary, Expr, Name, Sequence, Template
from tierlint.program.modules import Module
from tierlint.program.resolver import Resolver
from tierlint.program.values import ClassValue, FunctionValue, InstanceValue

# Of so many calls nothing is asked: a program that holds whole libraries, where each leads to everything else.
MOST_CALLS = 20_000

_NO_FUNCTION = (Constant, Template, Dictionary, Sequence, Collected)


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
            calls = list(self._calls())
            for call in calls if len(calls) <= MOST_CALLS else ():
                for value in self._run(call):
                    self._found.setdefault(value, []).append(call)
        return self._found.get(target, [])

    def _calls(self) -> Iterator[CallId]:
        # Tests put mocks under every name there is, and what they call in this way decides nothing.
        modules = [module for module in self._resolver.modules.values() if not module.is_test]
        kept = frozenset(name for module in modules for name in attributes(module))
        for module in modules:
            held = variables(module)
            for number, record in enumerate(module.summary.calls):
                if is_indirect(module, record, kept, held):
                    yield CallId(module.path, number)

    def _run(self, call: CallId) -> Iterator[FunctionValue | ClassValue]:
        for value in self._resolver.callees(call):
            if isinstance(value, (FunctionValue, ClassValue)):
                yield value
            elif isinstance(value, InstanceValue):
                found = self._resolver.instance_attribute(value, "__call__")
                yield from (method for method in found if isinstance(method, FunctionValue))


def attributes(module: Module) -> Iterator[str]:
    """Every name under which an object, a class or the file itself keeps something that may be a function."""
    for binding in module.summary.bindings:
        if isinstance(binding.value, _NO_FUNCTION) and binding.annotation is None:
            continue
        if "." in binding.target or binding.owner >= 0 or binding.function == 0 or binding.home == 0:
            yield binding.target.rpartition(".")[2]


def variables(module: Module) -> frozenset[str]:
    """Every name that stands for a variable or a parameter somewhere in a file."""
    bound = (binding.target for binding in module.summary.bindings)
    handed = (parameter.name for function in module.summary.functions for parameter in function.parameters)
    return frozenset((*bound, *handed))


def is_indirect(module: Module, record: Call, kept: frozenset[str], held: frozenset[str]) -> bool:
    """Whether what is called may be a function under another name than its own."""
    callee: Expr = record.callee
    if isinstance(callee, Attribute):
        return callee.name.rpartition(".")[2] in kept
    if not isinstance(callee, Name):
        return True
    root, _, rest = callee.path.partition(".")
    if rest:
        return record.name in kept
    function = record.function if root in held else -1
    while function >= 0:
        if root in module.names(function):
            defined = module.function(function)
            return root in module.bindings(function, -1) or any(p.name == root for p in defined.parameters)
        function = module.function(function).parent
    return False
