"""What is inside a list, a dict or a generator: the items it is written with, and those that are put in later."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from tierlint.model import (
    Attribute,
    Binding,
    Call,
    CallResult,
    Collected,
    Constant,
    Dictionary,
    Element,
    Expr,
    Name,
    Range,
    Sequence,
    Spread,
    Subscript,
)
from tierlint.program import classes, keyed
from tierlint.program.modules import Module
from tierlint.program.values import (
    ClassValue,
    CollectionValue,
    ContainerValue,
    External,
    InstanceValue,
    ModuleValue,
    Scope,
    StoredValue,
    Value,
    Values,
    unique,
)

if TYPE_CHECKING:
    from tierlint.program.resolver import Resolver

_TYPE_FORMS = frozenset(
    f"{module}.{name}"
    for module in ("typing", "typing_extensions")
    for name in ("Annotated", "Optional", "Union", "Final")
)


def is_class_name(name: str) -> bool:
    """Whether something of the outside world is a class, by the way it is written: `CapWords`."""
    last = name.rpartition(".")[2]
    return last[:1].isupper() and not last.isupper() and last.isalnum()


def items(resolver: Resolver, base: Expr, scope: Scope, key: Expr | None) -> Values:
    """What `base[key]` can be."""
    if isinstance(key, Range):
        return unique(_part(value, key) for value in resolver.values(base, scope))
    found: list[Value] = []
    if isinstance(key, Name):
        key = settled(resolver, key, scope)
    for value in resolver.values(base, scope):
        if isinstance(value, ContainerValue):
            found += items_of(resolver, value, key, scope)
        elif isinstance(value, CollectionValue):
            found += value.items
        elif isinstance(value, StoredValue):  # one row, or a slice
            found += [InstanceValue(value.path, value.index), value]
        elif isinstance(value, ClassValue):  # `Generic[T]`
            found.append(value)
        elif isinstance(value, External) and value.name == "builtins.globals()" and value.made is not None:
            found += _of_globals(resolver, value.made.path, key)
        elif isinstance(value, External) and value.name in _TYPE_FORMS:  # a type under a name
            given = key.items if isinstance(key, Sequence) else (key,)
            found += [v for part in given if part is not None for v in resolver.values(part, scope)]
        elif isinstance(value, External) and value.made is None and is_class_name(value.name):  # `Agent[Deps, str]`
            found.append(value)
        elif isinstance(value, External):
            found.append(resolver.external(value.name + "[]", value.made))
    if isinstance(base, Subscript) and isinstance(base.key, Range):
        base, key = base.base, None
    if isinstance(base, Name):
        found += stored(resolver, base.path, scope, key)
    found += keyed.put_under(resolver, base, key, scope)
    return unique(found)


def _of_globals(resolver: Resolver, path: str, key: Expr | None) -> Values:
    """`globals()[name]`: what the file has under the name; where only a run knows it, any class."""
    if isinstance(key, Constant) and isinstance(key.value, str):
        return resolver.global_name(resolver.modules[path], key.value)
    return tuple(classes.known_in(resolver, path))


def settled(resolver: Resolver, key: Name, scope: Scope) -> Expr:
    """What a name at the top of a file stands for, where it is only ever given one literal."""
    origin = _origin(resolver, key.path, scope)
    bindings = origin[0].bindings(0, -1).get(origin[1], ()) if origin is not None else ()
    value = bindings[0].value if len(bindings) == 1 else None
    return value if isinstance(value, Constant) else key


def _origin(resolver: Resolver, name: str, scope: Scope) -> tuple[Module, str] | None:
    """The file at whose top a name is bound, and what it is called there."""
    module, function = resolver.modules[scope.path], scope.function
    while function > 0:
        if name in module.names(function):
            return None
        function = module.function(function).parent
    imports = module.imports(0).get(name, ())
    if not imports:
        return (module, name) if "." not in name else None
    target = resolver.import_target(module.path, imports[0].module, imports[0].level)
    attribute = imports[0].attribute
    if len(imports) > 1 or attribute is None or not isinstance(target, ModuleValue):
        return None
    return (resolver.modules[target.path], attribute) if target.path in resolver.modules else None


def _part(value: Value, key: Range) -> Value:
    """A slice of a list that is written down; of anything else it is as good as the whole."""
    if isinstance(value, ContainerValue) and isinstance(value.expr, Sequence) and not _is_spread(value.expr):
        return ContainerValue(Sequence(value.expr.items[key.start : key.stop]), value.scope)
    return value


def items_of(resolver: Resolver, container: ContainerValue, key: Expr | None, scope: Scope) -> Values:
    """The items of a display; `{**base, "x": 1}` may hold itself.

    Displays that are put together from one another are asked the same again and again, so the answer is kept.
    """
    literal = key if isinstance(key, Constant) else None
    question = (container, literal)
    return resolver.answers.settled(resolver.inside, question, lambda: _items_of(resolver, container, literal, scope))


def _items_of(resolver: Resolver, container: ContainerValue, key: Expr | None, scope: Scope) -> Values:
    expr, inner = container.expr, container.scope
    if isinstance(expr, Collected):
        return resolver.values(expr.item, inner)
    if isinstance(expr, Sequence):
        if _is_spread(expr):  # which item is where is not known
            singly = [Element(item.iterable) if isinstance(item, Spread) else item for item in expr.items]
            return unique(v for item in singly for v in resolver.values(item, inner))
        if isinstance(key, Constant) and isinstance(key.value, int) and -len(expr.items) <= key.value < len(expr.items):
            return resolver.values(expr.items[key.value], inner)
        return unique(v for item in expr.items for v in resolver.values(item, inner))
    literal = {key.value} if isinstance(key, Constant) else set()
    found: list[Value] = []
    for entry, item in zip(expr.keys, expr.values, strict=True):
        if entry is None:
            for value in resolver.values(item, inner):
                if isinstance(value, ContainerValue):
                    found += items_of(resolver, value, key, scope)
        elif not literal or not isinstance(entry, Constant) or entry.value in literal:
            found += resolver.values(item, inner)
    return unique(found)


def _is_spread(display: Sequence) -> bool:
    return any(isinstance(item, Spread) for item in display.items)


def stored(resolver: Resolver, path: str, scope: Scope, key: Expr | None = None) -> Values:
    """Items put into a container after it was made: `handlers["x"] = f`, `clients.append(c)`."""
    memo = ("stored", path, scope)
    if memo in resolver.open:
        return ()
    resolver.open.add(memo)
    try:
        found: list[Value] = []
        for binding, module in stores(resolver, path, scope):
            if (
                binding.key is not None
                and isinstance(key, Constant)
                and isinstance(key.value, str)
                and key.value != binding.key
            ):
                continue
            found += resolver.bound(binding, module)
        return unique(found)
    finally:
        resolver.open.discard(memo)


def stores(resolver: Resolver, path: str, scope: Scope) -> Iterator[tuple[Binding, Module]]:
    module = resolver.modules[scope.path]
    root, _, rest = path.partition(".")
    target = path + "[]"
    function = scope.function
    while function >= 0:
        for binding in module.bindings(function, -1).get(target, ()):
            yield binding, module
        if function == 0:  # a function of the file may fill a global container
            for binding in module.stores(target):
                # What another function calls by the same name is its own, where it binds the name itself.
                if binding.function not in (0, scope.function) and root not in module.names(binding.function):
                    yield binding, module
        if root in module.names(function):
            break
        function = module.function(function).parent
    for item in module.imports(0).get(root, ()):
        target_module = resolver.import_target(module.path, item.module, item.level)
        if isinstance(target_module, ModuleValue) and item.attribute and target_module.path in resolver.modules:
            origin = resolver.modules[target_module.path]
            if origin is not module:
                yield from stores(resolver, item.attribute + path[len(root) :], Scope(origin.path, 0))
    if rest:
        for value in resolver.lookup(root, scope):
            if isinstance(value, (InstanceValue, ClassValue)):
                order, _ = resolver.order((value.path, value.index))
                for key in order:
                    other = resolver.modules[key[0]]
                    for binding in other.instance_bindings(key[1]).get(rest + "[]", ()):
                        yield binding, other


def elements(resolver: Resolver, expr: Element, scope: Scope) -> Values:
    """One item of an iterable, or one part of an unpacked item."""
    iterable = expr.iterable
    if isinstance(iterable, Element) and expr.index is not None:
        part = unpacked(resolver, iterable.iterable, expr.index, scope)
        if part is not None:
            return part
    if isinstance(iterable, CallResult) and expr.index is None:
        record = resolver.modules[scope.path].call(iterable.call)
        if record.name in ("enumerate", "zip", "map"):
            return ()
    found: list[Value] = []
    for value in resolver.values(iterable, scope):
        if isinstance(value, ContainerValue):
            if expr.index is not None and isinstance(value.expr, Sequence) and not _is_spread(value.expr):
                if expr.index < len(value.expr.items):
                    found += resolver.values(value.expr.items[expr.index], value.scope)
            elif isinstance(value.expr, Dictionary):
                method = _iterates_values(resolver, iterable, scope)
                entries = value.expr.values if method else value.expr.keys
                found += [v for item in entries if item is not None for v in resolver.values(item, value.scope)]
            else:
                found += items_of(resolver, value, None, scope)
        elif isinstance(value, CollectionValue):
            found += value.items
        elif isinstance(value, InstanceValue) and expr.index is None:
            found += gone_over(resolver, value)
        elif isinstance(value, StoredValue):
            found.append(InstanceValue(value.path, value.index))
        elif isinstance(value, External) and expr.index is not None:
            found += part_of(resolver, value, expr.index)
    if isinstance(iterable, Subscript) and isinstance(iterable.key, Range):
        iterable = iterable.base
    if isinstance(iterable, Name):
        found += stored(resolver, iterable.path, scope)
    return unique(found)


def part_of(resolver: Resolver, value: External, index: int) -> Values:
    """One part of what a call of the outside world gives, by the tables: `app, route = fast_app()`."""
    name = value.name.removesuffix("()")
    tail = f"{name.rpartition('.')[2]}[{index}]"
    if value.name == name or tail not in resolver.telling:
        return ()
    gives = resolver.flows.get(f"{name}[{index}]") or resolver.flows.get(f"{name.partition('.')[0]}.*.{tail}")
    return (resolver.external(gives, value.made),) if gives is not None else ()


def gone_over(resolver: Resolver, value: InstanceValue) -> Iterator[Value]:
    """What a loop over an object of the project gets: what its iterator yields or its `__next__` returns."""
    for opens, goes_on in (("__iter__", "__next__"), ("__aiter__", "__anext__")):
        for given in resolver.results(value, opens):
            if isinstance(given, CollectionValue):
                yield from given.items
            elif isinstance(given, ContainerValue):
                yield from resolver.items_of(given, None, given.scope)
            elif isinstance(given, InstanceValue):
                yield from resolver.results(given, goes_on)


def _iterates_values(resolver: Resolver, iterable: Expr, scope: Scope) -> bool:
    return isinstance(iterable, CallResult) and resolver.modules[scope.path].call(iterable.call).name == "values"


def unpacked(resolver: Resolver, iterable: Expr, place: int, scope: Scope) -> Values | None:
    """`for i, x in enumerate(xs)`, `for a, b in zip(xs, ys)`, `for k, v in d.items()`."""
    if isinstance(iterable, CallResult):
        record = resolver.modules[scope.path].call(iterable.call)
        if record.name == "enumerate" and record.arguments:
            return elements(resolver, Element(record.arguments[0]), scope) if place == 1 else ()
        if record.name == "zip" and place < len(record.arguments):
            return elements(resolver, Element(record.arguments[place]), scope)
        if record.name == "items" and place == 1:
            return container_items(resolver, record, scope)
    found: list[Value] = []
    for value in resolver.values(iterable, scope):
        if isinstance(value, ContainerValue) and isinstance(value.expr, Sequence):
            for item in value.expr.items:
                if isinstance(item, Sequence) and place < len(item.items):
                    found += resolver.values(item.items[place], value.scope)
    return unique(found) or None


def container_items(resolver: Resolver, record: Call, scope: Scope) -> Values:
    if isinstance(record.callee, Name) and "." in record.callee.path:
        return items(resolver, Name(record.callee.path.rpartition(".")[0]), scope, None)
    if isinstance(record.callee, Attribute):
        return items(resolver, record.callee.base, scope, None)
    return ()
