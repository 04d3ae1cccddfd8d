"""Where an answer ends up: the calls in a function that hand something to a person, or fetch what was left for it."""

from __future__ import annotations

from collections.abc import Iterator

from tierlint.catalog import Catalog
from tierlint.entry_points import EntryPoints
from tierlint.model import CallId, Evidence, FunctionId
from tierlint.patterns import Names
from tierlint.program import Program
from tierlint.program.values import FunctionValue


class Sinks:
    """The catalogue's sinks, looked for in the functions of one program."""

    def __init__(self, program: Program, catalog: Catalog, entries: EntryPoints) -> None:
        self._program = program
        self._entries = entries
        self._sinks = [s for t in catalog.frameworks for s in t.sink]
        self._names = Names((n, i) for i, s in enumerate(self._sinks) for n in s.call)
        self._found: dict[tuple[FunctionId, str, int], Evidence | None] = {}

    def below(self, function: FunctionId, kind: str, depth: int) -> Evidence | None:
        """A call in a function (or in those it calls, `depth` levels down) that hands something to a sink."""
        key = (function, kind, depth)
        if key not in self._found:
            self._found[key] = None
            module = self._program.modules[function.path]
            calls = [CallId(function.path, number) for number in module.calls_in(function.index)]
            for call in calls:
                for match in (*self._names.of_call(self._program, call), *self._decorated(call)):
                    if self._sinks[match].kind == kind:
                        self._found[key] = Evidence(self._sinks[match].says, self._program.location(call))
                        return self._found[key]
            for call in calls if depth else ():
                for value in self._program.callees(call):
                    if isinstance(value, FunctionValue):
                        found = self.below(FunctionId(value.path, value.index), kind, depth - 1)
                        if found is not None:
                            self._found[key] = found
                            return found
        return self._found[key]

    def _decorated(self, call: CallId) -> Iterator[int]:
        """The sinks that a function of the project is by its decorator: `@mainthread`."""
        for number, sink in enumerate(self._sinks):
            for value in self._program.callees(call) if sink.decorator else ():
                if isinstance(value, FunctionValue) and self._entries.carries(
                    FunctionId(value.path, value.index), sink.decorator
                ):
                    yield number
