"""What a name, a call or an attribute of the program can stand for: flow-insensitive, found on demand."""

from __future__ import annotations

import builtins
from collections.abc import Iterator

from tierlint.indexing import ARGUMENT, CALLEE, DECORATES
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
from tierlint.program.answers import Answers
from tierlint.program.modules import Module, ModuleFinder, is_test
from tierlint.program.values import (
    ClassKey,
    ClassValue,
    CollectionValue,
    ConstantValue,
    ContainerValue,
    External,
    FunctionValue,
    InstanceValue,
    MethodOf,
    ModuleValue,
    Scope,
    SuperValue,
    Value,
    Values,
    argument,
    given_as,
    unique,
)

# How many results and items of unknown things are followed before they count as just anything.
MOST_UNKNOWNS = 2
_MOST_COPIES = 4  # `client = client.with_options(...)` copies without end
_ANYTHING = External("()")
# A call, the function it is handed, and what it is handed with that function: by position and by name.
_Handed = tuple[CallId, Expr, tuple[Expr, ...], dict[str, Expr]]

_BUILTIN_NAMES = frozenset(dir(builtins))
_UNIONS = frozenset({"Optional", "Union", "Annotated", "ClassVar", "Final", "Required", "NotRequired", "Awaitable"})
_TYPE_FORMS = frozenset(
    f"{module}.{name}"
    for module in ("typing", "typing_extensions")
    for name in ("Annotated", "Optional", "Union", "Final")
)
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
_FROM_OUTSIDE = frozenset({"pydantic_settings.BaseSettings", "pydantic.BaseSettings", "environs.Env"})
_PROPERTIES = frozenset({"property", "cached_property", "lazy_property", "classproperty", "hybrid_property"})
_ITEM_METHODS = frozenset({"get", "pop", "setdefault", "popleft", "__getitem__"})
_ITERATION_METHODS = frozenset({"values", "items", "copy", "keys"})


class Resolver:
    """The joined program's names and values. Everything learnt is remembered; nothing learnt is ever changed."""

    def __init__(
        self,
        modules: dict[str, Module],
        finder: ModuleFinder,
        aliases: dict[str, str],
        flows: dict[str, str],
    ) -> None:
        self.modules = modules
        self.finder = finder
        self.aliases = aliases
        self.flows = flows
        self._names: dict[tuple[Scope, str], Values] = {}
        self._results: dict[CallId, Values] = {}
        self._returns: dict[tuple[str, int], Values] = {}
        self._parameters: dict[tuple[str, int, str], Values] = {}
        self._attributes: dict[tuple[ClassKey, str, bool], Values] = {}
        self._orders: dict[ClassKey, tuple[tuple[ClassKey, ...], tuple[External, ...]]] = {}
        self._subclasses: dict[ClassKey, tuple[ClassKey, ...]] = {}
        self._mentioning: dict[str, list[tuple[Module, str]]] = {}
        self._renamed: dict[str, dict[tuple[str, str], None]] | None = None
        self._users: dict[str, list[Module]] = {}
        self._called: dict[str, list[tuple[CallId, Call]]] = {}
        self._handed: dict[str, list[_Handed]] = {}
        self._put_on: dict[str, list[tuple[Module, Binding]]] | None = None
        self._open: set[object] = set()
        self.answers = Answers()

    # --- expressions -----------------------------------------------------------------------------

    def values(self, expr: Expr, scope: Scope) -> Values:
        """Everything the expression can stand for; empty: unknown."""
        if self.answers.is_too_deep():
            return ()
        self.answers.depth += 1
        try:
            return self._values(expr, scope)
        finally:
            self.answers.depth -= 1

    def _values(self, expr: Expr, scope: Scope) -> Values:
        if isinstance(expr, Name):
            return self.name(expr.path, scope)
        if isinstance(expr, CallResult):
            return self.call_result(CallId(scope.path, expr.call))
        if isinstance(expr, Attribute):
            return self.attributes(self.values(expr.base, scope), expr.name.split("."))
        if isinstance(expr, Constant):
            return (ConstantValue(expr.value),)
        if isinstance(expr, (Dictionary, Sequence, Collected)):
            return (ContainerValue(expr, scope),)
        if isinstance(expr, Either):
            return unique(value for option in expr.options for value in self.values(option, scope))
        if isinstance(expr, Subscript):
            return self.items(expr.base, scope, expr.key)
        if isinstance(expr, Element):
            return self.elements(expr, scope)
        if isinstance(expr, Entered):
            return self.entered(expr.context, scope)
        if isinstance(expr, LambdaValue):
            return (FunctionValue(scope.path, expr.function),)
        if isinstance(expr, Spread):
            return self.values(expr.iterable, scope)
        if isinstance(expr, Template):
            return self.template(expr, scope)
        if isinstance(expr, Operation):
            return unique((*self.values(expr.left, scope), *self.values(expr.right, scope)))
        return ()

    def template(self, expr: Template, scope: Scope) -> Values:
        """A string put together, where every part is one known literal."""
        text = ""
        for part in expr.parts:
            values = self.values(part, scope)
            if len(values) != 1 or not isinstance(values[0], ConstantValue):
                return ()
            text += str(values[0].value)
        return (ConstantValue(text),)

    # --- names -----------------------------------------------------------------------------------

    def name(self, path: str, scope: Scope) -> Values:
        return self.answers.settled(self._names, (scope, path), lambda: self._name(path, scope))

    def _name(self, path: str, scope: Scope) -> Values:
        root, _, rest = path.partition(".")
        found = self.lookup(root, scope)
        if rest:
            return (*self.attributes(found, rest.split(".")), *self.dotted(path, scope))
        return found

    def dotted(self, path: str, scope: Scope) -> Iterator[Value]:
        """`app.state.client = ...` anywhere in the same file."""
        module = self.modules[scope.path]
        module.bindings(0, -1)
        if path.startswith(("self.", "cls.")):
            return
        for binding in module.dotted.get(path, ()):
            yield from self.bound(binding, module)

    def bound(self, binding: Binding, module: Module) -> Values:
        scope = Scope(module.path, binding.function, binding.owner)
        found = self.values(binding.value, scope)
        if binding.annotation is not None:
            found = unique((*found, *self.annotated(binding.annotation, scope)))
        return found

    def lookup(self, name: str, scope: Scope) -> Values:
        """A bare name, from the innermost scope outwards."""
        module = self.modules[scope.path]
        if scope.owner >= 0:
            found = self.class_body(name, module, scope.owner)
            if found:
                return found
        function = scope.function
        while function >= 0:
            hit, found = self.in_function(name, module, function)
            if hit:
                return found
            function = module.function(function).parent
        for star in module.stars:
            target = self.import_target(module.path, star.module, star.level)
            if isinstance(target, ModuleValue):
                found = self.module_attribute(target.path, name)
                if found:
                    return found
        if name in _BUILTIN_NAMES:
            return (External(f"builtins.{name}"),)
        if name == "__name__":
            return (ConstantValue(module.name),)
        for star in module.stars:
            target = self.import_target(module.path, star.module, star.level)
            if isinstance(target, External):
                return (self.external(f"{target.name}.{name}"),)
        return ()

    def class_body(self, name: str, module: Module, owner: int) -> Values:
        found: list[Value] = []
        found += [FunctionValue(module.path, index) for index in module.methods(owner).get(name, ())]
        found += [ClassValue(module.path, index) for index in module.classes(0, owner).get(name, ())]
        for binding in module.bindings(0, owner).get(name, ()):
            found += self.bound(binding, module)
        return unique(found)

    def in_function(self, name: str, module: Module, function: int) -> tuple[bool, Values]:
        found: list[Value] = []
        hit = False
        for index in module.functions(function).get(name, ()):
            hit = True
            found.append(FunctionValue(module.path, index))
        for index in module.classes(function).get(name, ()):
            hit = True
            found.append(ClassValue(module.path, index))
        for item in module.imports(function).get(name, ()):
            hit = True
            found += self.imported(module.path, item.module, item.level, item.attribute)
        for binding in module.bindings(function, -1).get(name, ()):
            hit = True
            found += self.bound(binding, module)
        for place, parameter in enumerate(module.function(function).parameters):
            if parameter.name == name:
                hit = True
                found += self.parameter(module, function, parameter, place)
        return hit, unique(found)

    # --- imports ---------------------------------------------------------------------------------

    def import_target(self, importer: str, name: str, level: int) -> ModuleValue | External | None:
        """The module that an import names."""
        if level:
            path = self.finder.relative(importer, level, name)
            return ModuleValue(path) if path is not None else None
        path = self.finder.absolute(importer, name)
        if path is not None:
            return ModuleValue(path)
        external = External("")
        for part in name.split("."):
            external = self.external(f"{external.name}.{part}" if external.name else part)
        return external

    def imported(self, importer: str, name: str, level: int, attribute: str | None) -> Values:
        target = self.import_target(importer, name, level)
        if target is None:
            return ()
        if attribute is None:
            return (target,)
        if isinstance(target, External):
            # A namespace package may hold `a/b.py` where nothing is known of `a`.
            path = self.finder.absolute(importer, f"{name}.{attribute}")
            return (ModuleValue(path),) if path else (self.external(f"{target.name}.{attribute}"),)
        return self.module_attribute(target.path, attribute)

    def module_attribute(self, path: str, name: str) -> Values:
        module = self.modules.get(path)
        if module is None:  # a namespace package
            return self.submodule(path, name)
        found = self.global_name(module, name)
        if not found and path.endswith("__init__.py"):
            return self.submodule(path.removesuffix("__init__.py"), name)
        return found

    def global_name(self, module: Module, name: str) -> Values:
        key = (Scope(module.path, -1), name)
        return self.answers.settled(self._names, key, lambda: self._global_name(module, name))

    def _global_name(self, module: Module, name: str) -> Values:
        hit, found = self.in_function(name, module, 0)
        if hit:
            return found
        for star in module.stars:
            target = self.import_target(module.path, star.module, star.level)
            if isinstance(target, ModuleValue) and target.path != module.path:
                found = unique((*found, *self.module_attribute(target.path, name)))
            elif isinstance(target, External) and not found:
                found = (self.external(f"{target.name}.{name}"),)
        return found

    def submodule(self, directory: str, name: str) -> Values:
        parts = tuple(part for part in directory.split("/") if part)
        path = self.finder.at((*parts, name))
        return (ModuleValue(path),) if path is not None else ()

    def external(self, name: str, made: CallId | None = None, options: tuple[CallId, ...] = ()) -> External:
        if name.endswith((")", "]")) and name.count("(") + name.count("[") > MOST_UNKNOWNS:
            return _ANYTHING  # the item of an attribute of a result of ...: nobody will know it by its name
        seen = 0
        while name in self.aliases and seen < 5:
            name = self.aliases[name]
            seen += 1
        return External(name, made, None, options)

    # --- attributes ------------------------------------------------------------------------------

    def attributes(self, values: Values, names: list[str]) -> Values:
        for name in names:
            if not values:
                return ()
            values = unique(found for value in values for found in self.attribute(value, name))
        return values

    def attribute(self, value: Value, name: str) -> Values:
        if isinstance(value, External):
            dotted = f"{value.name}.{name}"
            gives = self.flows.get("." + dotted) or self.flows.get(f".{dotted.partition('.')[0]}.*.{name}")
            if gives == "receiver":
                return (value,)
            if gives is not None:
                return (self.external(gives, value.made),)
            return (self.external(dotted, value.made, value.options), *self.put_on(value, name))
        if isinstance(value, ModuleValue):
            return self.module_attribute(value.path, name)
        if isinstance(value, InstanceValue):
            return self.instance_attribute(value, name)
        if isinstance(value, ClassValue):
            return self.class_attribute((value.path, value.index), name, exact=True, value=value)
        if isinstance(value, SuperValue):
            order, externals = self.order((value.path, value.index))
            for key in order[1:]:
                found = self.own_attribute(key, name)
                if found:
                    return found
            return tuple(self.external(f"{base.name}.{name}") for base in externals)
        if isinstance(value, FunctionValue):
            return (MethodOf(value, name), *self.decorated_attribute(value, name))
        if isinstance(value, (ContainerValue, CollectionValue)):
            return (MethodOf(value, name),)
        return ()

    def put_on(self, value: External, name: str) -> Values:
        """What the project keeps on an object of a framework: `app.state.client = ...`, `g.client = ...`."""
        if self._put_on is None:
            self._put_on = {}
            for module in self.modules.values():
                module.bindings(0, -1)
                for target, bindings in module.dotted.items():
                    parts = target.removesuffix("[]").split(".")
                    if parts[-2] not in ("self", "cls") and not target.endswith("[]"):
                        kept = self._put_on.setdefault(".".join(parts[-2:]), [])
                        kept += [(module, binding) for binding in bindings]
        found: list[Value] = []
        for module, binding in self._put_on.get(f"{value.name.rpartition('.')[2]}.{name}", ()):
            scope = Scope(module.path, binding.function, binding.owner)
            owners = self.values(Name(binding.target.rpartition(".")[0]), scope)
            if all(isinstance(owner, External) for owner in owners):
                found += self.bound(binding, module)
        return unique(found)

    def decorated_attribute(self, value: FunctionValue, name: str) -> Iterator[Value]:
        """`@click.group()` puts a group in the function's place: the attribute is that of what decorates it."""
        defined = self.modules[value.path].function(value.index)
        scope = Scope(value.path, defined.parent, defined.owner)
        for decorator in defined.decorators:
            if isinstance(decorator, CallResult):
                for outside in self.values(decorator, scope):
                    if isinstance(outside, External):
                        yield from self.attribute(outside, name)

    def instance_attribute(self, value: InstanceValue, name: str) -> Values:
        return self.class_attribute((value.path, value.index), name, exact=value.exact, value=value)

    def class_attribute(self, key: ClassKey, name: str, *, exact: bool, value: InstanceValue | ClassValue) -> Values:
        found = self.answers.settled(
            self._attributes, (key, name, exact), lambda: self._class_attribute(key, name, exact)
        )
        if not found:
            made = value.made if isinstance(value, InstanceValue) else None
            _, externals = self.order(key)
            return tuple(self.external(f"{base.name}.{name}", made) for base in externals)
        return found

    def _class_attribute(self, key: ClassKey, name: str, exact: bool) -> Values:
        if name == "__class__":
            return (ClassValue(*key),)
        found: list[Value] = []
        order, _ = self.order(key)
        for ancestor in order:
            own = self.own_attribute(ancestor, name)
            found += own
            # A method hides those of its bases, and so does a client that a class builds for itself.
            if any(isinstance(v, FunctionValue) or (isinstance(v, External) and v.made) for v in own):
                break
        if not exact:
            for descendant in self.subclasses(key):
                found += self.own_attribute(descendant, name)
        if found and all(isinstance(value, ConstantValue) for value in found):
            # What is written there is a default: the environment of a run may say something else.
            found += [self.external(f"{base.name}.{name}") for base in self.order(key)[1] if base.name in _FROM_OUTSIDE]
        return unique(found)

    def own_attribute(self, key: ClassKey, name: str) -> Values:
        """What a class itself gives its instances under a name: methods, properties, fields."""
        path, index = key
        module = self.modules[path]
        found: list[Value] = []
        for method in module.methods(index).get(name, ()):
            if self.is_property(module, method):
                found += self.returns(path, method)
            else:
                found.append(FunctionValue(path, method))
        found += [ClassValue(path, inner) for inner in module.classes(0, index).get(name, ())]
        for binding in module.bindings(0, index).get(name, ()):
            found += self.bound(binding, module)
            if binding.annotation is not None:
                found += self.field_values(key, name)
        for binding in module.instance_bindings(index).get(name, ()):
            found += self.bound(binding, module)
        return unique(found)

    def is_property(self, module: Module, method: int) -> bool:
        for decorator in module.function(method).decorators:
            if isinstance(decorator, Name) and decorator.path.rpartition(".")[2] in _PROPERTIES:
                return True
        return False

    def field_values(self, key: ClassKey, name: str) -> Values:
        """What constructor calls hand to a field of a dataclass or model: `Settings(client=...)`."""
        path, index = key
        module = self.modules[path]
        if "__init__" in module.methods(index):
            return ()
        place = 0
        for target, bindings in module.bindings(0, index).items():
            if target == name:
                break
            place += any(b.annotation is not None for b in bindings)
        found: list[Value] = []
        for site, call in self.calls_named(module.class_(index).name):
            expr = given_as(call, name, place)
            if expr is None or (is_test(site.path) and not is_test(path)):
                continue
            scope = Scope(site.path, call.function, call.owner)
            if ClassValue(path, index) in self.values(call.callee, scope):
                found += self.values(expr, scope)
        return unique(found)

    # --- classes ---------------------------------------------------------------------------------

    def bases(self, key: ClassKey) -> Values:
        path, index = key
        defined = self.modules[path].class_(index)
        scope = Scope(path, defined.parent, defined.owner)
        found: list[Value] = []
        for base in defined.bases:
            inner = base.base if isinstance(base, Subscript) else base
            found += [v for v in self.values(inner, scope) if isinstance(v, (ClassValue, External))]
        return unique(found)

    def order(self, key: ClassKey) -> tuple[tuple[ClassKey, ...], tuple[External, ...]]:
        """The class and its ancestors in lookup order, and the outside classes it descends from."""
        known = self._orders.get(key)
        if known is not None:
            return known
        if ("order", key) in self._open:
            return (key,), ()
        self._open.add(("order", key))
        externals: list[Value] = []
        lines: list[list[ClassKey]] = []
        direct: list[ClassKey] = []
        for base in self.bases(key):
            if isinstance(base, ClassValue):
                order, outside = self.order((base.path, base.index))
                lines.append(list(order))
                direct.append((base.path, base.index))
                externals += outside
            else:
                externals.append(base)
        self._open.discard(("order", key))
        merged = (key, *_merge([*lines, direct]))
        found = merged, tuple(v for v in unique(externals) if isinstance(v, External))
        self._orders[key] = found
        return found

    def subclasses(self, key: ClassKey) -> tuple[ClassKey, ...]:
        """Every class of the project that descends from this one."""
        known = self._subclasses.get(key)
        if known is not None:
            return known
        self._subclasses[key] = ()  # a class that descends from itself is no Python
        found: dict[ClassKey, None] = {}
        name = self.modules[key[0]].class_(key[1]).name
        for module, alias in self.mentioning(name):
            for index in module.subclass_mentions(alias):
                descendant = (module.path, index)
                if descendant != key and ClassValue(*key) in self.bases(descendant):
                    found[descendant] = None
                    found.update(dict.fromkeys(self.subclasses(descendant)))
        self._subclasses[key] = tuple(found)
        return self._subclasses[key]

    # --- parameters ------------------------------------------------------------------------------

    def parameter(self, module: Module, function: int, parameter: Parameter, place: int) -> Values:
        return self.answers.settled(
            self._parameters,
            (module.path, function, parameter.name),
            lambda: self._parameter(module, function, parameter, place),
        )

    def _parameter(self, module: Module, function: int, parameter: Parameter, place: int) -> Iterator[Value]:
        defined = module.function(function)
        scope = Scope(module.path, defined.parent, defined.owner)
        is_method = defined.owner >= 0 and not _is_static(defined.decorators)
        if is_method and place == 0 and parameter.kind == "positional":
            if _is_class_method(defined.decorators, defined.name):
                yield ClassValue(module.path, defined.owner)
            else:
                yield InstanceValue(module.path, defined.owner)
            return
        if parameter.kind in ("variadic", "keywords"):
            return
        if parameter.annotation is not None:
            yield from self.annotated(parameter.annotation, scope)
        if parameter.default is not None:
            yield from self.values(parameter.default, scope)
        yield from self.handed(module, function, parameter, place - is_method)

    def handed(self, module: Module, function: int, parameter: Parameter, place: int) -> Iterator[Value]:
        """What the calls of a function hand to a parameter."""
        defined = module.function(function)
        names = {defined.name}
        target: Value = FunctionValue(module.path, function)
        wanted: set[Value] = {target}
        if defined.owner >= 0 and defined.name in ("__init__", "__call__", "__new__"):
            key = (module.path, defined.owner)
            for other in (key, *self.subclasses(key)):
                names.add(self.modules[other[0]].class_(other[1]).name)
                wanted.add(ClassValue(*other))
        keyword = parameter.name if parameter.kind != "variadic" else None
        position = place if parameter.kind == "positional" else None
        for name in sorted(names):
            for site, call in self.calls_named(name):
                expr = given_as(call, keyword, position)
                if expr is None or (is_test(site.path) and not is_test(module.path)):
                    continue  # what tests hand in stands for something else
                scope = Scope(site.path, call.function, call.owner)
                if any(value in wanted for value in self.values(call.callee, scope)):
                    yield from self.values(expr, scope)
            yield from self.handed_on(module, name, wanted, keyword, position)
        if position == 0:
            yield from self.decorated_by(module, function)

    def handed_on(
        self, module: Module, name: str, wanted: set[Value], keyword: str | None, position: int | None
    ) -> Iterator[Value]:
        """`partial(f, client)`, `add_task(f, client)`, `Thread(target=f, args=(client,))`: what goes with it."""
        for call, function, beside, keys in self.handed_with(name):
            expr = keys.get(keyword or "")
            if expr is None and position is not None and position < len(beside):
                expr = beside[position]
            if expr is None or (is_test(call.path) and not is_test(module.path)):
                continue
            record = self.modules[call.path].call(call.index)
            scope = Scope(call.path, record.function, record.owner)
            if wanted.isdisjoint(self.values(function, scope)):
                continue
            # A function of the project says itself what it calls with what.
            if any(isinstance(value, External) for value in self.values(record.callee, scope)):
                yield from self.values(expr, scope)

    def handed_with(self, name: str) -> list[_Handed]:
        """Calls that are handed something of this name and arguments to go with it."""
        known = self._handed.get(name)
        if known is None:
            known = []
            for module, alias in self.mentioning(name):
                for kind, index in module.mentions(alias):
                    if kind != ARGUMENT:
                        continue
                    record = module.call(index)
                    keywords = {key: value for key, value in record.keywords if key is not None}
                    packed, named = keywords.get("args"), keywords.get("kwargs")
                    keys: dict[str, Expr] = dict(keywords)
                    if isinstance(named, Dictionary):
                        pairs = zip(named.keys, named.values, strict=True)
                        keys |= {str(key.value): value for key, value in pairs if isinstance(key, Constant)}
                    given = [(expr, record.arguments[n + 1 :]) for n, expr in enumerate(record.arguments)]
                    given += [(expr, ()) for expr in keywords.values()]
                    for expr, beside in given:
                        if not beside and isinstance(packed, Sequence):
                            beside = packed.items
                        if (beside or keys) and _ends_in(expr, alias):
                            known.append((CallId(module.path, index), expr, beside, keys))
            self._handed[name] = known
        return known

    def decorated_by(self, module: Module, function: int) -> Iterator[Value]:
        """A decorator's first parameter is the function it stands on, also in `@register("x")`."""
        defined = module.function(function)
        names = [defined.name]
        if defined.parent > 0:
            names.append(module.function(defined.parent).name)
        wanted = FunctionValue(module.path, function)
        for name in names:
            for other, alias in self.mentioning(name):
                for kind, index in other.mentions(alias):
                    if kind != DECORATES:
                        continue
                    decorated = other.function(index)
                    scope = Scope(other.path, decorated.parent, decorated.owner)
                    if any(wanted in self.values(decorator, scope) for decorator in decorated.decorators):
                        yield FunctionValue(other.path, index)

    def mentioning(self, name: str) -> list[tuple[Module, str]]:
        """Files in which a name is used, each with the identifier it goes by there."""
        known = self._mentioning.get(name)
        if known is None:
            if self._renamed is None:
                self._renamed = {}
                for module in self.modules.values():
                    for identifier in module.summary.mentions:
                        self._users.setdefault(identifier, []).append(module)
                    for item in module.summary.imports:
                        if item.attribute is not None and item.attribute != item.name and item.name:
                            self._renamed.setdefault(item.attribute, {})[module.path, item.name] = None
            places: dict[tuple[Module, str], None] = {}
            names = [name]
            for each in names:
                places.update(((module, each), None) for module in self._users.get(each, ()))
                for path, alias in self._renamed.get(each, ()):
                    if alias in self.modules[path].summary.mentions:
                        places[self.modules[path], alias] = None
                    # A package's `__init__` gives things new names, by which others know them.
                    if path.endswith("__init__.py") and alias not in names:
                        names.append(alias)
            known = list(places)
            self._mentioning[name] = known
        return known

    def calls_named(self, name: str) -> list[tuple[CallId, Call]]:
        """Calls whose callee ends in a name (or in what the name is imported as)."""
        known = self._called.get(name)
        if known is None:
            known = [
                (CallId(module.path, index), module.call(index))
                for module, alias in self.mentioning(name)
                for kind, index in module.mentions(alias)
                if kind == CALLEE
            ]
            self._called[name] = known
        return known

    # --- annotations -----------------------------------------------------------------------------

    def annotated(self, annotation: Expr, scope: Scope) -> Values:
        """Instances that an annotation promises."""
        if isinstance(annotation, Either):
            return unique(v for option in annotation.options for v in self.annotated(option, scope))
        if isinstance(annotation, Subscript):
            base = annotation.base.path if isinstance(annotation.base, Name) else ""
            tail = base.rpartition(".")[2]
            arguments = annotation.key.items if isinstance(annotation.key, Sequence) else ()
            if tail == "Annotated":
                given = [v for item in arguments[1:] for v in self.values(item, scope)]
                return unique((*self.annotated(arguments[0], scope), *given))
            if tail in _UNIONS:
                return unique(v for option in arguments for v in self.annotated(option, scope))
            if tail in ("Type", "type"):
                return unique(v for option in arguments for v in self.values(option, scope))
            if tail in _MANY or tail in _KEYED:
                chosen = arguments[-1:] if tail in _KEYED else arguments[:1]
                items = unique(v for option in chosen for v in self.annotated(option, scope))
                return (CollectionValue(items),) if items else ()
            return self.annotated(annotation.base, scope)
        if not isinstance(annotation, Name) or annotation.path.rpartition(".")[2] in _NO_INSTANCE:
            return ()
        found: list[Value] = []
        for value in self.values(annotation, scope):
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

    # --- calls -----------------------------------------------------------------------------------

    def callees(self, call: CallId) -> Values:
        """What a call runs."""
        record = self.modules[call.path].call(call.index)
        return self.values(record.callee, Scope(call.path, record.function, record.owner))

    def call_result(self, call: CallId) -> Values:
        """What a call gives."""
        return self.answers.settled(self._results, call, lambda: self._call_result(call))

    def _call_result(self, call: CallId) -> Iterator[Value]:
        module = self.modules[call.path]
        record = module.call(call.index)
        scope = Scope(call.path, record.function, record.owner)
        if record.name == "super":
            method = module.method_around(record.function)
            if method is not None:
                yield SuperValue(call.path, module.function(method).owner)
            return
        for value in self.callees(call):
            if isinstance(value, ClassValue):
                yield InstanceValue(value.path, value.index, call, exact=True)
            elif isinstance(value, FunctionValue):
                yield from self.returns(value.path, value.index)
            elif isinstance(value, External):
                yield from self.external_result(value, call, record, scope)
            elif isinstance(value, InstanceValue):
                for called in self.instance_attribute(value, "__call__"):
                    if isinstance(called, FunctionValue):
                        yield from self.returns(called.path, called.index)
            elif isinstance(value, MethodOf):
                yield from self.method_result(value, record, scope)

    def external_result(self, value: External, call: CallId, record: Call, scope: Scope) -> Iterator[Value]:
        if value.name == "builtins.getattr" and len(record.arguments) > 1:
            yield from self.attribute_named(record, scope)
            return
        tail = value.name.rpartition(".")[2]
        gives = self.flows.get(value.name) or self.flows.get(f"{value.name.partition('.')[0]}.*.{tail}")
        if gives is None:
            name = value.name if tail[:1].isupper() else value.name + "()"
            yield self.external(name, call)
            if tail.endswith("()") and len(record.arguments) == 1 and not record.keywords:
                # `retry(times=3)(f)`: a decorator put on by hand keeps what the function does.
                decorated = self.values(record.arguments[0], scope)
                yield from (v for v in decorated if isinstance(v, FunctionValue) or _is_method(v))
            return
        if gives == "receiver":
            copies = (*value.options, call)[-_MOST_COPIES:]
            yield self.external(value.name.rpartition(".")[0], value.made, copies)
            return
        form, _, which = gives.rpartition(" ")
        if not form:
            yield self.external(gives, call)
            return
        expr = argument(record, which)
        if expr is None:
            return
        if form == "element of":
            yield from self.elements(Element(expr), scope)
            return
        if form == "entering of":
            yield from self.entered(expr, scope)
            return
        if form in ("module named", "object named"):
            yield from self.loaded_by_name(self.values(expr, scope), form == "module named", scope)
            return
        for given in self.values(expr, scope):
            if form == "argument":
                yield given
            elif form == "instance of":
                if isinstance(given, ClassValue):
                    yield InstanceValue(given.path, given.index)
            elif form == "partial of":
                if isinstance(given, External):
                    given = External(given.name, given.made, call, given.options)
                yield given
            elif form == "result of":
                yield from self.result_of(given, call)
            elif form == "results of":
                yield CollectionValue(self.result_of(given, call))

    def loaded_by_name(self, names: Values, is_module: bool, scope: Scope) -> Iterator[Value]:
        """`import_module("pkg.mod")`, `import_string("pkg.mod.thing")`, where the name is a literal."""
        for given in names:
            name = given.value if isinstance(given, ConstantValue) else None
            if not isinstance(name, str) or not name.strip("."):
                continue
            dotted = name.replace(":", ".").lstrip(".")
            level = len(name) - len(name.lstrip("."))
            if is_module:
                target = self.import_target(scope.path, dotted, level)
                if target is not None:
                    yield target
            elif "." in dotted:
                module, _, attribute = dotted.rpartition(".")
                yield from self.imported(scope.path, module, level, attribute)

    def attribute_named(self, record: Call, scope: Scope) -> Iterator[Value]:
        """`getattr(x, name)` where every name it can be is known."""
        for name in self.values(record.arguments[1], scope):
            if isinstance(name, ConstantValue) and isinstance(name.value, str):
                yield from self.attributes(self.values(record.arguments[0], scope), [name.value])

    def result_of(self, value: Value, call: CallId) -> Values:
        """What calling a value gives."""
        if isinstance(value, FunctionValue):
            found = self.returns(value.path, value.index)
            # `Depends(get_client)` hands over what a generator yields, not the generator.
            return unique(v for f in found for v in (f.items if isinstance(f, CollectionValue) else (f,)))
        if isinstance(value, ClassValue):
            return (InstanceValue(value.path, value.index, None, exact=True),)
        if isinstance(value, External):
            kind = value.name.rpartition(".")[2][:1].isupper()
            return (self.external(value.name if kind else value.name + "()", call),)
        return ()

    def method_result(self, value: MethodOf, record: Call, scope: Scope) -> Iterator[Value]:
        inner = value.value
        if isinstance(inner, ContainerValue):
            if value.name in _ITEM_METHODS:
                key = record.arguments[0] if record.arguments else None
                yield from self.items_of(inner, key, scope)
                base = record.callee
                if isinstance(base, Name) and "." in base.path:
                    yield from self.stored(base.path.rpartition(".")[0], scope)
                for default in record.arguments[1:]:
                    yield from self.values(default, scope)
            elif value.name in _ITERATION_METHODS:
                yield inner
        elif isinstance(inner, CollectionValue):
            if value.name in _ITEM_METHODS:
                yield from inner.items
            elif value.name in _ITERATION_METHODS:
                yield inner

    def returns(self, path: str, index: int) -> Values:
        """What a function gives back; a generator gives a collection of what it yields."""
        return self.answers.settled(self._returns, (path, index), lambda: self._given(path, index))

    def _given(self, path: str, index: int) -> Values:
        function = self.modules[path].function(index)
        scope = Scope(path, index)
        if function.is_generator:
            return (CollectionValue(unique(v for y in function.yields for v in self.values(y, scope))),)
        found = unique(v for r in function.returns for v in self.values(r, scope))
        if function.returns_annotation is not None and not any(_is_known(v) for v in found):
            outside = Scope(path, function.parent, function.owner)
            return (*found, *self.annotated(function.returns_annotation, outside))
        return found

    def entered(self, context: Expr, scope: Scope) -> Values:
        found: list[Value] = []
        for value in self.values(context, scope):
            if isinstance(value, CollectionValue):  # a generator made into a context manager
                found += value.items
            elif isinstance(value, InstanceValue):
                made = [
                    v
                    for name in ("__enter__", "__aenter__")
                    for method in self.instance_attribute(value, name)
                    if isinstance(method, FunctionValue)
                    for v in self.returns(method.path, method.index)
                ]
                found += made or [value]
            else:
                found.append(value)
        return unique(found)

    # --- containers ------------------------------------------------------------------------------

    def items(self, base: Expr, scope: Scope, key: Expr | None) -> Values:
        """What `base[key]` can be."""
        found: list[Value] = []
        for value in self.values(base, scope):
            if isinstance(value, ContainerValue):
                found += self.items_of(value, key, scope)
            elif isinstance(value, CollectionValue):
                found += value.items
            elif isinstance(value, ClassValue):  # `Generic[T]`
                found.append(value)
            elif isinstance(value, External) and value.name in _TYPE_FORMS:  # a type under a name
                given = key.items if isinstance(key, Sequence) else (key,)
                found += [v for part in given if part is not None for v in self.values(part, scope)]
            elif isinstance(value, External):
                found.append(self.external(value.name + "[]", value.made))
        if isinstance(base, Name):
            found += self.stored(base.path, scope, key)
        return unique(found)

    def items_of(self, container: ContainerValue, key: Expr | None, scope: Scope) -> Values:
        """The items of a display; `{**base, "x": 1}` may hold itself."""
        memo = ("items", container)
        if memo in self._open:
            return ()
        self._open.add(memo)
        try:
            return self._items_of(container, key, scope)
        finally:
            self._open.discard(memo)

    def _items_of(self, container: ContainerValue, key: Expr | None, scope: Scope) -> Values:
        expr, inner = container.expr, container.scope
        if isinstance(expr, Collected):
            return self.values(expr.item, inner)
        if isinstance(expr, Sequence):
            if (
                isinstance(key, Constant)
                and isinstance(key.value, int)
                and -len(expr.items) <= key.value < len(expr.items)
            ):
                return self.values(expr.items[key.value], inner)
            return unique(v for item in expr.items for v in self.values(item, inner))
        literal = {key.value} if isinstance(key, Constant) else set()
        found: list[Value] = []
        for entry, item in zip(expr.keys, expr.values, strict=True):
            if entry is None:
                for value in self.values(item, inner):
                    if isinstance(value, ContainerValue):
                        found += self.items_of(value, key, scope)
            elif not literal or not isinstance(entry, Constant) or entry.value in literal:
                found += self.values(item, inner)
        return unique(found)

    def stored(self, path: str, scope: Scope, key: Expr | None = None) -> Values:
        """Items put into a container after it was made: `handlers["x"] = f`, `clients.append(c)`."""
        memo = ("stored", path, scope)
        if memo in self._open:
            return ()
        self._open.add(memo)
        try:
            found: list[Value] = []
            for binding, module in self.stores(path, scope):
                if (
                    binding.key is not None
                    and isinstance(key, Constant)
                    and isinstance(key.value, str)
                    and key.value != binding.key
                ):
                    continue
                found += self.bound(binding, module)
            return unique(found)
        finally:
            self._open.discard(memo)

    def stores(self, path: str, scope: Scope) -> Iterator[tuple[Binding, Module]]:
        module = self.modules[scope.path]
        root, _, rest = path.partition(".")
        target = path + "[]"
        function = scope.function
        while function >= 0:
            for binding in module.bindings(function, -1).get(target, ()):
                yield binding, module
            if function == 0:  # a function of the file may fill a global container
                for binding in module.summary.bindings:
                    if binding.target == target and binding.function not in (0, scope.function):
                        yield binding, module
            function = module.function(function).parent
        for item in module.imports(0).get(root, ()):
            target_module = self.import_target(module.path, item.module, item.level)
            if isinstance(target_module, ModuleValue) and item.attribute and target_module.path in self.modules:
                origin = self.modules[target_module.path]
                if origin is not module:
                    yield from self.stores(item.attribute + path[len(root) :], Scope(origin.path, 0))
        if rest:
            for value in self.lookup(root, scope):
                if isinstance(value, (InstanceValue, ClassValue)):
                    order, _ = self.order((value.path, value.index))
                    for key in order:
                        other = self.modules[key[0]]
                        for binding in other.instance_bindings(key[1]).get(rest + "[]", ()):
                            yield binding, other

    def elements(self, expr: Element, scope: Scope) -> Values:
        """One item of an iterable, or one part of an unpacked item."""
        iterable = expr.iterable
        if isinstance(iterable, Element) and expr.index is not None:
            unpacked = self.unpacked(iterable.iterable, expr.index, scope)
            if unpacked is not None:
                return unpacked
        if isinstance(iterable, CallResult) and expr.index is None:
            record = self.modules[scope.path].call(iterable.call)
            if record.name in ("enumerate", "zip", "map"):
                return ()
        found: list[Value] = []
        for value in self.values(iterable, scope):
            if isinstance(value, ContainerValue):
                if expr.index is not None and isinstance(value.expr, Sequence):
                    if expr.index < len(value.expr.items):
                        found += self.values(value.expr.items[expr.index], value.scope)
                elif isinstance(value.expr, Dictionary):
                    method = self._iterates_values(iterable, scope)
                    entries = value.expr.values if method else value.expr.keys
                    found += [v for item in entries if item is not None for v in self.values(item, value.scope)]
                else:
                    found += self.items_of(value, None, scope)
            elif isinstance(value, CollectionValue):
                found += value.items
        if isinstance(iterable, Name):
            found += self.stored(iterable.path, scope)
        return unique(found)

    def _iterates_values(self, iterable: Expr, scope: Scope) -> bool:
        return isinstance(iterable, CallResult) and self.modules[scope.path].call(iterable.call).name == "values"

    def unpacked(self, iterable: Expr, place: int, scope: Scope) -> Values | None:
        """`for i, x in enumerate(xs)`, `for a, b in zip(xs, ys)`, `for k, v in d.items()`."""
        if isinstance(iterable, CallResult):
            record = self.modules[scope.path].call(iterable.call)
            if record.name == "enumerate" and record.arguments:
                return self.elements(Element(record.arguments[0]), scope) if place == 1 else ()
            if record.name == "zip" and place < len(record.arguments):
                return self.elements(Element(record.arguments[place]), scope)
            if record.name == "items" and place == 1:
                return self.container_items(record, scope)
        found: list[Value] = []
        for value in self.values(iterable, scope):
            if isinstance(value, ContainerValue) and isinstance(value.expr, Sequence):
                for item in value.expr.items:
                    if isinstance(item, Sequence) and place < len(item.items):
                        found += self.values(item.items[place], value.scope)
        return unique(found) or None

    def container_items(self, record: Call, scope: Scope) -> Values:
        if isinstance(record.callee, Name) and "." in record.callee.path:
            return self.items(Name(record.callee.path.rpartition(".")[0]), scope, None)
        if isinstance(record.callee, Attribute):
            return self.items(record.callee.base, scope, None)
        return ()


def _is_method(value: Value) -> bool:
    """A function or method of the outside world, not an instance or what a call gave."""
    tail = value.name.rpartition(".")[2] if isinstance(value, External) else ""
    return tail[:1].islower() and tail.isidentifier()


def _ends_in(expr: Expr, name: str) -> bool:
    return (
        isinstance(expr, (Name, Attribute))
        and (expr.path if isinstance(expr, Name) else expr.name).rpartition(".")[2] == name
    )


def _is_known(value: Value) -> bool:
    """Something whose class is known; what a function of the outside world gives back (`a.b()`) is not."""
    if isinstance(value, External):
        return "()" not in value.name
    return isinstance(value, (InstanceValue, FunctionValue, ClassValue))


def _is_static(decorators: tuple[Expr, ...]) -> bool:
    return any(isinstance(d, Name) and d.path == "staticmethod" for d in decorators)


def _is_class_method(decorators: tuple[Expr, ...], name: str) -> bool:
    if name in ("__new__", "__init_subclass__", "__class_getitem__"):
        return True
    return any(isinstance(d, Name) and d.path in ("classmethod", "validator", "root_validator") for d in decorators)


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
