"""The calls and attributes that hand something to a person, keep it, or fetch what was left for somebody."""

from __future__ import annotations

import re
from collections.abc import Iterator
from fnmatch import fnmatchcase, translate

from tierlint.api_calls.arguments import record_of
from tierlint.api_calls.texts import read
from tierlint.catalog import Catalog
from tierlint.entry_points import EntryPoints
from tierlint.model import Attribute, CallId, CallResult, Evidence, Expr, FunctionId, Name
from tierlint.patterns import Names
from tierlint.program import Program, Scope, dotted
from tierlint.program.modules import Module
from tierlint.program.values import External, FunctionValue, argument


class Sinks:
    """The catalogue's sinks, looked for in the functions of one program."""

    def __init__(self, program: Program, catalog: Catalog, entries: EntryPoints) -> None:
        self._program = program
        self._entries = entries
        self._sinks = [s for t in catalog.frameworks for s in t.sink]
        self._names = Names((n, i) for i, s in enumerate(self._sinks) for n in s.call)
        self._attributes = Names((n, i) for i, s in enumerate(self._sinks) for n in s.assigned_to)
        self._attribute_names = frozenset(n.rpartition(".")[2] for s in self._sinks for n in s.assigned_to)
        # The last parts of all names, where each has one: of most calls the tables have nothing to say.
        tails = {n.rpartition(".")[2] for s in self._sinks for n in s.call}
        self._tails = re.compile("|".join(translate(tail) for tail in sorted(tails)))
        self._decorable: frozenset[str] | None = None
        self._of_call: dict[CallId, tuple[tuple[str, str], ...]] = {}
        self._found: dict[tuple[FunctionId, str, int, CallId | None, bool], Evidence | None] = {}

    def of_call(self, call: CallId) -> tuple[tuple[str, str], ...]:
        """What the tables say of a call: the kind of sink that it is, and the words for it."""
        known = self._of_call.get(call)
        if known is None:
            record = self._program.modules[call.path].call(call.index)
            # `emit(...)` may be imported under another name, and `wrapped(layer.send)(...)` has none.
            is_named = isinstance(record.callee, Attribute) or _is_dotted(record.callee)
            numbers: tuple[int, ...] = ()
            if not is_named or self._tails.match(record.name):
                numbers = self._names.of_call(self._program, call)
            found = [self._sinks[number] for number in (*numbers, *self._decorated(call, record.name))]
            known = tuple((sink.kind, sink.says) for sink in found if self._is_sent_to(call, sink.address))
            self._of_call[call] = known
        return known

    def _is_sent_to(self, call: CallId, addresses: tuple[str, ...]) -> bool:
        """A request goes to one of these addresses, or a table does not ask where it goes."""
        if not addresses:
            return True
        record, scope = record_of(self._program, call)
        found = {
            one.text
            for which in ("0/url", 1)
            for one in read(self._program, argument(record, which), scope)
            if "//" in one.text
        }
        return any(fnmatchcase(text, glob) for text in found for glob in addresses)

    def of_attribute(self, path: str, scope: Scope) -> tuple[tuple[str, str], ...]:
        """What the tables say of an attribute that something is put into."""
        owner, _, attribute = path.rpartition(".")
        if not owner or attribute not in self._attribute_names:
            return ()
        values = self._program.resolver.values(Name(owner), scope)
        of = [External(f"{value.name}.{attribute}") for value in values if isinstance(value, External)]
        known = of if of or not values else [*values]
        return tuple((s.kind, s.says) for s in (self._sinks[n] for n in self._attributes.fitting(known, path)))

    def below(
        self, function: FunctionId, kind: str, depth: int, made: CallId | None = None, *, later: bool = False
    ) -> Evidence | None:
        """A call in a function (or in those it calls, `depth` levels down) that hands something to a sink.

        made: a call of the function that is left out, for what it could run instead is another run; later: what
        comes before it is left out too.
        """
        key = (function, kind, depth, made, later)
        if key not in self._found:
            self._found[key] = None
            module = self._program.modules[function.path]
            calls = [CallId(function.path, number) for number in module.calls_in(function.index)]
            if made is not None and later:
                calls = [c for c in calls if c == made or _follows(module, c.index, made.index)]
            for call in calls:
                for is_kind, says in self.of_call(call):
                    if is_kind == kind:
                        self._found[key] = Evidence(says, self._program.location(call))
                        return self._found[key]
            for call in (c for c in calls if depth and c != made):
                for value in self._program.callees(call):
                    if isinstance(value, FunctionValue):
                        found = self.below(FunctionId(value.path, value.index), kind, depth - 1)
                        if found is not None:
                            self._found[key] = found
                            return found
        return self._found[key]

    def _decorated(self, call: CallId, name: str) -> Iterator[int]:
        """The sinks that a function of the project is by its decorator: `@mainthread`."""
        if name not in self._decorated_names():
            return
        for number, sink in enumerate(self._sinks):
            for value in self._program.callees(call) if sink.decorator else ():
                if isinstance(value, FunctionValue) and self._entries.carries(
                    FunctionId(value.path, value.index), sink.decorator
                ):
                    yield number

    def _decorated_names(self) -> frozenset[str]:
        """The names of the functions that may carry such a decorator."""
        if self._decorable is None:
            wanted = {name.rpartition(".")[2].removesuffix("()") for sink in self._sinks for name in sink.decorator}
            self._decorable = frozenset(
                defined.name
                for module in self._program.modules.values()
                if wanted
                for defined in module.summary.functions
                for decorator in defined.decorators
                if wanted.intersection(dotted(module, decorator).replace("()", "").split("."))
                or not isinstance(decorator, (Name, Attribute, CallResult))
            )
        return self._decorable

    def tails_of(self, kind: str) -> frozenset[str]:
        """The last parts of the names of a kind of sink."""
        return frozenset(n.rpartition(".")[2] for sink in self._sinks if sink.kind == kind for n in sink.call)

    def calls_of(self, kind: str) -> Iterator[CallId]:
        """Every call of the program that is a sink of a kind."""
        for tail in sorted(self.tails_of(kind)):
            for call, _ in self._program.resolver.calls_named(tail):
                if any(is_kind == kind for is_kind, _ in self.of_call(call)):
                    yield call


def _is_dotted(callee: Expr) -> bool:
    return isinstance(callee, Name) and "." in callee.path


def _follows(module: Module, number: int, other: int) -> bool:
    """A call comes after another one of its function, or in a later round of a loop around both."""
    late, early = module.call(number), module.call(other)
    begins, ends = (early.line, early.column), (early.end_line, early.end_column)
    is_within = begins < (late.line, late.column) and (late.end_line, late.end_column) <= ends
    if (late.end_line, late.end_column) > begins and not is_within:
        return True
    around = set(_loops(module, early.loop))
    return any(loop in around for loop in _loops(module, late.loop))


def _loops(module: Module, loop: int) -> Iterator[int]:
    while loop >= 0:
        yield loop
        loop = module.summary.loops[loop].parent
