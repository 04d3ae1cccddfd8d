"""Calls that could reach a model, judged by their names alone: what is worth resolving."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from tierlint.api_calls.known import CALLED, Known
from tierlint.indexing import ARGUMENT, BOUND, CALLEE, DECORATES, RETURNED
from tierlint.model import Attribute, CallId, CallResult, Constant, Expr, FunctionId, Name
from tierlint.program import Program, Scope
from tierlint.program.modules import Module
from tierlint.program.type_hints import tails
from tierlint.program.values import (
    ClassValue,
    CollectionValue,
    ContainerValue,
    External,
    FunctionValue,
    InstanceValue,
    Value,
    Values,
    receiver_of,
)

# A call, what is called or handed over in it, and whether it is handed over.
Candidate = tuple[CallId, Expr, bool]
# How many names an object may go by before following them says nothing any more.
_MOST_NAMES = 400


def imported_roots(program: Program) -> frozenset[str]:
    """The packages of the outside world that some file of the project imports, also late and by name."""
    items = (item for module in program.modules.values() for item in module.summary.imports if not item.level)
    roots = {item.module.partition(".")[0] for item in items}
    resolver = program.resolver
    loaders = {name for name, gives in resolver.flows.items() if gives.startswith("module named")}
    for tail in sorted({name.rpartition(".")[2] for name in loaders if name.partition(".")[0] in roots}):
        for call, record in resolver.calls_named(tail):
            made_by = {value.name for value in program.callees(call) if isinstance(value, External)}
            if record.arguments and not loaders.isdisjoint(made_by):
                roots |= _named_by(program, call)
    return frozenset(roots)


def _named_by(program: Program, loads: CallId) -> set[str]:
    """The packages that a call loads: by a literal, or by those that the function around it is handed."""
    module = program.modules[loads.path]
    record = module.call(loads.index)
    calls = [record]
    if not isinstance(record.arguments[0], Constant) and record.function > 0:
        calls += [one for _, one in program.resolver.calls_named(module.function(record.function).name)]
    handed = (expr for one in calls for expr in (*one.arguments, *(value for _, value in one.keywords)))
    texts = (expr.value for expr in handed if isinstance(expr, Constant) and isinstance(expr.value, str))
    return {text.partition(".")[0] for text in texts}


def by_name(module: Module, known: Known, plain: Iterable[str]) -> Iterator[Candidate]:
    """Calls (and values handed to calls) that could be a method of the catalogue; `plain` names stand on any object."""
    mentions = module.summary.mentions
    near = any(name in mentions for name in known.resources)
    for last in known.last:
        for kind, index in module.mentions(last):
            if kind == CALLEE:
                callee = module.call(index).callee
                if _resource(callee) in known.resources or near:
                    yield CallId(module.path, index), callee, False
            elif kind == ARGUMENT:
                yield from _handed(module, index, last, known.resources)
    imported = _imported(module, known, plain)
    for last in dict.fromkeys((*plain, *sorted(imported))):
        for kind, index in module.mentions(last):
            if kind == CALLEE:
                yield CallId(module.path, index), module.call(index).callee, False
            elif kind == ARGUMENT:
                yield from _handed(module, index, last, None, imported)


def _imported(module: Module, known: Known, plain: Iterable[str]) -> frozenset[str]:
    """The names under which a file imports such functions: `from litellm import acompletion as ask`."""
    wanted = frozenset(plain)
    return frozenset(
        item.name
        for item in module.summary.imports
        if item.name and item.attribute in wanted and item.module.partition(".")[0] in known.roots
    )


def through_names(program: Program, module: Module, known: Known, plain: Iterable[str]) -> Iterator[Candidate]:
    """Calls of a name under which a module keeps a method of the catalogue: `ask = client.responses.create`."""
    aliases: dict[tuple[str, bool], None] = {}  # and whether other files can know the name
    resolver = program.resolver
    for last in (*known.last, *plain):
        for kind, index in module.mentions(last):
            if kind == BOUND and index < len(module.summary.bindings):
                binding = module.summary.bindings[index]
                if holds_method(resolver.bound(binding, module), known):
                    name = binding.target.removesuffix("[]")
                    shared = binding.function == 0 or binding.owner >= 0 or binding.home == 0 or "." in name
                    aliases[name.rpartition(".")[2], shared] = None
            elif kind == ARGUMENT:
                wrapped = CallId(module.path, index)
                at_once = [(place, callee, False) for place, callee in _called_at_once(program, wrapped)]
                record = module.call(index)
                if (record.use.names or at_once) and holds_method(resolver.call_result(wrapped), known):
                    yield from at_once
                    for name in record.use.names if record.use.how == "assigned" else ():
                        shared = record.function == 0 or "." in name
                        aliases[name.removesuffix("[]").rpartition(".")[2], shared] = None
            elif kind == RETURNED and holds_method(resolver.returns(module.path, index), known):
                aliases[module.function(index).name, True] = None
    for alias, shared in aliases:
        for place, name in resolver.mentioning(alias):
            for kind, index in place.mentions(name) if shared or place.path == module.path else ():
                if kind == CALLEE:
                    yield CallId(place.path, index), place.call(index).callee, False
                elif kind == ARGUMENT:
                    yield from _handed(place, index, name, None, frozenset({name}))


def called_objects(program: Program, known: Known, roots: frozenset[str]) -> Iterator[Candidate]:
    """Calls of a name that an object may go by which is called itself: `llm = OpenAI()`, then `llm(prompt)`."""
    resolver = program.resolver
    makers = [maker for maker, owners in known.makers.items() if not roots.isdisjoint(owners)]
    if not makers:
        return
    names: dict[str, None] = {}
    waiting: list[str] = []
    givers: set[str] = set()
    at_once: list[Candidate] = []

    def add(name: str) -> None:
        last = name.removesuffix("[]").rpartition(".")[2]
        if last and last not in names and len(names) < _MOST_NAMES:
            names[last] = None
            waiting.append(last)

    def given_by(function: str) -> None:
        if function in givers:
            return
        givers.add(function)
        for call, record in resolver.calls_named(function):
            if not _may_be_called(resolver.call_result(call), known):
                continue
            for target in record.use.names:
                add(target)
            if record.use.how == "returned":
                given_by(program.modules[call.path].function(record.function).name)
            elif record.use.how == "argument":
                handed_to(CallId(call.path, record.use.call), CallResult(call.index))
            # What is built and called at once has no name.
            for place, callee in _called_at_once(program, call):
                at_once.append((place, callee, False))

    def handed_to(outer: CallId, expr: Expr) -> None:
        for name in received_as(program, outer, expr):
            add(name)

    for maker in makers:
        given_by(maker)
    for module in program.modules.values():
        for function in module.summary.functions:
            scope = Scope(module.path, max(function.parent, 0), function.owner)
            for parameter in function.parameters:
                annotation = parameter.annotation
                if annotation is None or tails(annotation).isdisjoint(makers):
                    continue
                if _may_be_called(resolver.annotated(annotation, scope), known):
                    add(parameter.name)
    while waiting:
        for module, alias in resolver.mentioning(waiting.pop()):
            for kind, index in module.mentions(alias):
                if kind == BOUND and index < len(module.summary.bindings):
                    binding = module.summary.bindings[index]
                    if _may_be_called(resolver.bound(binding, module), known):
                        add(binding.target)
                elif kind == RETURNED and _may_be_called(resolver.returns(module.path, index), known):
                    given_by(module.function(index).name)
                elif kind == ARGUMENT:
                    record = module.call(index)
                    scope = Scope(module.path, record.function, record.owner)
                    for expr in (*record.arguments, *(value for _, value in record.keywords)):
                        if alias in tails(expr) and _may_be_called(resolver.values(expr, scope), known):
                            handed_to(CallId(module.path, index), expr)
    yield from at_once
    for name in names:
        for call, record in resolver.calls_named(name):
            yield call, record.callee, False


def _may_be_called(values: Values, known: Known) -> bool:
    """Whether a value can be, or hold, an object that is called itself."""
    return any(isinstance(v, (ContainerValue, CollectionValue)) for v in values) or any(called(values, known))


def decorated(program: Program, module: Module, known: Known) -> Iterator[tuple[CallId, Expr, External]]:
    """Calls of a function that a decorator of the catalogue turned into a request."""
    for last in known.decorators:
        for kind, index in module.mentions(last):
            if kind != DECORATES:
                continue
            defined = module.function(index)
            scope = Scope(module.path, defined.parent, defined.owner)
            for decorator in defined.decorators:
                put_on = _decorator(program, known, decorator, scope)
                if put_on is None:
                    continue
                for usage in program.usages(FunctionId(module.path, index)):
                    if usage.how == "called" and usage.call is not None:
                        record = program.modules[usage.call.path].call(usage.call.index)
                        yield usage.call, record.callee, put_on


def holds_method(values: Values, known: Known) -> bool:
    """Whether a value can be a method of the catalogue."""
    return any(is_method(value, known) for value in values)


def is_method(value: Value, known: Known) -> bool:
    """A method of the catalogue; where building an object sends a request, the class, and no object of it."""
    if not isinstance(value, External) or value.name not in known.methods:
        return False
    return value.made is None or not is_class(value.name)


def is_class(name: str) -> bool:
    return name.rpartition(".")[2][:1].isupper()


def called(values: Values, known: Known) -> Iterator[External]:
    """Of objects that are called themselves, what is called."""
    for value in values:
        if isinstance(value, External) and f"{value.name}.{CALLED}" in known.methods:
            yield External(f"{value.name}.{CALLED}", value.made, value.bound, value.options)


def own_methods(program: Program, known: Known, expr: Expr, scope: Scope, values: Values) -> Iterator[External]:
    """The SDK's own repository calls its methods too: there they are functions of the project."""
    for value in values:
        if isinstance(value, FunctionValue):
            module = program.modules[value.path]
            names = [*outside_names(program, known, module, module.function(value.index).qualname)]
            if names:
                made = [v.made for v in receivers(program, expr, scope) if isinstance(v, InstanceValue)]
                for name in names:
                    yield External(name, next((call for call in made if call is not None), None))


def outside_names(program: Program, known: Known, module: Module, qualname: str) -> Iterator[str]:
    """What others call something of a package, seen from the package's own repository."""
    root = own_root(program, known, module)
    if root is None:
        return
    parts = module.name.split(".")
    owner, _, name = qualname.rpartition(".")
    below = ".".join(parts[parts.index(root) :])
    full = f"{below}.{owner}" if owner else below
    # Packages hand out at the top what they define further down.
    for base in (program.resolver.external(full).name, f"{root}.{owner}" if owner else root):
        yield f"{base}.{name}"


def own_root(program: Program, known: Known, module: Module) -> str | None:
    """The package of the catalogue that a file belongs to, where the project is that package's own repository.

    Many a project has a package `agents`; the SDK's own hands out what the tables know.
    """
    folders = tuple(module.path.split("/")[:-1])
    packages = program.finder.packages
    for depth, name in enumerate(folders):
        if name in known.handed_out and folders[:depth] not in packages and folders[: depth + 1] in packages:
            top = "/".join((*folders[: depth + 1], "__init__.py"))
            given = (v for one in known.handed_out[name] for v in program.resolver.module_attribute(top, one))
            if any(isinstance(value, (ClassValue, FunctionValue)) for value in given):
                return name
    return None


def receivers(program: Program, expr: Expr, scope: Scope) -> Values:
    """What the method that is called stands on."""
    base = receiver_of(expr)
    return program.resolver.values(base, scope) if base is not None else ()


def path_of(expr: Expr) -> str:
    """The dotted path of what is called, `()` for the part that is no name."""
    if isinstance(expr, Name):
        return expr.path
    if isinstance(expr, Attribute):
        return "()." + expr.name
    return ""


def _handed(
    module: Module, index: int, last: str, resources: frozenset[str] | None, imported: frozenset[str] = frozenset()
) -> Iterator[Candidate]:
    if last[:1].isupper():
        return  # a class: to hand it over is not to build anything
    record = module.call(index)
    for expr in (*record.arguments, *(value for _, value in record.keywords)):
        path = path_of(expr)
        if path.rpartition(".")[2] != last:
            continue
        if _resource(expr) in resources if resources is not None else "." in path or path in imported:
            yield CallId(module.path, index), expr, True


def _resource(expr: Expr) -> str:
    parts = path_of(expr).split(".")
    return parts[-2] if len(parts) > 1 else ""


def _called_at_once(program: Program, made: CallId) -> Iterator[tuple[CallId, Expr]]:
    """`OpenAI(temperature=0)(prompt)`, `sync_to_async(client.responses.create)(input=prompt)`."""
    module = program.modules[made.path]
    record = module.call(made.index)
    for index in module.calls_in(record.function):
        callee = module.call(index).callee
        if isinstance(callee, CallResult) and callee.call == made.index:
            yield CallId(made.path, index), callee


def received_as(program: Program, call: CallId, expr: Expr) -> Iterator[str]:
    """The names by which what is called knows an argument: parameters, fields."""
    record = program.modules[call.path].call(call.index)
    for keyword, value in record.keywords:
        if value == expr and keyword is not None:
            yield keyword
    places = [place for place, value in enumerate(record.arguments) if value == expr]
    for callee in program.callees(call) if places else ():
        if not isinstance(callee, (FunctionValue, ClassValue)):
            continue
        module = program.modules[callee.path]
        functions = (
            [callee.index] if isinstance(callee, FunctionValue) else module.methods(callee.index).get("__init__", ())
        )
        for function in functions:
            parameters = module.function(function).parameters
            bound = module.own_name(function) is not None
            yield from (parameters[place + bound].name for place in places if place + bound < len(parameters))


def _decorator(program: Program, known: Known, decorator: Expr, scope: Scope) -> External | None:
    expr: Expr = decorator
    made: CallId | None = None
    if isinstance(decorator, CallResult):
        made = CallId(scope.path, decorator.call)
        expr = program.modules[scope.path].call(decorator.call).callee
    for value in program.resolver.values(expr, scope):
        if isinstance(value, External) and value.name in known.methods and known.methods[value.name].method.decorator:
            return External(value.name, made)
    return None
