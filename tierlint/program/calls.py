"""What a call gives: an instance, what a function returns or yields, what the outside world makes of its arguments."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from tierlint.model import Call, CallId, Constant, Dictionary, Element, Expr, Name, Template, Unknown
from tierlint.program import classes, keyed, records
from tierlint.program.values import (
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
    argument,
    receiver_of,
    unique,
)

if TYPE_CHECKING:
    from tierlint.program.resolver import Resolver

_MOST_COPIES = 4  # `client = client.with_options(...)` copies without end
_ITEM_METHODS = frozenset({"get", "pop", "setdefault", "popleft", "__getitem__"})
_ITERATION_METHODS = frozenset({"values", "items", "copy", "keys"})
_GAP = re.compile(r"\{[^{}]*\}")


def call_result(resolver: Resolver, call: CallId) -> Iterator[Value]:
    """What a call gives."""
    module = resolver.modules[call.path]
    record = module.call(call.index)
    scope = Scope(call.path, record.function, record.owner)
    if record.name == "super":
        method = module.method_around(record.function)
        if method is not None:
            yield SuperValue(call.path, module.function(method).owner)
        return
    callees = resolver.callees(call)
    if record.name in resolver.telling and all(isinstance(value, External) for value in callees):
        yield from asked_for(resolver, record, scope)
    if record.name in _ITEM_METHODS:
        yield from keyed.got(resolver, record, scope)
    for value in callees:
        if isinstance(value, ClassValue):
            yield InstanceValue(value.path, value.index, call, exact=True)
        elif isinstance(value, FunctionValue):
            outside = _known_outside(resolver, value)
            if outside is None:
                yield from resolver.returns(value.path, value.index)
            else:
                yield from external_result(resolver, outside, call, record, scope)
        elif isinstance(value, External):
            yield from external_result(resolver, value, call, record, scope)
        elif isinstance(value, InstanceValue):
            for called in resolver.instance_attribute(value, "__call__"):
                if isinstance(called, FunctionValue):
                    yield from resolver.returns(called.path, called.index)
        elif isinstance(value, MethodOf):
            yield from method_result(resolver, value, record, scope)


def asked_for(resolver: Resolver, record: Call, scope: Scope) -> Iterator[Value]:
    """What a method gives whose name says it on any object: `injector.get(Clerk)` is a `Clerk`, and so is
    `Clerk.remote()`; `Clerk.options(...)` is the class still."""
    form, _, which = resolver.flows.get(f"*.{record.name}", "").rpartition(" ")
    if which == "receiver":
        receiver = receiver_of(record.callee)
        for given in resolver.values(receiver, scope) if receiver is not None else ():
            if isinstance(given, ClassValue):
                yield InstanceValue(given.path, given.index, exact=True) if form else given
        return
    expr = argument(record, which) if form == "instance of" else None
    # Of a class, by the way it is written: most of what is got anywhere is no class.
    if isinstance(expr, Name) and expr.path.rpartition(".")[2][:1].isupper():
        for given in resolver.values(expr, scope):
            if isinstance(given, ClassValue):
                yield InstanceValue(given.path, given.index)


def _known_outside(resolver: Resolver, value: FunctionValue) -> External | None:
    """A package's own repository: the function under the name by which the tables know what it gives."""
    module = resolver.modules[value.path]
    name = module.function(value.index).qualname
    if name not in resolver.telling:
        return None
    parts = module.name.split(".")
    for start, root in enumerate(parts):
        # Packages hand out at the top what they define further down.
        for full in (".".join((*parts[start:], name)), f"{root}.{name}"):
            if full in resolver.flows and resolver.finder.absolute("", full.partition(".")[0]) is not None:
                return resolver.external(full)
    return None


def external_result(resolver: Resolver, value: External, call: CallId, record: Call, scope: Scope) -> Iterator[Value]:
    """What a call of something outside gives, by the tables where they know it."""
    if value.name == "builtins.getattr" and len(record.arguments) > 1:
        yield from attribute_named(resolver, record, scope)
        return
    if value.name == "builtins.dict":  # `dict(rows, fn=answer)` is `{**rows, "fn": answer}`
        keys = (Constant(name) if name is not None else None for name, _ in record.keywords)
        content = (*record.arguments, *(item for _, item in record.keywords))
        yield ContainerValue(Dictionary((*(None for _ in record.arguments), *keys), content), scope)
        return
    tail = value.name.rpartition(".")[2]
    gives = None
    if tail in resolver.telling:
        gives = resolver.flows.get(value.name) or resolver.flows.get(f"{value.name.partition('.')[0]}.*.{tail}")
    if gives is None:
        name = value.name if tail[:1].isupper() else value.name + "()"
        yield resolver.external(name, call)
        if tail.endswith("()") and len(record.arguments) == 1 and not record.keywords:
            # `retry(times=3)(f)`: a decorator put on by hand keeps what the function does.
            decorated = resolver.values(record.arguments[0], scope)
            yield from (v for v in decorated if isinstance(v, FunctionValue) or _is_method(v))
        return
    if gives == "receiver":
        copies = (*value.options, call)[-_MOST_COPIES:]
        yield resolver.external(value.name.rpartition(".")[0], value.made, copies)
        return
    if gives == "instance":
        yield resolver.external(value.name.rpartition(".")[0], call)
        return
    form, _, which = gives.rpartition(" ")
    if not form:
        yield resolver.external(gives, call)
        return
    if form == "kept by":
        yield from keyed.kept_by(resolver, record, which, scope)
        return
    expr = argument(record, which)
    if expr is None:
        return
    if form == "element of":
        yield from resolver.elements(Element(expr), scope)
        return
    if form == "entering of":
        yield from entered(resolver, expr, scope)
        return
    if form in ("module named", "object named"):
        yield from loaded_by_name(resolver, resolver.values(expr, scope), form == "module named", scope)
        return
    if form == "instance named":
        yield from instances_named(resolver, resolver.values(expr, scope), call)
        return
    for given in resolver.values(expr, scope):
        if form == "argument":
            yield given
        elif form in ("instance of", "stored of"):
            for path, index in records.meant(resolver, given, record, scope):
                yield StoredValue(path, index) if form == "stored of" else InstanceValue(path, index)
        elif form == "partial of":
            if isinstance(given, External):
                given = External(given.name, given.made, call, given.options)
            yield given
        elif form == "result of":
            yield from result_of(resolver, given, call)
        elif form == "results of":
            yield CollectionValue(result_of(resolver, given, call))


def loaded_by_name(resolver: Resolver, names: Values, is_module: bool, scope: Scope) -> Iterator[Value]:
    """`import_module("pkg.mod")`, `import_string("pkg.mod.thing")`, where the name is a literal."""
    for given in names:
        name = given.value if isinstance(given, ConstantValue) else None
        if not isinstance(name, str) or not name.strip("."):
            continue
        dotted = name.replace(":", ".").lstrip(".")
        level = len(name) - len(name.lstrip("."))
        if is_module:
            target = resolver.import_target(scope.path, dotted, level)
            if target is not None:
                yield target
        elif "." in dotted:
            module, _, attribute = dotted.rpartition(".")
            yield from resolver.imported(scope.path, module, level, attribute)


def instances_named(resolver: Resolver, names: Values, call: CallId) -> Iterator[Value]:
    """`bot.get_cog("Minstrel")`: an instance of the class that goes by a literal name."""
    wanted = {given.value for given in names if isinstance(given, ConstantValue)}
    for module in resolver.modules.values() if wanted else ():
        for number, klass in enumerate(module.summary.classes):
            if klass.name in wanted:
                yield InstanceValue(module.path, number, call, exact=True)


def attribute_named(resolver: Resolver, record: Call, scope: Scope) -> Iterator[Value]:
    """`getattr(x, name)`: by every name it can be; where only a run knows it, any class of the module that it is."""
    names = resolver.values(record.arguments[1], scope)
    given = resolver.values(record.arguments[0], scope)
    for name in names:
        if isinstance(name, ConstantValue) and isinstance(name.value, str):
            yield from resolver.attributes(given, [name.value])
        elif isinstance(name, TemplateValue) and (beginning := beginning_of(name)):
            for value in given:
                for method in methods_called(resolver, value, beginning):
                    yield from resolver.attributes((value,), [method])
    if not any(isinstance(name, ConstantValue) for name in names):
        for value in given:
            if isinstance(value, ModuleValue) and value.path in resolver.modules:
                yield from classes.known_in(resolver, value.path)


def beginning_of(name: TemplateValue) -> str:
    """The letters with which a text begins that is put together: `do_` of `f"do_{word}"`."""
    first = name.expr.parts[0]
    return first.value if isinstance(first, Constant) and isinstance(first.value, str) else ""


def methods_called(resolver: Resolver, value: Value, beginning: str) -> Iterator[str]:
    """The methods of an object that are called by a name with this beginning."""
    if isinstance(value, (InstanceValue, ClassValue)):
        for path, index in resolver.order((value.path, value.index))[0]:
            yield from (method for method in resolver.modules[path].methods(index) if method.startswith(beginning))


def result_of(resolver: Resolver, value: Value, call: CallId) -> Values:
    """What calling a value gives."""
    if isinstance(value, FunctionValue):
        found = resolver.returns(value.path, value.index)
        # `Depends(get_client)` hands over what a generator yields, not the generator.
        return unique(v for f in found for v in (f.items if isinstance(f, CollectionValue) else (f,)))
    if isinstance(value, ClassValue):
        return (InstanceValue(value.path, value.index, None, exact=True),)
    if isinstance(value, External):
        kind = value.name.rpartition(".")[2][:1].isupper()
        return (resolver.external(value.name if kind else value.name + "()", call),)
    return ()


def method_result(resolver: Resolver, value: MethodOf, record: Call, scope: Scope) -> Iterator[Value]:
    """`handlers.get("x")`, `clients.values()`, `url.rstrip("/")`."""
    inner = value.value
    if isinstance(inner, (ConstantValue, TemplateValue)):
        yield of_text(inner, value.name, record, scope)
    elif isinstance(inner, ContainerValue):
        if value.name in _ITEM_METHODS:
            key = record.arguments[0] if record.arguments else None
            yield from resolver.items_of(inner, key, scope)
            base = record.callee
            if isinstance(base, Name) and "." in base.path:
                yield from resolver.stored(base.path.rpartition(".")[0], scope)
            for default in record.arguments[1:]:
                yield from resolver.values(default, scope)
        elif value.name in _ITERATION_METHODS:
            yield inner
    elif isinstance(inner, CollectionValue):
        if value.name in _ITEM_METHODS:
            yield from inner.items
        elif value.name in _ITERATION_METHODS:
            yield inner
    elif isinstance(inner, StoredValue):
        # What a query gives is one of them or another query: which, the names of its methods do not tell.
        yield InstanceValue(inner.path, inner.index)
        yield inner


def of_text(text: ConstantValue | TemplateValue, method: str, record: Call, scope: Scope) -> Value:
    """What a method gives of a text: the same with its ends cut off, or with its gaps filled by something."""
    if isinstance(text, TemplateValue) or not isinstance(text.value, str):
        return text
    if method == "format":
        pieces = [Constant(piece) for piece in _GAP.split(text.value)]
        parts = [part for piece in pieces for part in (piece, Unknown())][:-1]
        return TemplateValue(Template(tuple(parts)), scope)
    given = [value.value for value in record.arguments if isinstance(value, Constant)]
    if len(given) != 1 or not isinstance(given[0], str):
        return text if record.arguments else ConstantValue(text.value.strip())
    cut: str = getattr(text.value, method)(given[0])
    return ConstantValue(cut)


def returned(resolver: Resolver, path: str, index: int) -> Values:
    """What a function gives back; a generator gives a collection of what it yields."""
    function = resolver.modules[path].function(index)
    scope = Scope(path, index)
    if function.is_generator:
        return (CollectionValue(unique(v for y in function.yields for v in resolver.values(y, scope))),)
    found = unique(v for r in function.returns for v in resolver.values(r, scope))
    if function.returns_annotation is not None and not any(_is_known(v) for v in found):
        outside = Scope(path, function.parent, function.owner)
        return (*found, *resolver.annotated(function.returns_annotation, outside))
    return found


def entered(resolver: Resolver, context: Expr, scope: Scope) -> Values:
    """What `with context as name` binds."""
    found: list[Value] = []
    for value in resolver.values(context, scope):
        if isinstance(value, CollectionValue):  # a generator made into a context manager
            found += value.items
        elif isinstance(value, InstanceValue):
            made = [
                v
                for name in ("__enter__", "__aenter__")
                for method in resolver.instance_attribute(value, name)
                if isinstance(method, FunctionValue)
                for v in resolver.returns(method.path, method.index)
            ]
            found += made or [value]
        else:
            found.append(value)
    return unique(found)


def _is_method(value: Value) -> bool:
    """A function or method of the outside world, not an instance or what a call gave."""
    tail = value.name.rpartition(".")[2] if isinstance(value, External) else ""
    return tail[:1].islower() and tail.isidentifier()


def _is_known(value: Value) -> bool:
    """Something whose class is known; what a function of the outside world gives back (`a.b()`) is not."""
    if isinstance(value, External):
        return "()" not in value.name
    return isinstance(value, (InstanceValue, FunctionValue, ClassValue))
