"""Queues inside one program: who puts work into the very object from which somebody else takes it."""

from __future__ import annotations

from collections.abc import Iterator

from tierlint.model import Call, CallId, Constant, FunctionId, Location
from tierlint.program import Program
from tierlint.program.values import External
from tierlint.sinks import Sinks


class Queues:
    """Looks for both ends of a queue by the call that made it; remembers what it found."""

    def __init__(self, program: Program, sinks: Sinks) -> None:
        self._program = program
        self._sinks = sinks
        self._taking = sinks.tails_of("rejoin")
        self._puts: dict[CallId, list[CallId]] | None = None
        self._takes: dict[CallId, list[FunctionId]] | None = None

    def filled_by(self, function: FunctionId) -> Iterator[CallId]:
        """The calls that put something into a queue from which a function takes what it works on.

        What is put in by a loop is a stock of work, and what is written down a sign to stop: neither is an event.
        """
        module = self._program.modules[function.path]
        for number in module.calls_in(function.index):
            if self._takes_out(module.call(number)):
                for made in self._made(CallId(function.path, number)):
                    for put in self._all_puts().get(made, ()):
                        record = self._program.modules[put.path].call(put.index)
                        if record.loop < 0 and not all(isinstance(value, Constant) for value in record.arguments):
                            yield put

    def emptied_by(self, at: Location) -> Iterator[FunctionId]:
        """The functions that take out of the queue into which the call at a place puts something."""
        for made, puts in self._all_puts().items():
            if any(put.path == at.path and self._program.location(put) == at for put in puts):
                yield from self._all_takes().get(made, ())

    def _takes_out(self, record: Call) -> bool:
        """`jobs.get()`, `jobs.get(timeout=3)`; whoever asks for a key is handed something else."""
        given = (*record.arguments, *(value for _, value in record.keywords))
        return record.name in self._taking and all(isinstance(value, Constant) for value in given)

    def _made(self, call: CallId) -> set[CallId]:
        """The calls that can have made the object on which a method is called."""
        values = self._program.resolver.receivers(call)
        return {value.made for value in values if isinstance(value, External) and value.made is not None}

    def _all_puts(self) -> dict[CallId, list[CallId]]:
        if self._puts is None:
            self._puts = {}
            for put in self._sinks.calls_of("queue"):
                for made in self._made(put):
                    self._puts.setdefault(made, []).append(put)
        return self._puts

    def _all_takes(self) -> dict[CallId, list[FunctionId]]:
        if self._takes is None:
            self._takes = {}
            for tail in sorted(self._taking):
                for call, record in self._program.resolver.calls_named(tail):
                    if self._takes_out(record):
                        for made in self._made(call):
                            self._takes.setdefault(made, []).append(FunctionId(call.path, record.function))
        return self._takes
