"""What an attribute of a value gives: of a module, a class, an instance, or something of the outside world."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from tierlint.model import Binding, CallResult, Name
from tierlint.program import records
from tierlint.program.hooks import run_when
from tierlint.program.modules import Module, is_test
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
    StoredValue,
    SuperValue,
    TemplateValue,
    Value,
    Values,
    given_as,
    unique,
)

if TYPE_CHECKING:
    from tierlint.program.resolver import Resolver

# What they give is still the text they were asked of, less some of its ends, or with its gaps filled.
TEXT_METHODS = frozenset({"strip", "rstrip", "lstrip", "removesuffix", "removeprefix", "format"})
_FROM_OUTSIDE = frozenset({"pydantic_settings.BaseSettings", "pydantic.BaseSettings", "environs.Env"})
_PROPERTIES = frozenset({"property", "cached_property", "lazy_property", "classproperty", "hybrid_property"})


def attribute(resolver: Resolver, value: Value, name: str) -> Values:
    """What `value.name` gives."""
    if isinstance(value, External):
        dotted = f"{value.name}.{name}"
        if name.rpartition(".")[2] in resolver.telling:
            gives = resolver.flows.get("." + dotted) or resolver.flows.get(f".{dotted.partition('.')[0]}.*.{name}")
            if gives == "receiver":
                return (value,)
            if gives is not None:
                return (resolver.external(gives, value.made),)
        return (resolver.external(dotted, value.made, value.options), *put_on(resolver, value, name))
    if isinstance(value, ModuleValue):
        return resolver.module_attribute(value.path, name)
    if isinstance(value, InstanceValue):
        return resolver.instance_attribute(value, name)
    if isinstance(value, ClassValue):
        return resolver.class_attribute((value.path, value.index), name, exact=True, value=value)
    if isinstance(value, SuperValue):
        return above(resolver, (value.path, value.index), name)
    if isinstance(value, FunctionValue):
        return (MethodOf(value, name), *decorated_attribute(resolver, value, name))
    if isinstance(value, (ContainerValue, CollectionValue, StoredValue)):
        return (MethodOf(value, name),)
    if isinstance(value, (ConstantValue, TemplateValue)) and name in TEXT_METHODS:
        return (MethodOf(value, name),)
    return ()


def above(resolver: Resolver, key: ClassKey, name: str) -> Values:
    """What `super()` in a class finds: the next in line, for an instance of a subclass perhaps a class beside it."""
    found: list[Value] = []
    for family in (key, *resolver.subclasses(key)):
        order, externals = resolver.order(family)
        # One whose bases are just being looked up has no order yet.
        behind = order[order.index(key) + 1 :] if key in order else ()
        own = next((own for ancestor in behind if (own := own_attribute(resolver, ancestor, name))), ())
        found += own or (resolver.external(f"{base.name}.{name}") for base in externals)
    return unique(found)


def put_on(resolver: Resolver, value: External, name: str) -> Values:
    """What the project keeps on an object of a framework: `app.state.client = ...`, `g.client = ...`."""
    tail = f"{value.name.rpartition('.')[2]}.{name}"
    bindings = resolver.mentions.put_on(tail)
    return resolver.answers.settled(resolver.put_on, tail, lambda: _put_on(resolver, bindings)) if bindings else ()


def _put_on(resolver: Resolver, bindings: Iterable[tuple[Module, Binding]]) -> Iterator[Value]:
    for module, binding in bindings:
        scope = Scope(module.path, binding.function, binding.owner)
        owners = resolver.values(Name(binding.target.rpartition(".")[0]), scope)
        if all(isinstance(owner, External) for owner in owners):
            yield from resolver.bound(binding, module)


def put_on_object(resolver: Resolver, order: Iterable[ClassKey], name: str) -> Iterator[Value]:
    """What is put on an object, or on its class, that leaves the place empty: `desk.client = OpenAI()`."""
    family = set(order)
    for module, binding in resolver.mentions.put_on(name):
        if module.is_test:
            continue  # what tests put there stands for something else
        scope = Scope(module.path, binding.function, binding.owner)
        owners = resolver.values(Name(binding.target.rpartition(".")[0]), scope)
        if any(isinstance(v, (InstanceValue, ClassValue)) and (v.path, v.index) in family for v in owners):
            yield from resolver.bound(binding, module)


def decorated_attribute(resolver: Resolver, value: FunctionValue, name: str) -> Iterator[Value]:
    """`@click.group()` puts a group in the function's place: the attribute is that of what decorates it."""
    defined = resolver.modules[value.path].function(value.index)
    scope = Scope(value.path, defined.parent, defined.owner)
    for decorator in defined.decorators:
        if isinstance(decorator, CallResult):
            for outside in resolver.values(decorator, scope):
                if isinstance(outside, External):
                    yield from attribute(resolver, outside, name)


def class_attribute(resolver: Resolver, key: ClassKey, name: str, exact: bool) -> Values:
    if name == "__class__":
        return (ClassValue(*key),)
    found: list[Value] = []
    order, _ = resolver.order(key)
    for ancestor in order:
        own = own_attribute(resolver, ancestor, name)
        found += own
        # A method hides those of its bases, and so does a client that a class builds for itself.
        if any(isinstance(v, FunctionValue) or (isinstance(v, External) and v.made) for v in own):
            break
    if not exact:
        # Those that descend from it, and what is mixed into them.
        kin = dict.fromkeys(other for below in resolver.subclasses(key) for other in resolver.order(below)[0])
        for other in kin:
            if other not in order:
                found += own_attribute(resolver, other, name)
    if found == [ConstantValue(None)]:
        found += put_on_object(resolver, order, name)
    if resolver.hooks and not any(isinstance(value, FunctionValue) for value in found):
        found += run_when(resolver, key, name)
    if not found and not name.startswith("__"):
        found += stood_in_for(resolver, order, name)
    if found:
        found += records.kept(resolver, key, name, tuple(found))
    if found and all(isinstance(value, ConstantValue) for value in found):
        # What is written there is a default: the environment of a run may say something else.
        outside = [base for base in resolver.order(key)[1] if base.name in _FROM_OUTSIDE]
        found += [resolver.external(f"{base.name}.{name}") for base in outside]
    return unique(found)


def stood_in_for(resolver: Resolver, order: Iterable[ClassKey], name: str) -> Iterator[Value]:
    """`def __getattr__(self, name): return getattr(self._client, name)`: an attribute of what the object stands for."""
    for path, index in order:
        module = resolver.modules[path]
        for method in module.methods(index).get("__getattr__", ()):
            for expr in module.function(method).returns:
                record = module.call(expr.call) if isinstance(expr, CallResult) else None
                if record is not None and record.name == "getattr" and len(record.arguments) > 1:
                    yield from resolver.attributes(resolver.values(record.arguments[0], Scope(path, method)), [name])


def own_attribute(resolver: Resolver, key: ClassKey, name: str) -> Values:
    """What a class itself gives its instances under a name: methods, properties, fields."""
    path, index = key
    module = resolver.modules[path]
    found: list[Value] = []
    for method in module.methods(index).get(name, ()):
        if is_property(module, method):
            found += resolver.returns(path, method)
        else:
            found.append(FunctionValue(path, method))
    found += [ClassValue(path, inner) for inner in module.classes(0, index).get(name, ())]
    for binding in module.bindings(0, index).get(name, ()):
        found += resolver.bound(binding, module)
        if binding.annotation is not None:
            found += field_values(resolver, key, name)
    for binding in module.instance_bindings(index).get(name, ()):
        found += resolver.bound(binding, module)
    return unique(found)


def is_property(module: Module, method: int) -> bool:
    """Whether reading a method runs it."""
    for decorator in module.function(method).decorators:
        if isinstance(decorator, Name) and decorator.path.rpartition(".")[2] in _PROPERTIES:
            return True
    return False


def field_values(resolver: Resolver, key: ClassKey, name: str) -> Values:
    """What constructor calls hand to a field of a dataclass or model: `Settings(client=...)`."""
    path, index = key
    module = resolver.modules[path]
    if "__init__" in module.methods(index):
        return ()
    place = 0
    for target, bindings in module.bindings(0, index).items():
        if target == name:
            break
        place += any(b.annotation is not None for b in bindings)
    found: list[Value] = []
    for site, call in resolver.mentions.calls(module.class_(index).name):
        expr = given_as(call, name, place)
        if expr is None or (is_test(site.path) and not is_test(path)):
            continue
        scope = Scope(site.path, call.function, call.owner)
        if ClassValue(path, index) in resolver.values(call.callee, scope):
            found += resolver.values(expr, scope)
    return unique(found)
