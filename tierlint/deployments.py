"""Functions of the project that its own code deploys to a cloud, by the name of their file."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator, Mapping, Sequence

from tierlint.catalog.framework_tables import Deployment
from tierlint.model import Call, CallId, FunctionId
from tierlint.patterns import Names
from tierlint.program import Program, Scope
from tierlint.program.values import ConstantValue, External, FunctionValue, argument


class Deployments:
    """Which functions each call deploys; `functions` holds nothing where a program deploys none."""

    def __init__(self, program: Program, tables: Sequence[Deployment]) -> None:
        self.program = program
        self.functions: Mapping[CallId, tuple[FunctionId, ...]] = {
            call: found
            for table in tables
            for call, record in _calls(program, table)
            if (found := tuple(self._deployed(call, record, table)))
        }

    def _deployed(self, call: CallId, record: Call, table: Deployment) -> Iterator[FunctionId]:
        handler = self._text(call, record, table.handler) or table.default_handler
        file = self._text(call, record, table.file) or table.default_file
        name = handler
        if not file:
            module, _, name = handler.rpartition(".")
            file = f"{module.replace('.', '/')}.py"
        directory = self._text(call, record, table.directory)
        for path in self._files(posixpath.dirname(call.path), directory, file):
            for value in self.program.resolver.module_attribute(path, name):
                if isinstance(value, FunctionValue):
                    yield FunctionId(value.path, value.index)

    def _files(self, start: str, directory: str, file: str) -> Iterator[str]:
        """Seen from the directory of the code that deploys, or from one around it: the nearest that has the file."""
        below = posixpath.normpath(posixpath.join(directory, file)).lstrip("/")
        for place in _upwards(start):
            path = posixpath.join(place, below)
            if path in self.program.modules:
                yield path
                return

    def _text(self, call: CallId, record: Call, which: tuple[int | str, ...]) -> str:
        """The first argument with a text; what a call gives stands for its own first: `Code.from_asset("src")`."""
        scope = Scope(call.path, record.function, record.owner)
        for one in which:
            expr = argument(record, one)
            for value in self.program.resolver.values(expr, scope) if expr is not None else ():
                if isinstance(value, ConstantValue) and isinstance(value.value, str):
                    return value.value
                if isinstance(value, External) and value.made is not None and value.made != call:
                    inner = self.program.modules[value.made.path].call(value.made.index)
                    if text := self._text(value.made, inner, (0,)):
                        return text
        return ""


def _calls(program: Program, table: Deployment) -> Iterator[tuple[CallId, Call]]:
    names = Names((name, 0) for name in table.call)
    for last in sorted({name.rpartition(".")[2] for name in table.call}):
        for call, record in program.resolver.calls_named(last):
            if names.of_call(program, call):
                yield call, record


def _upwards(directory: str) -> Iterator[str]:
    while directory:
        yield directory
        directory = posixpath.dirname(directory)
    yield ""
