"""What frameworks are handed: functions and objects as arguments, put into their attributes, or deployed to a cloud."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from tierlint.catalog import Deployment, EntryPattern
from tierlint.deployments import Deployments
from tierlint.model import Binding, CallId, Constant, Element, Expr, FunctionId, Location, Name, Subscript
from tierlint.patterns import Names
from tierlint.program import Program, Scope, dotted, locate
from tierlint.program.usages import receiver_of
from tierlint.program.values import (
    ClassKey,
    ClassValue,
    CollectionValue,
    ConstantValue,
    ContainerValue,
    External,
    FunctionValue,
    InstanceValue,
    Value,
    Values,
    given_as,
)

# What stands for the file around a call that is handed none of its functions by name.
_FILE = "file"
# A pattern, and where the code stands that it fits.
Started = tuple[EntryPattern, Location]


class Handovers:
    """Finds what a function is started by because somebody handed it over; everything is looked up once."""

    def __init__(self, program: Program, patterns: Sequence[EntryPattern], deployments: Sequence[Deployment]) -> None:
        self.program = program
        self.patterns = patterns
        self.arguments = Names((n, i) for i, p in enumerate(patterns) for n in p.argument_of)
        self.attributes = Names((n, i) for i, p in enumerate(patterns) for n in p.assigned_to)
        self.deployments = Deployments(program, deployments)
        self._functions: dict[FunctionId, list[Started]] | None = None
        self._objects: dict[ClassKey, list[Started]] | None = None

    def of_function(self, function: FunctionId) -> list[Started]:
        """Who starts a function that is handed over under another name than its own: `app.add_route(config.on)`."""
        if self._functions is None:
            self._functions = {}
            for found, started in (*self._by_value(), *self._assigned(), *self._deployed(), *self._of_files()):
                self._functions.setdefault(found, []).append(started)
        return self._functions.get(function, [])

    def of_class(self, key: ClassKey) -> list[Started]:
        """Who runs the methods of a class that is handed over, or an object of it: `fire.Fire(Keeper)`."""
        if self._objects is None:
            self._objects = {}
            for call, pattern, values in self._handed(lambda p: bool(p.method)):
                for value in (item for outer in values for item in inside(self.program, outer)):
                    if isinstance(value, (ClassValue, InstanceValue)):
                        for each in self.program.resolver.order((value.path, value.index))[0]:
                            self._objects.setdefault(each, []).append((pattern, self.program.location(call)))
        return self._objects.get(key, [])

    def names(self) -> Iterator[tuple[str, Started]]:
        """The texts that are handed over where a function could be: `config.add_view("abbey.views.nave")`."""
        for call, pattern, values in self._handed(lambda _: True, _is_dotted_text):
            for value in values:
                if isinstance(value, ConstantValue):
                    yield str(value.value).lstrip("."), (pattern, self.program.location(call))

    def _by_value(self) -> Iterator[tuple[FunctionId, Started]]:
        for call, pattern, values in self._handed(lambda _: True, _is_indirect):
            for value in values:
                if isinstance(value, FunctionValue):
                    yield FunctionId(value.path, value.index), (pattern, self.program.location(call))

    def _of_files(self) -> Iterator[tuple[FunctionId, Started]]:
        """Functions of a file that is handed over as a whole, by a call that names none of them: `fire.Fire()`."""
        tails = {n.rpartition(".")[2] for p in self.patterns if _FILE in p.argument for n in p.argument_of}
        for tail in sorted(tails):
            for call, record in self.program.resolver.calls_named(tail):
                module = self.program.modules[call.path]
                for number in self.arguments.fitting(self.program.callees(call), dotted(module, record.callee)):
                    pattern = self.patterns[number]
                    places = ((None, one) if isinstance(one, int) else (one, None) for one in pattern.argument)
                    if _FILE not in pattern.argument or any(given_as(record, *place) is not None for place in places):
                        continue
                    for index, defined in enumerate(module.summary.functions[1:], 1):
                        if defined.parent == 0 and defined.owner < 0 and defined.name[0].isalpha():
                            yield FunctionId(module.path, index), (pattern, self.program.location(call))

    def _deployed(self) -> Iterator[tuple[FunctionId, Started]]:
        """Functions that are deployed to a cloud, by what is told to call them."""
        if not self.deployments.functions:
            return
        for call, pattern, values in self._handed(lambda _: True):
            for value in (item for outer in values for item in inside(self.program, outer)):
                if isinstance(value, External) and value.made is not None:
                    for function in self.deployments.functions.get(value.made, ()):
                        yield function, (pattern, self.program.location(call))

    def _assigned(self) -> Iterator[tuple[FunctionId, Started]]:
        """Functions that are put into an attribute of an object: `client.on_message = answer`."""
        attributes = {name.rpartition(".")[2] for pattern in self.patterns for name in pattern.assigned_to}
        for module in self.program.modules.values():
            for binding in module.summary.bindings:
                owner, attribute = _attribute(binding)
                if attribute not in attributes:
                    continue
                scope = Scope(module.path, binding.function, binding.owner)
                names = [f"{name}.{attribute}" for name in self._kinds(owner, scope)]
                fitting = dict.fromkeys(number for name in names for number in self.attributes.matching(name))
                value = binding.value.iterable if isinstance(binding.value, Element) else binding.value
                for number in fitting:
                    at = locate(module, binding.line, 1, binding.line, 1)
                    for function in self.program.resolver.values(value, scope):
                        if isinstance(function, FunctionValue):
                            yield FunctionId(function.path, function.index), (self.patterns[number], at)

    def _kinds(self, owner: str, scope: Scope) -> Iterator[str]:
        """What an object is to the outside world: its class there, or those that its own class is derived from."""
        for value in self.program.resolver.values(Name(owner), scope):
            if isinstance(value, External):
                yield value.name
            elif isinstance(value, InstanceValue):
                yield from (base.name for base in self.program.resolver.order((value.path, value.index))[1])

    def _handed(
        self, is_asked_for: Callable[[EntryPattern], bool], is_told: Callable[[Expr], bool] = lambda _: True
    ) -> Iterator[tuple[CallId, EntryPattern, Values]]:
        """What frameworks are handed, argument by argument, by the patterns and expressions that are asked for."""
        patterns = [pattern for pattern in self.patterns if is_asked_for(pattern)]
        on_receiver = {n.rpartition(".")[2] for p in patterns if "receiver" in p.argument for n in p.argument_of}
        for name in sorted({n.rpartition(".")[2] for pattern in patterns for n in pattern.argument_of}):
            for call, record in self.program.resolver.calls_named(name):
                module = self.program.modules[call.path]
                receiver = receiver_of(record.callee) if name in on_receiver else None
                given = (*record.arguments, *(value for _, value in record.keywords))
                if not any(is_told(expr) for expr in given) and receiver is None:
                    continue
                for number in self.arguments.fitting(self.program.callees(call), dotted(module, record.callee)):
                    pattern = self.patterns[number]
                    for which in pattern.argument if is_asked_for(pattern) else ():
                        place = (None, which) if isinstance(which, int) else (which, None)
                        expr = receiver if which == "receiver" else given_as(record, *place)
                        if expr is not None and is_told(expr):
                            scope = Scope(call.path, record.function, record.owner)
                            yield call, pattern, self.program.resolver.values(expr, scope)


def inside(program: Program, value: Value) -> Values:
    """The items of a list, `App(middleware=[Gate()])`, or the value itself."""
    if isinstance(value, ContainerValue):
        return program.resolver.items_of(value, None, value.scope)
    return value.items if isinstance(value, CollectionValue) else (value,)


def _attribute(binding: Binding) -> tuple[str, str]:
    """Into what a binding puts its value: `client.on_message = f`, `button["command"] = f`, `app.on_start += f`."""
    target = binding.target.removesuffix("[]")
    if binding.key is not None:
        return target, binding.key
    owner, _, attribute = target.rpartition(".")
    return owner, attribute


def _is_indirect(expr: Expr) -> bool:
    """An attribute or an item: what a function's own name would say is found by that name."""
    return isinstance(expr, (Subscript, Element)) or (isinstance(expr, Name) and "." in expr.path)


def _is_dotted_text(expr: Expr) -> bool:
    return isinstance(expr, Constant) and isinstance(expr.value, str) and ("." in expr.value or ":" in expr.value)
