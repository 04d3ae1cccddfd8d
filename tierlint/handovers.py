"""What frameworks are handed: functions and objects as arguments, put into their attributes, or deployed to a cloud."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from collections.abc import Sequence as Many

from tierlint.catalog.framework_tables import Deployment, EntryPattern
from tierlint.deployments import Deployments
from tierlint.model import (
    Binding,
    Call,
    CallId,
    CallResult,
    Constant,
    Element,
    Expr,
    FunctionId,
    Location,
    Name,
    Sequence,
    Subscript,
)
from tierlint.patterns import Names, is_given
from tierlint.program import Program, Scope, dotted, locate
from tierlint.program.modules import Module
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
    receiver_of,
)

# What a call means that is handed nothing.
_UNSAID = frozenset({"annotation", "file"})
# A pattern, and where the code stands that it fits.
Started = tuple[EntryPattern, Location]


class Handovers:
    """Finds what a function is started by because somebody handed it over; everything is looked up once."""

    def __init__(self, program: Program, patterns: Many[EntryPattern], deployments: Many[Deployment]) -> None:
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
            for found, started in (*self._by_value(), *self._assigned(), *self._deployed()):
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
        on_nothing = {n.rpartition(".")[2] for p in patterns if _UNSAID & {*p.argument} for n in p.argument_of}
        for name in sorted({n.rpartition(".")[2] for pattern in patterns for n in pattern.argument_of}):
            for call, record in self.program.resolver.calls_named(name):
                module = self.program.modules[call.path]
                receiver = receiver_of(record.callee) if name in on_receiver else None
                given = (*record.arguments, *(value for _, value in record.keywords))
                if not any(is_told(expr) for expr in given) and receiver is None and name not in on_nothing:
                    continue
                for number in self.arguments.fitting(self.program.callees(call), dotted(module, record.callee)):
                    pattern = self.patterns[number]
                    if not is_asked_for(pattern) or not is_given(pattern.given, record):
                        continue
                    scope = Scope(call.path, record.function, record.owner)
                    handed = [*_handed(pattern, record, receiver)]
                    for expr in handed:
                        if is_told(expr):
                            yield call, pattern, self.program.resolver.values(expr, scope)
                    if not handed:
                        yield call, pattern, self._unsaid(pattern, module, call)

    def _unsaid(self, pattern: EntryPattern, module: Module, call: CallId) -> Values:
        """What a call means that is handed nothing: `Depends()`, `fire.Fire()`."""
        if "file" in pattern.argument:
            functions = [n for of in module.functions(0).values() for n in of if module.function(n).name[:1] != "_"]
            classes = [n for of in module.classes(0).values() for n in of if module.class_(n).name[:1] != "_"]
            return (
                *(FunctionValue(call.path, number) for number in functions),
                *(ClassValue(call.path, number) for number in classes),
            )
        hint, scope = _type_of(module, call) if "annotation" in pattern.argument else (None, None)
        return self.program.resolver.values(hint, scope) if hint is not None and scope is not None else ()


def takes(pattern: EntryPattern, which: int | str) -> bool:
    """A pattern is about an argument of a call, by its position or its keyword."""
    return which in pattern.argument or (isinstance(which, str) and "**" in pattern.argument)


def _handed(pattern: EntryPattern, record: Call, receiver: Expr | None) -> Iterator[Expr]:
    """The arguments of a call that a pattern is about."""
    for which in pattern.argument:
        if which == "receiver" and receiver is not None:
            yield receiver
        elif which == "**":
            yield from (value for name, value in record.keywords if name is not None)
        else:
            expr = given_as(record, *((None, which) if isinstance(which, int) else (which, None)))
            if expr is not None:
                yield expr


def _type_of(module: Module, call: CallId) -> tuple[Expr | None, Scope | None]:
    """The type of the parameter whose default a call is, `x: Context = Depends()`, or beside which it stands in an
    annotation: `Annotated[Context, Depends()]`."""
    itself = CallResult(call.index)
    for function in module.summary.functions:
        scope = Scope(module.path, function.parent, function.owner)
        for parameter in function.parameters:
            hint = parameter.annotation
            if parameter.default == itself:
                return hint, scope
            if hint is not None and (beside := _beside(hint, itself)) is not None:
                return beside, scope
    for binding in module.summary.bindings:
        if (beside := _beside(binding.value, itself)) is not None:
            return beside, Scope(module.path, binding.function, binding.owner)
    return None, None


def _beside(hint: Expr, call: CallResult) -> Expr | None:
    """Of `Annotated[Context, Depends()]`, the type that the call is put to."""
    inner = hint.key.items if isinstance(hint, Subscript) and isinstance(hint.key, Sequence) else ()
    return inner[0] if call in inner[1:] else None


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
