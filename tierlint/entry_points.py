"""Where the outside world starts this program: code patterns and the commands of deployment files."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from fnmatch import fnmatchcase

from tierlint.catalog import Catalog
from tierlint.catalog.framework_tables import EntryPattern
from tierlint.event_shapes import handles
from tierlint.handovers import Handovers, Started, takes
from tierlint.listings import Listings, messages
from tierlint.model import (
    CallId,
    CallResult,
    Constant,
    EntryPoint,
    Expr,
    Function,
    FunctionId,
    Location,
    Target,
)
from tierlint.patterns import Names, is_given
from tierlint.program import Program, Scope, Usage, dotted
from tierlint.program.modules import Module
from tierlint.program.values import (
    External,
    FunctionValue,
    InstanceValue,
    Value,
    receiver_of,
)

_STARTED = {
    "schedule": ("schedule", "runs on a schedule"),
    "event": ("ci-job", "runs on a repository event"),
    "manual": ("command", "is started by hand"),
    "service": ("command", "is started as a service"),
    "request": ("web-request", "serves it"),
    "message": ("queue-task", "is handed each message"),
    "evaluation": ("eval", "runs it for each example"),
}


class EntryPoints:
    """Answers, for one function at a time, how the outside world starts it."""

    def __init__(self, program: Program, catalog: Catalog, targets: Sequence[Target]) -> None:
        self.program = program
        self.patterns = catalog.entry_points
        self.decorators = Names((n, i) for i, p in enumerate(self.patterns) for n in p.decorator if not p.method)
        self.class_decorators = Names((n, i) for i, p in enumerate(self.patterns) for n in p.decorator if p.method)
        self.bases = Names((n, i) for i, p in enumerate(self.patterns) for n in p.method_of)
        self.annotations = Names((n, i) for i, p in enumerate(self.patterns) for n in p.annotation)
        self.module_calls = Names((n, i) for i, p in enumerate(self.patterns) for n in p.module_calls)
        self.files = [p for p in self.patterns if p.file]
        self.guards = [p for p in self.patterns if p.main_guard]
        self.handovers = Handovers(program, self.patterns, catalog.deployments)
        self.listings = Listings(program, self.patterns, self.handovers.names())
        self._found: dict[FunctionId, tuple[EntryPoint, ...]] = {}
        self._bodies: dict[str, EntryPattern | None] = {}
        self._messages: Mapping[tuple[str, str], Sequence[Location]] | None = None
        self.by_script, self.by_function, self.by_management = started_by(program, targets)

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
                if self.patterns[number].inner or not self._is_given(decorator, scope, self.patterns[number]):
                    continue
                yield self.entry(function, self.patterns[number])
                if self.patterns[number].with_file:
                    yield from (self.started(function, target) for target in self.by_script.get(function.path, ()))
                if self.patterns[number].kind == "command":
                    for target in self.by_management.get(self._command_name(decorator, scope, defined.name), ()):
                        yield self.started(function, target)
        if defined.parent > 0 and defined.owner < 0:
            yield from self._inside(function, module, defined)
        if defined.owner >= 0:
            _, outside = self.program.resolver.order((function.path, defined.owner))
            for base in outside:
                for number in self.bases.matching(base.name):
                    pattern = self.patterns[number]
                    if pattern.named_under:
                        yield from (self._at(function, (pattern, at)) for at in self._sent(defined.name, pattern))
                    elif any(fnmatchcase(defined.name, glob) for glob in pattern.method):
                        yield self.entry(function, pattern)
                        yield from self._scheduled_command(function, pattern)
            yield from self._of_class(function, defined)
        for parameter in defined.parameters:
            if parameter.annotation is not None:
                for value in self.program.resolver.annotated(parameter.annotation, scope):
                    if isinstance(value, External):
                        for number in self.annotations.matching(value.name):
                            yield self.entry(function, self.patterns[number])
        for pattern in self.files:
            if not _fits_file(function.path, pattern.file):
                continue
            if any(fnmatchcase(defined.name, glob) for glob in pattern.function) and (
                not pattern.reads or handles(self.program, function, pattern.reads, pattern.answers)
            ):
                yield self.entry(function, pattern)
        for target in self.by_function.get(function, ()):
            yield self.started(function, target)
        for started in (*self.listings.of(function), *self.handovers.of_function(function)):
            yield self._at(function, started)

    def _inside(self, function: FunctionId, module: Module, defined: Function) -> Iterator[EntryPoint]:
        """A function that is defined in another one, which carries a framework's decorator."""
        outer = module.function(defined.parent)
        scope = Scope(function.path, outer.parent, outer.owner)
        for decorator in outer.decorators:
            text, values = self.decorator(decorator, scope)
            for number in self.decorators.fitting(values, text):
                if any(fnmatchcase(defined.name, glob) for glob in self.patterns[number].inner):
                    yield self.entry(function, self.patterns[number])

    def _sent(self, method: str, pattern: EntryPattern) -> Iterator[Location]:
        """Where a message names a method."""
        if self._messages is None:
            self._messages = messages(self.program, frozenset(k for p in self.patterns for k in p.named_under))
        for key in pattern.named_under:
            yield from self._messages.get((key, method), ())

    def _of_class(self, function: FunctionId, defined: Function) -> Iterator[EntryPoint]:
        """A method of a class that carries a framework's decorator, or that a framework is handed."""
        key = (function.path, defined.owner)
        for path, index in (key, *self.program.resolver.subclasses(key)):
            described = self.program.modules[path].class_(index)
            for decorator in described.decorators:
                text, values = self.decorator(decorator, Scope(path, described.parent, described.owner))
                for number in self.class_decorators.fitting(values, text):
                    if any(fnmatchcase(defined.name, glob) for glob in self.patterns[number].method):
                        yield self.entry(function, self.patterns[number])
        for started in self.handovers.of_class(key):
            if any(fnmatchcase(defined.name, glob) for glob in started[0].method):
                yield self._at(function, started)

    def decorator(self, decorator: Expr, scope: Scope) -> tuple[str, tuple[Value, ...]]:
        """A decorator as it is written, without its arguments, and what it can be."""
        module = self.program.modules[scope.path]
        if isinstance(decorator, CallResult):
            callee = module.call(decorator.call).callee
            return dotted(module, callee), self.program.callees(CallId(scope.path, decorator.call))
        return dotted(module, decorator), self.program.resolver.values(decorator, scope)

    def carries(self, function: FunctionId, decorators: tuple[str, ...], *, or_class: bool = False) -> bool:
        """The function carries one of these decorators, or its class does."""
        module = self.program.modules[function.path]
        defined = module.function(function.index)
        names = Names((name, 0) for name in decorators)
        for one in (defined, module.class_(defined.owner)) if or_class and defined.owner >= 0 else (defined,):
            scope = Scope(function.path, one.parent, one.owner)
            if any(names.fitting(values, text) for text, values in (self.decorator(d, scope) for d in one.decorators)):
                return True
        return False

    def _is_given(self, decorator: Expr, scope: Scope, pattern: EntryPattern) -> bool:
        """The decorator is given what the pattern asks for, `@app.function(schedule=nightly)`, or the object that it
        belongs to: `@nightly.task()` of `nightly = hatchet.workflow(on_crons=...)`.
        """
        if not pattern.given:
            return True
        if not isinstance(decorator, CallResult):
            return False
        record = self.program.modules[scope.path].call(decorator.call)
        calls = [record]
        receiver = receiver_of(record.callee)
        for value in self.program.resolver.values(receiver, scope) if receiver is not None else ():
            if isinstance(value, External) and value.made is not None:
                calls.append(self.program.modules[value.made.path].call(value.made.index))
        return any(is_given(pattern.given, call) for call in calls)

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

    def is_command(self, function: FunctionId) -> bool:
        """A framework runs the function as a command."""
        return any(entry.kind == "command" for entry in self.of(function))

    def of_body(self, path: str, guarded: bool, *, is_launched: bool = False) -> tuple[EntryPoint, ...]:
        """How a module's body is started; guarded: the code stands under `if __name__ == "__main__"`; is_launched: the
        project itself starts it, and nobody need do it by hand."""
        function = FunctionId(path, 0)
        if path.endswith(".ipynb"):
            executed = [self.started(function, target) for target in self.by_script.get(path, ())]
            if any(entry.kind in ("schedule", "ci-job") for entry in executed):
                return tuple(executed)
            if is_launched:
                return tuple(executed)
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
        if guarded and not is_launched:
            return (*started, *(self.entry(function, pattern) for pattern in self.guards))
        if started or is_launched:
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
        found = self.handovers.arguments.fitting(self.program.callees(usage.call), text)
        record = module.call(usage.call.index)
        fitting = [
            pattern
            for pattern in (self.patterns[number] for number in found)
            if takes(pattern, usage.which) and is_given(pattern.given, record)
        ]
        if not fitting and usage.which == 0:  # a decorator that is put on by hand: `app.get("/")(page)`
            scope = Scope(usage.call.path, usage.caller.index)
            text, values = self.decorator(callee, scope)
            fitting = [self.patterns[number] for number in self.decorators.fitting(values, text)]
            fitting = [pattern for pattern in fitting if not pattern.inner and self._is_given(callee, scope, pattern)]
        for pattern in fitting:
            return EntryPoint(usage.caller, text, pattern.kind, self.program.location(usage.call), pattern.says)
        return None

    def dotted_names(self, function: FunctionId) -> tuple[str, ...]:
        """The strings under which a function may be named."""
        return self.listings.dotted_names(function)

    def entry(self, function: FunctionId, pattern: EntryPattern) -> EntryPoint:
        name = self.program.function_name(function)
        return EntryPoint(function, name, pattern.kind, self.program.definition(function), pattern.says)

    def _at(self, function: FunctionId, started: Started) -> EntryPoint:
        pattern, at = started
        return EntryPoint(function, self.program.function_name(function), pattern.kind, at, pattern.says)

    def started(self, function: FunctionId, target: Target) -> EntryPoint:
        kind, says = _STARTED[target.command.when]
        text = f"`{target.command.text.strip()}` {says}"
        return EntryPoint(function, self.program.function_name(function), kind, target.command.at, text)


def _fits_file(path: str, globs: Collection[str]) -> bool:
    base = path.rpartition("/")[2]
    return any(fnmatchcase(path if "/" in glob else base, glob) for glob in globs)


def started_by(
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
