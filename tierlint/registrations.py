"""Functions left with an object that runs them later: where that object is set going."""

from __future__ import annotations

from collections.abc import Iterator

from tierlint.catalog.framework_tables import Registration
from tierlint.entry_points import EntryPoints
from tierlint.handovers import inside
from tierlint.indexing import ARGUMENT, CALLEE
from tierlint.model import CallId, Expr, FunctionId, Name
from tierlint.patterns import Names
from tierlint.program import Program, Scope
from tierlint.program.modules import Module
from tierlint.program.values import External, receiver_of

# How many objects that hold one another are looked through.
_MOST_OBJECTS = 50
# A call that sets an object going, and the function it stands in.
Start = tuple[FunctionId, CallId]


class Registrations:
    """Finds what sets a registered function going; remembers what it found of each object."""

    def __init__(self, program: Program, tables: list[Registration]) -> None:
        self.program = program
        self.tables = tables
        self._decorators = Names((name, number) for number, table in enumerate(tables) for name in table.decorator)
        self._names = Names((name, number) for number, table in enumerate(tables) for name in table.call)
        self._starts: dict[tuple[CallId, tuple[str, ...]], tuple[Start, ...]] = {}
        self._handed: dict[tuple[CallId, tuple[str, ...]], tuple[Start, ...]] = {}

    def of(self, call: CallId, which: int | str | None) -> Registration | None:
        """The table entry that says that a call keeps this argument of it."""
        for number in self._names.of_call(self.program, call):
            if which in self.tables[number].function:
                return self.tables[number]
        return None

    def kept(self, function: FunctionId, entries: EntryPoints) -> Iterator[tuple[Registration, CallId]]:
        """The objects that the decorators of a function belong to, by the calls that built them."""
        defined = self.program.modules[function.path].function(function.index)
        scope = Scope(function.path, defined.parent, defined.owner)
        for decorator in defined.decorators if self._decorators.exact or self._decorators.globs else ():
            text, values = entries.decorator(decorator, scope)
            for number in self._decorators.fitting(values, text):
                made = [value.made for value in values if isinstance(value, External)]
                yield from ((self.tables[number], built) for built in made if built is not None)

    def starts(self, call: CallId, table: Registration) -> Iterator[Start]:
        """The calls that run what is left with the object by this call."""
        for built in self._objects(call, table):
            yield from self.started(built, table.run_by)
            yield from self.handed(built, table.handed_to)

    def handed(self, built: CallId, names: tuple[str, ...]) -> tuple[Start, ...]:
        """The calls of these names that an object, or one that it is left with, is handed to."""
        known = self._handed.get((built, names))
        if known is None:
            holders = self._holders(built) if names else set()
            wanted = Names((name, 0) for name in names)
            found: dict[Start, None] = {}
            for tail in sorted({name.rpartition(".")[2] for name in names}):
                for call, record in self.program.resolver.calls_named(tail):
                    scope = Scope(call.path, record.function, record.owner)
                    given = (*record.arguments, *(value for _, value in record.keywords))
                    if wanted.of_call(self.program, call) and any(
                        one in holders for expr in given for one in self._built(expr, scope)
                    ):
                        found[FunctionId(call.path, record.function), call] = None
            known = tuple(found)
            self._handed[built, names] = known
        return known

    def started(self, built: CallId, methods: tuple[str, ...]) -> tuple[Start, ...]:
        """The calls of these methods of an object, or of one that it is left with."""
        known = self._starts.get((built, methods))
        if known is None:
            holders = self._holders(built)
            found: dict[Start, None] = {}
            for method in methods:
                for module, alias in self.program.resolver.mentioning(method):
                    for kind, index in module.mentions(alias):
                        for receiver in _receivers(module, kind, index, alias):
                            record = module.call(index)
                            scope = Scope(module.path, record.function, record.owner)
                            if any(one in holders for one in self._built(receiver, scope)):
                                found[FunctionId(module.path, record.function), CallId(module.path, index)] = None
            known = tuple(found)
            self._starts[built, methods] = known
        return known

    def _holders(self, built: CallId) -> set[CallId]:
        """The object and every other that it is left with in turn: a graph that is a step of another graph."""
        holders, waiting = {built}, [built]
        while waiting and len(holders) < _MOST_OBJECTS:
            inner = waiting.pop()
            for table in self.tables:
                for name in {name.rpartition(".")[2] for name in table.call}:
                    for call, record in self.program.resolver.calls_named(name):
                        given = [*enumerate(record.arguments), *record.keywords]
                        scope = Scope(call.path, record.function, record.owner)
                        if not any(w in table.function and inner in self._built(expr, scope) for w, expr in given):
                            continue
                        if self.of(call, table.function[0]) is table:
                            more = [one for one in self._objects(call, table) if one not in holders]
                            holders.update(more)
                            waiting += more
        return holders

    def _objects(self, call: CallId, table: Registration) -> list[CallId]:
        """What the function is left with, by the calls that built it."""
        if table.keeper == "result":
            return [call]
        record = self.program.modules[call.path].call(call.index)
        receiver = receiver_of(record.callee)
        return self._built(receiver, Scope(call.path, record.function, record.owner)) if receiver is not None else []

    def _built(self, expr: Expr, scope: Scope) -> list[CallId]:
        values = self.program.resolver.values(expr, scope)
        every = (item for value in values for item in inside(self.program, value))
        return [v.made for v in every if isinstance(v, External) and v.made is not None]


def _receivers(module: Module, kind: int, index: int, method: str) -> Iterator[Expr]:
    """The object whose method is called, or handed over to be called: `to_thread(graph.invoke, state)`."""
    if kind == CALLEE:
        receiver = receiver_of(module.call(index).callee)
        if receiver is not None:
            yield receiver
    elif kind == ARGUMENT:
        record = module.call(index)
        for expr in (*record.arguments, *(value for _, value in record.keywords)):
            if isinstance(expr, Name) and expr.path.endswith("." + method):
                yield Name(expr.path.removesuffix("." + method))
