"""Where the outside world starts this program: code patterns and the commands of deployment files."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from fnmatch import fnmatchcase

from tierlint.catalog import Catalog, EntryPattern
from tierlint.model import (
    CallId,
    CallResult,
    Collected,
    Constant,
    Dictionary,
    Element,
    EntryPoint,
    Expr,
    Function,
    FunctionId,
    Name,
    Subscript,
    Target,
)
from tierlint.model import (
    Sequence as SequenceExpr,
)
from tierlint.patterns import Names
from tierlint.program import Program, Scope, Usage, dotted, locate
from tierlint.program.modules import Module
from tierlint.program.values import (
    ClassKey,
    ClassValue,
    CollectionValue,
    ContainerValue,
    External,
    FunctionValue,
    InstanceValue,
    Value,
    Values,
    given_as,
)

_STARTED = {
    "schedule": ("schedule", "runs on a schedule"),
    "event": ("ci-job", "runs on a repository event"),
    "manual": ("command", "is started by hand"),
    "service": ("command", "is started as a service"),
    "request": ("web-request", "serves it"),
    "message": ("queue-task", "is handed each message"),
}


class EntryPoints:
    """Answers, for one function at a time, how the outside world starts it."""

    def __init__(self, program: Program, catalog: Catalog, targets: Sequence[Target]) -> None:
        self.program = program
        self.patterns = catalog.entry_points
        self.decorators = Names((n, i) for i, p in enumerate(self.patterns) for n in p.decorator)
        self.bases = Names((n, i) for i, p in enumerate(self.patterns) for n in p.method_of)
        self.arguments = Names((n, i) for i, p in enumerate(self.patterns) for n in p.argument_of)
        self.annotations = Names((n, i) for i, p in enumerate(self.patterns) for n in p.annotation)
        self.module_calls = Names((n, i) for i, p in enumerate(self.patterns) for n in p.module_calls)
        self.files = [p for p in self.patterns if p.file]
        self.guards = [p for p in self.patterns if p.main_guard]
        self.named = Names((n, i) for i, p in enumerate(self.patterns) for n in p.named_in)
        self._strings: dict[str, tuple[EntryPattern, str, int]] | None = None
        self._listed: dict[FunctionId, list[tuple[EntryPattern, str, int]]] = {}
        self._found: dict[FunctionId, tuple[EntryPoint, ...]] = {}
        self._bodies: dict[str, EntryPattern | None] = {}
        self._by_value: dict[FunctionId, list[tuple[EntryPattern, CallId]]] | None = None
        self._objects: dict[ClassKey, list[tuple[EntryPattern, CallId]]] | None = None
        self.by_script, self.by_function, self.by_management = _started(program, targets)

    def of(self, function: FunctionId) -> tuple[EntryPoint, ...]:
        """Every way in which the outside world starts a function itself (module bodies: `of_body`)."""
        known = self._found.get(function)
        if known is None:
            known = tuple(dict.fromkeys(self._search(function)))
            self._found[function] = known
        return known

    def _search(self, function: FunctionId) -> Iterator[EntryPoint]:
        module = self.program.modules[function.path]
        defined = module.function(function.index)
        scope = Scope(function.path, defined.parent, defined.owner)
        for decorator in defined.decorators:
            text, values = self.decorator(decorator, scope)
            for number in self.decorators.fitting(values, text):
                if not _is_given(module, decorator, self.patterns[number]):
                    continue
                yield self.entry(function, self.patterns[number])
                if self.patterns[number].kind == "command":
                    for target in self.by_management.get(self._command_name(decorator, scope, defined.name), ()):
                        yield self.started(function, target)
        if defined.owner >= 0:
            _, outside = self.program.resolver.order((function.path, defined.owner))
            for base in outside:
                for number in self.bases.matching(base.name):
                    pattern = self.patterns[number]
                    if any(fnmatchcase(defined.name, glob) for glob in pattern.method):
                        yield self.entry(function, pattern)
                        yield from self._scheduled_command(function, pattern)
            yield from self._on_handed_object(function, defined)
        for parameter in defined.parameters:
            if parameter.annotation is not None:
                for value in self.program.resolver.annotated(parameter.annotation, scope):
                    if isinstance(value, External):
                        for number in self.annotations.matching(value.name):
                            yield self.entry(function, self.patterns[number])
        for pattern in self.files:
            if _fits_file(function.path, pattern.file) and any(
                fnmatchcase(defined.name, glob) for glob in pattern.function
            ):
                yield self.entry(function, pattern)
        for target in self.by_function.get(function, ()):
            yield self.started(function, target)
        yield from self._named(function)
        if self._by_value is None:
            self._by_value = self._handed_by_value()
        for pattern, call in self._by_value.get(function, ()):
            yield self._at(function, pattern, call)

    def _on_handed_object(self, function: FunctionId, defined: Function) -> Iterator[EntryPoint]:
        """A class or an object is handed to a framework, which runs its methods: `fire.Fire(Keeper)`."""
        if self._objects is None:
            self._objects = {}
            for call, pattern, values in self._handed(lambda p: bool(p.method)):
                for value in (item for outer in values for item in self._inside(outer)):
                    if isinstance(value, (ClassValue, InstanceValue)):
                        for key in self.program.resolver.order((value.path, value.index))[0]:
                            self._objects.setdefault(key, []).append((pattern, call))
        for pattern, call in self._objects.get((function.path, defined.owner), ()):
            if any(fnmatchcase(defined.name, glob) for glob in pattern.method):
                yield self._at(function, pattern, call)

    def _inside(self, value: Value) -> Values:
        """The items of a list, `App(middleware=[Gate()])`, or the value itself."""
        if isinstance(value, ContainerValue):
            return self.program.resolver.items_of(value, None, value.scope)
        return value.items if isinstance(value, CollectionValue) else (value,)

    def _handed_by_value(self) -> dict[FunctionId, list[tuple[EntryPattern, CallId]]]:
        """Functions handed to a framework under another name than their own: `app.add_route(config.handler)`."""
        found: dict[FunctionId, list[tuple[EntryPattern, CallId]]] = {}
        for call, pattern, values in self._handed(lambda _: True, _is_indirect):
            for value in values:
                if isinstance(value, FunctionValue):
                    found.setdefault(FunctionId(value.path, value.index), []).append((pattern, call))
        return found

    def _handed(
        self, is_asked_for: Callable[[EntryPattern], bool], is_told: Callable[[Expr], bool] = lambda _: True
    ) -> Iterator[tuple[CallId, EntryPattern, Values]]:
        """What frameworks are handed, argument by argument, by the patterns and expressions that are asked for."""
        patterns = [pattern for pattern in self.patterns if is_asked_for(pattern)]
        for name in sorted({n.rpartition(".")[2] for pattern in patterns for n in pattern.argument_of}):
            for call, record in self.program.resolver.calls_named(name):
                module = self.program.modules[call.path]
                if not any(is_told(expr) for expr in (*record.arguments, *(value for _, value in record.keywords))):
                    continue
                for number in self.arguments.fitting(self.program.callees(call), dotted(module, record.callee)):
                    pattern = self.patterns[number]
                    for which in pattern.argument if is_asked_for(pattern) else ():
                        expr = given_as(record, *((None, which) if isinstance(which, int) else (which, None)))
                        if expr is not None and is_told(expr):
                            scope = Scope(call.path, record.function, record.owner)
                            yield call, pattern, self.program.resolver.values(expr, scope)

    def decorator(self, decorator: Expr, scope: Scope) -> tuple[str, tuple[Value, ...]]:
        """A decorator as it is written, without its arguments, and what it can be."""
        module = self.program.modules[scope.path]
        if isinstance(decorator, CallResult):
            callee = module.call(decorator.call).callee
            return dotted(module, callee), self.program.callees(CallId(scope.path, decorator.call))
        return dotted(module, decorator), self.program.resolver.values(decorator, scope)

    def carries(self, function: FunctionId, decorators: tuple[str, ...]) -> bool:
        """The function carries one of these decorators."""
        defined = self.program.modules[function.path].function(function.index)
        scope = Scope(function.path, defined.parent, defined.owner)
        names = Names((name, 0) for name in decorators)
        return any(
            names.fitting(values, text) for text, values in (self.decorator(d, scope) for d in defined.decorators)
        )

    def _command_name(self, decorator: Expr, scope: Scope, function: str) -> str:
        """The word that starts a command of a framework's own command line: the decorator's, or the function's name."""
        if isinstance(decorator, CallResult):
            call = self.program.modules[scope.path].call(decorator.call)
            for value in (*call.arguments[:1], *(value for keyword, value in call.keywords if keyword == "name")):
                if isinstance(value, Constant) and isinstance(value.value, str):
                    return value.value
        return function.replace("_", "-")

    def _scheduled_command(self, function: FunctionId, pattern: EntryPattern) -> Iterator[EntryPoint]:
        """A management command is named by its file."""
        name = function.path.rpartition("/")[2].removesuffix(".py")
        if "/management/commands/" in "/" + function.path:
            for target in self.by_management.get(name, ()):
                yield self.started(function, target)

    def of_body(self, path: str, guarded: bool) -> tuple[EntryPoint, ...]:
        """How a module's body is started; guarded: the code stands under `if __name__ == "__main__"`."""
        function = FunctionId(path, 0)
        if path.endswith(".ipynb"):
            at = self.program.definition(function)
            return (EntryPoint(function, "notebook", "notebook", at, "a notebook: whoever opened it runs its cells"),)
        framework = self._framework_body(path)
        if framework is not None:
            return (self.entry(function, framework),)
        started = [self.started(function, target) for target in self.by_script.get(path, ())]
        if any(entry.kind in ("schedule", "ci-job") for entry in started):
            return tuple(started)
        if guarded and not started and self.program.modules[path].holds_tests:
            at = self.program.definition(function)
            return (EntryPoint(function, self.program.modules[path].name, "test", at, "a test file that runs itself"),)
        if guarded:
            return (*started, *(self.entry(function, pattern) for pattern in self.guards))
        if started:
            return tuple(started)
        importers = self.program.importers(path)
        at = self.program.definition(function)
        if importers:
            name, line = importers[0]
            says = f"runs when the module is imported ({name}:{line})"
            return (EntryPoint(function, self.program.modules[path].name, "start-up", at, says),)
        says = "a script: nothing imports it, its body runs when it is started"
        return (EntryPoint(function, self.program.modules[path].name, "command", at, says),)

    def is_served(self, path: str) -> bool:
        """Whether a server answers people with what a file builds."""
        return any(target.command.when == "request" for target in self.by_script.get(path, ()))

    def _framework_body(self, path: str) -> EntryPattern | None:
        """A script that a framework runs from top to bottom for each visitor."""
        if path not in self._bodies:
            found: EntryPattern | None = None
            module = self.program.modules[path]
            # A page may draw itself in `main()`; what other files import is only a part of one.
            alone = self._imports_page(module) and not self.program.importers(path)
            for number in range(len(module.summary.calls)) if alone else module.calls_in(0):
                for value in self.program.callees(CallId(path, number)):
                    if isinstance(value, External):
                        for match in self.module_calls.matching(value.name):
                            found = self.patterns[match]
                if found is not None:
                    break
            self._bodies[path] = found
        return self._bodies[path]

    def _imports_page(self, module: Module) -> bool:
        """Whether a file imports a framework whose scripts are pages."""
        roots = {name.partition(".")[0] for pattern in self.patterns for name in pattern.module_calls}
        return any(item.module.partition(".")[0] in roots for item in module.summary.imports if not item.level)

    def handed_to(self, usage: Usage) -> EntryPoint | None:
        """A function that is handed to a framework: `scheduler.add_job(f)`."""
        if usage.call is None or usage.which is None:
            return None
        module = self.program.modules[usage.call.path]
        callee = module.call(usage.call.index).callee
        text = dotted(module, callee)
        found = self.arguments.fitting(self.program.callees(usage.call), text)
        fitting = [self.patterns[number] for number in found if usage.which in self.patterns[number].argument]
        if not fitting and usage.which == 0:  # a decorator that is put on by hand: `app.get("/")(page)`
            scope = Scope(usage.call.path, usage.caller.index)
            text, values = self.decorator(callee, scope)
            fitting = [self.patterns[number] for number in self.decorators.fitting(values, text)]
        for pattern in fitting:
            return EntryPoint(usage.caller, text, pattern.kind, self.program.location(usage.call), pattern.says)
        return None

    def _named(self, function: FunctionId) -> Iterator[EntryPoint]:
        """The function's dotted name stands as a string in a schedule."""
        if self._strings is None:
            self._strings = {}
            for pattern, expr, scope, line in self._named_places():
                for text in _strings(expr):
                    self._strings[text] = (pattern, scope.path, line)
                for item in _listed(expr):
                    for value in self.program.resolver.values(item, scope):
                        if isinstance(value, FunctionValue):
                            key = FunctionId(value.path, value.index)
                            self._listed.setdefault(key, []).append((pattern, scope.path, line))
        for pattern, path, line in self._listed.get(function, ()):
            at = locate(self.program.modules[path], line, 1, line, 1)
            yield EntryPoint(function, self.program.function_name(function), pattern.kind, at, pattern.says)
        defined = self.program.modules[function.path].function(function.index)
        # A setting may name a class, whose methods run, or a function that gives back the one that runs.
        around = defined.qualname.rpartition(".")[0]
        names = [(name, False) for name in self.dotted_names(function)]
        names += [(name, True) for name in self._spellings(function, around) if around]
        for name, is_around in names:
            if name in self._strings:
                pattern, path, line = self._strings[name]
                if bool(pattern.method) != is_around:
                    continue
                if defined.owner >= 0 and not any(fnmatchcase(defined.name, glob) for glob in pattern.method):
                    continue
                module = self.program.modules[path]
                at = locate(module, line, 1, line, 1)
                yield EntryPoint(function, self.program.function_name(function), pattern.kind, at, pattern.says)

    def _named_places(self) -> Iterator[tuple[EntryPattern, Expr, Scope, int]]:
        """What is assigned to a name, or to a key of a dict, that some table lists."""
        for path, module in self.program.modules.items():
            places: list[tuple[str, Expr, Scope, int]] = []
            for binding in module.summary.bindings:
                scope = Scope(path, binding.function, binding.owner)
                places.append((binding.target, binding.value, scope, binding.line))
                if binding.owner >= 0:
                    name = f"{module.class_(binding.owner).name}.{binding.target}"
                    places.append((name, binding.value, scope, binding.line))
                elif isinstance(binding.value, Dictionary):
                    for key, value in zip(binding.value.keys, binding.value.values, strict=True):
                        if isinstance(key, Constant):
                            places.append((f"{binding.target}.{key.value}", value, scope, binding.line))
            for call in module.summary.calls:
                scope = Scope(path, call.function, call.owner)
                places += [
                    (keyword, value, scope, call.line) for keyword, value in call.keywords if keyword is not None
                ]
            for name, value, scope, line in places:
                for number in self.named.matching(name):
                    yield self.patterns[number], value, scope, line

    def dotted_names(self, function: FunctionId) -> tuple[str, ...]:
        """The strings under which a function may be named: by its module, from any source root, or by `name=`."""
        module = self.program.modules[function.path]
        defined = module.function(function.index)
        names = list(self._spellings(function, defined.qualname))
        for decorator in defined.decorators:
            if isinstance(decorator, CallResult):
                for keyword, value in module.call(decorator.call).keywords:
                    if keyword == "name" and isinstance(value, Constant) and isinstance(value.value, str):
                        names.append(value.value)
        return tuple(names)

    def _spellings(self, function: FunctionId, qualname: str) -> Iterator[str]:
        parts = self.program.modules[function.path].name.split(".")
        for start in range(len(parts)):
            base = ".".join(parts[start:])
            yield from (f"{base}.{qualname}", f"{base}:{qualname}")

    def entry(self, function: FunctionId, pattern: EntryPattern) -> EntryPoint:
        name = self.program.function_name(function)
        return EntryPoint(function, name, pattern.kind, self.program.definition(function), pattern.says)

    def _at(self, function: FunctionId, pattern: EntryPattern, call: CallId) -> EntryPoint:
        at = self.program.location(call)
        return EntryPoint(function, self.program.function_name(function), pattern.kind, at, pattern.says)

    def started(self, function: FunctionId, target: Target) -> EntryPoint:
        kind, says = _STARTED[target.command.when]
        text = f"`{target.command.text.strip()}` {says}"
        return EntryPoint(function, self.program.function_name(function), kind, target.command.at, text)


def _is_indirect(expr: Expr) -> bool:
    """An attribute or an item: what a function's own name would say is found by that name."""
    return isinstance(expr, (Subscript, Element)) or (isinstance(expr, Name) and "." in expr.path)


def _fits_file(path: str, globs: Collection[str]) -> bool:
    base = path.rpartition("/")[2]
    return any(fnmatchcase(path if "/" in glob else base, glob) for glob in globs)


def _strings(expr: Expr) -> Iterator[str]:
    if isinstance(expr, Constant):
        if isinstance(expr.value, str):
            yield expr.value
    elif isinstance(expr, Dictionary):
        for value in expr.values:
            yield from _strings(value)
    elif isinstance(expr, SequenceExpr):
        for value in expr.items:
            yield from _strings(value)
    elif isinstance(expr, Collected):
        yield from _strings(expr.item)


def _listed(expr: Expr) -> Iterator[Name]:
    if isinstance(expr, Name):
        yield expr
    elif isinstance(expr, SequenceExpr):
        for value in expr.items:
            yield from _listed(value)


def _is_given(module: Module, decorator: Expr, pattern: EntryPattern) -> bool:
    """The decorator has one of the keywords that the pattern asks for: `@app.function(schedule=nightly)`."""
    if not pattern.given:
        return True
    keywords = module.call(decorator.call).keywords if isinstance(decorator, CallResult) else ()
    return any(keyword in pattern.given and value != Constant(None) for keyword, value in keywords)


def _started(
    program: Program, targets: Sequence[Target]
) -> tuple[Mapping[str, list[Target]], Mapping[FunctionId, list[Target]], Mapping[str, list[Target]]]:
    """What commands start: module bodies by path, functions, and management commands by name."""
    scripts: dict[str, list[Target]] = {}
    functions: dict[FunctionId, list[Target]] = {}
    management: dict[str, list[Target]] = {}
    for target in targets:
        if target.kind in ("script", "notebook"):
            scripts.setdefault(target.name, []).append(target)
        elif target.kind == "module":
            for path in _module_paths(program, target):
                scripts.setdefault(path, []).append(target)
        elif target.kind == "function":
            for function in _functions(program, target):
                functions.setdefault(function, []).append(target)
        elif target.kind == "management":
            management.setdefault(target.name, []).append(target)
    return scripts, functions, management


def _module_paths(program: Program, target: Target) -> Iterator[str]:
    directory = target.command.directory
    importer = f"{directory}/x.py" if directory else "x.py"
    path = program.finder.absolute(importer, target.name)
    if path is None:
        return
    if path.endswith("/"):
        path += "__main__.py"
    elif path.endswith("/__init__.py"):
        main = path.removesuffix("__init__.py") + "__main__.py"
        path = main if main in program.modules else path
    if path in program.modules:
        yield path


def _functions(program: Program, target: Target) -> Iterator[FunctionId]:
    module, _, attribute = target.name.partition(":")
    directory = target.command.directory
    importer = f"{directory}/x.py" if directory else "x.py"
    path = program.finder.absolute(importer, module)
    if path is None or path not in program.modules:
        return
    values = program.resolver.module_attribute(path, attribute.split(".")[0])
    values = program.resolver.attributes(values, attribute.split(".")[1:])
    for value in values:
        if isinstance(value, FunctionValue):
            yield FunctionId(value.path, value.index)
        elif isinstance(value, InstanceValue):
            for method in program.resolver.instance_attribute(value, "__call__"):
                if isinstance(method, FunctionValue):
                    yield FunctionId(method.path, method.index)
