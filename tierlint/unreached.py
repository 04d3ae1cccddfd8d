"""What would settle a call that nothing is seen to reach: the functions where its trail ends, and what broke it."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator

from tierlint.catalog import Catalog
from tierlint.edges import Edges
from tierlint.entry_points import EntryPoints
from tierlint.indexing import ARGUMENT, BOUND, CALLEE
from tierlint.model import CallId, Constant, Evidence, FunctionId, Missing
from tierlint.program import Program, Scope, dotted, locate
from tierlint.program.modules import Module, is_test
from tierlint.program.values import ClassValue, ContainerValue, External, FunctionValue, Value, Values, receiver_of

# How many functions are looked through on the way up, how many trails' ends are named, and how many reasons for each.
MOST_FUNCTIONS = 60
MOST_ENDS = 3
MOST_CLUES = 3
# Calls that look something up by a name, and the argument that holds the name.
_LOOK_UP = {"getattr": 1, "import_module": 0, "__import__": 0, "load_object": 0, "import_string": 0, "entry_points": -1}


class Unreached:
    """Looks for the ends of trails; remembers where names are looked up that only a run knows."""

    def __init__(self, program: Program, catalog: Catalog, edges: Edges, entries: EntryPoints) -> None:
        self._program = program
        self._edges = edges
        self._entries = entries
        # Decorators that only run what they are put on, perhaps again: those of Python, and of what tries again.
        again = {name.partition(".")[0] for table in catalog.frameworks for one in table.stream for name in one.name}
        self._harmless = sys.stdlib_module_names | again
        self._texts: dict[str, str] | None = None
        self._look_ups: list[tuple[CallId, str]] | None = None

    def ends(self, function: FunctionId, is_shown: Callable[[str], bool]) -> tuple[Missing, ...]:
        """The functions nothing is seen to run from which a function is reached; those with a reason first.

        is_shown: whether a file is an example, of which it is known how it is run, and that it has no say.
        """
        waiting, seen = [function], {function}
        tops: list[FunctionId] = []
        for one in waiting:
            found = [edge.caller for edge in self._edges.to(one)[0]]
            callers = [
                c
                for c in found
                if c.index > 0
                and not is_test(c.path)
                and not is_shown(c.path)
                and not self._entries.of(c)
                and not self._is_put_around(c, one)
            ]
            if not callers:
                tops.append(one)
            for caller in callers:
                if caller not in seen and len(seen) < MOST_FUNCTIONS:
                    seen.add(caller)
                    waiting.append(caller)
        # Where functions only call each other in a circle, the call's own is as good as any.
        ends = [self._missing(top) for top in tops or [function]]
        return tuple(sorted(ends, key=lambda missing: not missing.clues)[:MOST_ENDS])

    def _is_put_around(self, caller: FunctionId, function: FunctionId) -> bool:
        """The caller is what a decorator of the function makes of it."""
        outer = self._program.modules[caller.path].function(caller.index).parent
        defined = self._program.modules[function.path].function(function.index)
        scope = Scope(function.path, defined.parent, defined.owner)
        makers = {v for d in defined.decorators for v in self._program.resolver.values(d, scope)}
        module = self._program.modules[caller.path]
        while outer > 0:
            if FunctionValue(caller.path, outer) in makers:
                return True
            outer = module.function(outer).parent
        return False

    def _missing(self, function: FunctionId) -> Missing:
        module = self._program.modules[function.path]
        defined = module.function(function.index)
        clues = tuple(dict.fromkeys(self._clues(module, function)))[:MOST_CLUES]
        at = self._program.definition(function)
        return Missing(self._program.function_name(function), defined.name, at, clues)

    def _clues(self, module: Module, function: FunctionId) -> Iterator[Evidence]:
        defined = module.function(function.index)
        targets: set[Value] = {FunctionValue(function.path, function.index)}
        names = [defined.name]
        if defined.owner >= 0:
            targets.add(ClassValue(function.path, defined.owner))
            names.append(module.class_(defined.owner).name)
        yield from self._decorators(module, function)
        for name in names:
            for place, alias in self._program.resolver.mentioning(name):
                if not is_test(place.path):
                    for kind, index in place.mentions(alias):
                        yield from self._mention(place, kind, index, defined.name, targets)
        for target in self._entries.by_script.get(function.path, ()):
            text = f"`{target.command.text}` starts this file, and nothing on the way is seen to call `{defined.name}`"
            yield Evidence(text, target.command.at)
        yield from self._named_as_text(function)
        yield from self._looked_up(module)

    def _decorators(self, module: Module, function: FunctionId) -> Iterator[Evidence]:
        defined = module.function(function.index)
        scope = Scope(function.path, defined.parent, defined.owner)
        for decorator in defined.decorators:
            values = self._program.resolver.values(decorator, scope)
            names = [value.name for value in values if isinstance(value, External)]
            if names and all(name.partition(".")[0] in self._harmless for name in names):
                continue
            text = f"`@{dotted(module, decorator)}` is handed it, and what runs it from there is not known"
            yield Evidence(text, locate(module, defined.line, 1, defined.line, 1))

    def _mention(self, place: Module, kind: int, index: int, name: str, targets: set[Value]) -> Iterator[Evidence]:
        resolver = self._program.resolver
        if kind == ARGUMENT:
            record = place.call(index)
            scope = Scope(place.path, record.function, record.owner)
            given = (*record.arguments, *(value for _, value in record.keywords))
            if any(self._holds(resolver.values(expr, scope), targets) for expr in given):
                text = f"handed to `{dotted(place, record.callee)}`, and what runs it from there is not known"
                yield Evidence(text, self._program.location(CallId(place.path, index)))
        elif kind == BOUND and index < len(place.summary.bindings):
            binding = place.summary.bindings[index]
            if self._holds(resolver.bound(binding, place), targets):
                text = f"put into `{binding.target.removesuffix('[]')}`, and nothing is seen to take it out and run it"
                yield Evidence(text, locate(place, binding.line, 1, binding.line, 1))
        elif kind == CALLEE and place.call(index).name == name:
            receiver = receiver_of(place.call(index).callee)
            if receiver is not None and not self._program.callees(CallId(place.path, index)):
                text = f"`{dotted(place, place.call(index).callee)}(...)` may be it: what it is called on is not known"
                yield Evidence(text, self._program.location(CallId(place.path, index)))

    def _holds(self, values: Values, targets: set[Value]) -> bool:
        for value in values:
            inner: Values = (value,)
            if isinstance(value, ContainerValue):
                inner = self._program.resolver.items_of(value, None, value.scope)
            if any(item in targets for item in inner):
                return True
        return False

    def _named_as_text(self, function: FunctionId) -> Iterator[Evidence]:
        if self._texts is None:
            self._texts = {
                text: path for path, module in self._program.modules.items() for text in module.summary.strings
            }
        for name in self._entries.dotted_names(function):
            if name in self._texts:
                text = f'`"{name}"` stands as a text in {self._texts[name]}; what loads it is not known'
                yield Evidence(text, None)

    def _looked_up(self, module: Module) -> Iterator[Evidence]:
        """Near the function, something is looked up by a name that only a run knows."""
        if self._look_ups is None:
            self._look_ups = [*self._find_look_ups()]
        top = module.path.split("/")[:-1]
        for call, name in self._look_ups:
            if (
                call.path == module.path
                or module.path in self._program.imports(call.path)
                or (call.path.split("/")[:-1] == top)
            ):
                text = f"`{name}(...)` looks something up by a name that only a run knows"
                yield Evidence(text, self._program.location(call))

    def _find_look_ups(self) -> Iterator[tuple[CallId, str]]:
        for name, place in _LOOK_UP.items():
            for call, record in self._program.resolver.calls_named(name):
                given = record.arguments[place] if -1 < place < len(record.arguments) else None
                if not is_test(call.path) and not isinstance(given, Constant):
                    yield call, name
        for call, record in self._program.resolver.calls_named("globals"):
            if record.use.how != "argument":
                yield call, "globals"
