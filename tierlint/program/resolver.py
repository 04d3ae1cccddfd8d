"""What a name, a call or an attribute of the program can stand for: flow-insensitive, found on demand."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from tierlint.model import (
    Attribute,
    Binding,
    Call,
    CallId,
    CallResult,
    Collected,
    Constant,
    Dictionary,
    Either,
    Element,
    Entered,
    Expr,
    LambdaValue,
    Name,
    Operation,
    Parameter,
    Sequence,
    Spread,
    Subscript,
    Template,
)
from tierlint.program import attributes, calls, classes, containers, names, parameters, type_hints
from tierlint.program.answers import Answers
from tierlint.program.hooks import Hooks
from tierlint.program.mentions import Mentions
from tierlint.program.modules import Module, ModuleFinder
from tierlint.program.records import Records, kept
from tierlint.program.values import (
    ClassKey,
    ClassValue,
    ConstantValue,
    ContainerValue,
    External,
    FunctionValue,
    InstanceValue,
    ModuleValue,
    Scope,
    TemplateValue,
    Value,
    Values,
    receiver_of,
    unique,
)


class Resolver:
    """The joined program's names and values. Everything learnt is remembered; nothing learnt is ever changed.

    What is asked here is found out in the modules beside this one, which know one another only through these questions.
    """

    def __init__(
        self,
        modules: dict[str, Module],
        finder: ModuleFinder,
        aliases: dict[str, str],
        flows: dict[str, str],
        hooks: Hooks,
        records: Records,
    ) -> None:
        self.modules = modules
        self.finder = finder
        self.aliases = aliases
        self.flows = flows
        self.hooks = hooks
        self.records = records
        self.mentions = Mentions(modules)
        self.answers = Answers()
        self.orders: dict[ClassKey, tuple[tuple[ClassKey, ...], tuple[External, ...]]] = {}
        self.descendants: dict[ClassKey, tuple[ClassKey, ...]] = {}
        self.open: set[object] = set()
        self.inside: dict[tuple[ContainerValue, Constant | None], Values] = {}
        # The last parts of the names that the tables know: of nearly every other name they have nothing to say.
        self.telling = frozenset(name.rpartition(".")[2] for name in flows)
        self.put_on: dict[str, Values] = {}
        self.put_under: dict[tuple[str, str, str], Values] = {}
        self._names: dict[tuple[Scope, str], Values] = {}
        self._results: dict[CallId, Values] = {}
        self._returns: dict[tuple[str, int], Values] = {}
        self._parameters: dict[tuple[str, int, str], Values] = {}
        self._attributes: dict[tuple[ClassKey, str, bool], Values] = {}

    # --- expressions -----------------------------------------------------------------------------

    def values(self, expr: Expr, scope: Scope) -> Values:
        """Everything the expression can stand for; empty: unknown."""
        answers = self.answers
        if not answers.goes_on():
            return ()
        kind = type(expr)
        if kind is Name:
            known = self._names.get((scope, expr.path))  # type: ignore[union-attr]
            if known is not None:
                return known
        search = _FORMS.get(kind)
        if search is None:
            return ()
        answers.depth += 1
        try:
            return search(self, expr, scope)
        finally:
            answers.depth -= 1

    def template(self, expr: Template, scope: Scope) -> Values:
        """A string put together: one literal, where every part is one."""
        text = ""
        for part in expr.parts:
            values = self.values(part, scope)
            if len(values) != 1 or not isinstance(values[0], ConstantValue):
                return (TemplateValue(expr, scope),)
            text += str(values[0].value)
        return (ConstantValue(text),)

    def operation(self, expr: Operation, scope: Scope) -> Values:
        """One of the two sides, or both together where they are texts; a path is neither of its parts."""
        if expr.operator == "/":
            return ()
        found = unique((*self.values(expr.left, scope), *self.values(expr.right, scope)))
        if expr.operator == "+" and any(
            isinstance(v, TemplateValue) or (isinstance(v, ConstantValue) and isinstance(v.value, str)) for v in found
        ):
            return self.template(Template((expr.left, expr.right)), scope)
        return found

    def bound(self, binding: Binding, module: Module) -> Values:
        """What an assignment gives its target."""
        scope = Scope(module.path, binding.function, binding.owner)
        found = self.values(binding.value, scope)
        if binding.annotation is not None:
            found = unique((*found, *self.annotated(binding.annotation, scope)))
        return found

    def annotated(self, annotation: Expr, scope: Scope) -> Values:
        """Instances that an annotation promises."""
        return type_hints.annotated(self, annotation, scope)

    # --- names -----------------------------------------------------------------------------------

    def name(self, path: str, scope: Scope) -> Values:
        """What a dotted name stands for."""
        key = (scope, path)
        known = self._names.get(key)
        if known is not None:
            return known
        return self.answers.settled(self._names, key, lambda: names.name(self, path, scope))

    def global_name(self, module: Module, name: str) -> Values:
        """What a name stands for at the top of a file."""
        key = (Scope(module.path, -1), name)
        return self.answers.settled(self._names, key, lambda: names.global_name(self, module, name))

    def lookup(self, name: str, scope: Scope) -> Values:
        """A bare name, from the innermost scope outwards."""
        return names.lookup(self, name, scope)

    def import_target(
        self, importer: str, name: str, level: int, attribute: str | None = None
    ) -> ModuleValue | External | None:
        """The module that an import names; attribute: what is asked of it."""
        return names.import_target(self, importer, name, level, attribute)

    def imported(self, importer: str, name: str, level: int, attribute: str | None) -> Values:
        """What an import binds."""
        return names.imported(self, importer, name, level, attribute)

    def module_attribute(self, path: str, name: str) -> Values:
        """An attribute of a file as a module, or a module in a package."""
        return names.module_attribute(self, path, name)

    def submodule(self, directory: str, name: str) -> Values:
        """The module of this name in a directory."""
        return names.submodule(self, directory, name)

    def external(self, name: str, made: CallId | None = None, options: tuple[CallId, ...] = ()) -> External:
        """Something of the outside world, under the name it is known by."""
        return names.external(self, name, made, options)

    # --- attributes and classes ------------------------------------------------------------------

    def attributes(self, values: Values, path: list[str]) -> Values:
        """What `.a.b` gives of any of the values."""
        for name in path:
            found: list[Value] = []
            for value in values:
                found += attributes.attribute(self, value, name)
            values = unique(found)
        return values

    def instance_attribute(self, value: InstanceValue, name: str) -> Values:
        """An attribute of an instance of a class of the project."""
        return self.class_attribute((value.path, value.index), name, exact=value.exact, value=value)

    def class_attribute(self, key: ClassKey, name: str, *, exact: bool, value: InstanceValue | ClassValue) -> Values:
        """An attribute of a class or its instances; exact: no subclass can be meant."""
        question = (key, name, exact)
        found = self._attributes.get(question)
        if found is None:
            found = self.answers.settled(
                self._attributes, question, lambda: attributes.class_attribute(self, key, name, exact)
            )
        if not found:
            made = value.made if isinstance(value, InstanceValue) else None
            _, externals = self.order(key)
            outside = tuple(self.external(f"{base.name}.{name}", made) for base in externals)
            return (*kept(self, key, name, ()), *outside) if outside else ()
        return found

    def own_attribute(self, key: ClassKey, name: str) -> Values:
        """What a class itself gives its instances under a name: methods, properties, fields."""
        return attributes.own_attribute(self, key, name)

    def is_property(self, module: Module, method: int) -> bool:
        """Whether reading a method runs it."""
        return attributes.is_property(module, method)

    def order(self, key: ClassKey) -> tuple[tuple[ClassKey, ...], tuple[External, ...]]:
        """The class and its ancestors in lookup order, and the outside classes it descends from."""
        return classes.order(self, key)

    def subclasses(self, key: ClassKey) -> tuple[ClassKey, ...]:
        """Every class of the project that descends from this one."""
        return classes.subclasses(self, key)

    # --- parameters and calls --------------------------------------------------------------------

    def parameter(self, module: Module, function: int, parameter: Parameter, place: int) -> Values:
        """What a function can be handed for a parameter."""
        return self.answers.settled(
            self._parameters,
            (module.path, function, parameter.name),
            lambda: parameters.parameter(self, module, function, parameter, place),
        )

    def mentioning(self, name: str) -> list[tuple[Module, str]]:
        """Files in which a name is used, each with the identifier it goes by there."""
        return self.mentions.of(name)

    def calls_named(self, name: str) -> list[tuple[CallId, Call]]:
        """Calls whose callee ends in a name (or in what the name is imported as)."""
        return self.mentions.calls(name)

    def callees(self, call: CallId) -> Values:
        """What a call runs."""
        record = self.modules[call.path].call(call.index)
        return self.values(record.callee, Scope(call.path, record.function, record.owner))

    def receivers(self, call: CallId) -> Values:
        """What a method is called on; nothing, where that is no expression of its own."""
        record = self.modules[call.path].call(call.index)
        receiver = receiver_of(record.callee)
        return self.values(receiver, Scope(call.path, record.function, record.owner)) if receiver is not None else ()

    def call_result(self, call: CallId) -> Values:
        """What a call gives."""
        known = self._results.get(call)
        if known is not None:
            return known
        return self.answers.settled(self._results, call, lambda: calls.call_result(self, call))

    def returns(self, path: str, index: int) -> Values:
        """What a function gives back; a generator gives a collection of what it yields."""
        return self.answers.settled(self._returns, (path, index), lambda: calls.returned(self, path, index))

    def results(self, value: InstanceValue, method: str) -> Values:
        """What a method of an object of the project gives back."""
        found = [called for called in self.instance_attribute(value, method) if isinstance(called, FunctionValue)]
        return unique(given for called in found for given in self.returns(called.path, called.index))

    def entered(self, context: Expr, scope: Scope) -> Values:
        """What `with context as name` binds."""
        return calls.entered(self, context, scope)

    # --- containers ------------------------------------------------------------------------------

    def items(self, base: Expr, scope: Scope, key: Expr | None) -> Values:
        """What `base[key]` can be."""
        return containers.items(self, base, scope, key)

    def items_of(self, container: ContainerValue, key: Expr | None, scope: Scope) -> Values:
        """The items of a display."""
        return containers.items_of(self, container, key, scope)

    def stored(self, path: str, scope: Scope, key: Expr | None = None) -> Values:
        """Items put into a container after it was made: `handlers["x"] = f`, `clients.append(c)`."""
        return containers.stored(self, path, scope, key)

    def stores(self, path: str, scope: Scope) -> Iterator[tuple[Binding, Module]]:
        """The places where items are put into a container."""
        return containers.stores(self, path, scope)

    def elements(self, expr: Element, scope: Scope) -> Values:
        """One item of an iterable, or one part of an unpacked item."""
        return containers.elements(self, expr, scope)


_FORMS: dict[type, Callable[[Resolver, Any, Scope], Values]] = {
    Name: lambda resolver, expr, scope: resolver.name(expr.path, scope),
    CallResult: lambda resolver, expr, scope: resolver.call_result(CallId(scope.path, expr.call)),
    Attribute: lambda resolver, expr, scope: resolver.attributes(
        resolver.values(expr.base, scope), expr.name.split(".")
    ),
    Constant: lambda resolver, expr, scope: (ConstantValue(expr.value),),
    Dictionary: lambda resolver, expr, scope: (ContainerValue(expr, scope),),
    Sequence: lambda resolver, expr, scope: (ContainerValue(expr, scope),),
    Collected: lambda resolver, expr, scope: (ContainerValue(expr, scope),),
    Either: lambda resolver, expr, scope: unique(
        [v for option in expr.options for v in resolver.values(option, scope)]
    ),
    Subscript: lambda resolver, expr, scope: resolver.items(expr.base, scope, expr.key),
    Element: lambda resolver, expr, scope: resolver.elements(expr, scope),
    Entered: lambda resolver, expr, scope: resolver.entered(expr.context, scope),
    LambdaValue: lambda resolver, expr, scope: (FunctionValue(scope.path, expr.function),),
    Spread: lambda resolver, expr, scope: resolver.values(expr.iterable, scope),
    Template: lambda resolver, expr, scope: resolver.template(expr, scope),
    Operation: lambda resolver, expr, scope: resolver.operation(expr, scope),
}
