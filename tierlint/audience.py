"""Whether a person is at the other end of a step that was set going on its own: the answer is shown, or asked for."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from msgspec import Struct

from tierlint.catalog import ENTRY_KINDS, SECONDS
from tierlint.data_flow import names
from tierlint.destinations import Destinations, Flow, Place, named_texts
from tierlint.entry_points import EntryPoints
from tierlint.indexing import ARGUMENT, BOUND, CALLEE, LOADED, RECEIVER, RETURNED
from tierlint.model import (
    ApiCall,
    Call,
    CallEdge,
    CallId,
    CallResult,
    Destination,
    EntryPoint,
    Evidence,
    Expr,
    FunctionId,
    LambdaValue,
    Trace,
)
from tierlint.program import Program
from tierlint.program.modules import Module
from tierlint.program.values import parts
from tierlint.queues import Queues
from tierlint.sinks import Sinks

# How far below a detached step a push to a person is looked for.
SINK_DEPTH = 2
MOST_DESTINATIONS = 12
# What a page is told by, so that it can ask for the answer later.
_IDENTIFIES = ("id", "uuid", "guid", "pk", "key", "hash", "token", "ref", "slug", "number")
_OF_THE_REQUEST = frozenset({"match_info", "path_params", "query_params", "GET", "args", "kwargs", "get_argument"})


class Way(Struct, frozen=True):
    """Where an answer goes on one trace. given_back: the first function of the trace (that behind the detached step)
    gives it to whoever ran it."""

    ends: tuple[Destination, ...]
    places: tuple[Place, ...]
    lost: Evidence | None
    given_back: bool


class Audience:
    """Looks for people behind detached steps; remembers what pages read."""

    def __init__(self, program: Program, entries: EntryPoints, sinks: Sinks, queues: Queues) -> None:
        self._program = program
        self._entries = entries
        self._sinks = sinks
        self._queues = queues
        self._destinations = Destinations(program, sinks)
        self._readers: dict[Place, list[FunctionId]] = {}
        self._by_text: dict[str, list[FunctionId]] | None = None
        self._asking: tuple[tuple[FunctionId, EntryPoint, CallId], ...] | None = None

    def goes(
        self, call: ApiCall, entry: EntryPoint, hops: Sequence[CallEdge], is_apart: bool
    ) -> tuple[Destination, ...]:
        """Where the answer ends up on a trace."""
        way = self._way(call, hops)
        answers = ENTRY_KINDS[entry.kind] == SECONDS and not is_apart
        # What answers a request is only there where one is answered.
        found = [end for end in way.ends if answers or end.kind != "response"]
        ends = dict.fromkeys(sorted(found, key=_by_place)[:MOST_DESTINATIONS])
        if way.given_back:
            if answers:
                ends[Destination("response", Evidence(f"given back by {entry.name}, whose caller waits", entry.at))] = (
                    None
                )
            else:
                function = next((h.callee for h in reversed(hops) if _is_apart(h)), None) or (
                    hops[0].caller if hops else call.function
                )
                text = f"given back by `{self._program.function_name(function)}`"
                ends[Destination("returned", Evidence(text, self._program.definition(function)))] = None
        for place in sorted(p for p in way.places if p[0] == "global"):
            ends[Destination("kept", Evidence(f"kept in the global `{place[2]}`", None))] = None
        if way.lost is not None:
            ends[Destination("lost", way.lost)] = None
        return tuple(ends)

    def _way(self, call: ApiCall, hops: Sequence[CallEdge]) -> Way:
        ends: dict[Destination, None] = {}
        places: dict[Place, None] = {}
        flow = self._destinations.of_call(call.call)
        lost = flow.lost
        for hop in (*reversed(hops), None):
            ends.update(dict.fromkeys(flow.ends))
            places.update(dict.fromkeys(flow.places))
            lost = lost or flow.lost
            if hop is None or not (flow.returned or flow.filled):
                break
            if hop.by.index < 0:
                lost = lost or Evidence("read as an attribute, which is not followed", hop.at)
                return Way(tuple(ends), tuple(places), lost, False)
            if _is_apart(hop):
                break
            flow = self._from_callee(hop, flow)
        return Way(tuple(ends), tuple(places), lost, flow.returned)

    def _from_callee(self, hop: CallEdge, flow: Flow) -> Flow:
        filled = () if hop.how == "callback" else flow.filled
        if not flow.returned:
            return self._destinations.of_filled(hop.by, filled, hop.callee)
        return self._destinations.of_call(hop.by, filled, hop.callee)

    def behind(self, call: ApiCall, trace: Trace, *, is_agent: bool) -> Evidence | None:
        """What says that a person waits for what a detached step does: nothing, if nobody does."""
        way = self._way(call, trace.hops)
        shown = next((end.evidence for end in way.ends if end.kind == "live"), None)
        shown = shown or self._shown_by_others(way)
        if shown is not None:
            return shown
        # What is sent after the call waits for it too; only among many items it may tell of the progress alone.
        is_lost = way.lost is not None or is_agent
        for function, _ in self._run_behind(call, trace):
            talks = self._sinks.below(function, "conversation", SINK_DEPTH)
            if talks is not None:
                return talks
        if is_lost or trace.fan_out is None:
            for function, made_by in self._run_behind(call, trace):
                found = self._sinks.below(function, "live", SINK_DEPTH, made_by, later=not is_lost)
                if found is not None:
                    return found
        return self._asked_for(trace, way) if trace.fan_out is None else None

    def _shown_by_others(self, way: Way) -> Evidence | None:
        """The answer is put into a queue, and what takes it out shows it to somebody."""
        for put_in in (end.evidence.at for end in way.ends if end.kind == "queue"):
            for function in self._queues.emptied_by(put_in) if put_in is not None else ():
                shown = self._sinks.below(function, "live", SINK_DEPTH)
                if shown is not None:
                    return shown
        return None

    def _run_behind(self, call: ApiCall, trace: Trace) -> Iterator[tuple[FunctionId, CallId | None]]:
        """The functions behind the detached step, each with the call by which the trace goes on."""
        behind = trace.detached is None
        # The entry of a function that is handed over is where that is done.
        first = trace.hops[0].caller if trace.hops else call.function
        by = [hop.by for hop in trace.hops] + [call.call]
        if behind or not trace.hops:
            if trace.entry.function != first:
                yield trace.entry.function, None
            yield first, by[0]
        for number, hop in enumerate(trace.hops, 1):
            behind = behind or _is_apart(hop)
            if behind:
                yield hop.callee, by[number]

    # --- asked for later -------------------------------------------------------------------------

    def _asked_for(self, trace: Trace, way: Way) -> Evidence | None:
        """The page that started the work is told an id, and another page gives the answer to whoever asks by it."""
        step = next((hop for hop in trace.hops if _is_apart(hop)), None)
        if step is None or ENTRY_KINDS[trace.entry.kind] != SECONDS or step.by.index < 0:
            return None
        told = self._told(step, trace.entry.function)
        if not told:
            return None
        wanted = _parameters(told)
        for place in way.places:
            for page in self._pages_reading(place, wanted):
                if page.function not in (trace.entry.function, step.caller):
                    text = f"the caller is given `{told[0].removeprefix('()')}`, by which {page.name} gives the answer"
                    return Evidence(text, page.at)
        if (way.given_back or way.lost is not None) and any(name.startswith("()") for name in told):
            for _, page, _ in self._pages_asking():
                if page.function not in (trace.entry.function, step.caller):
                    text = f"the caller is given the task's id, by which {page.name} asks for its answer"
                    return Evidence(text, page.at)
        return None

    def _told(self, step: CallEdge, start: FunctionId) -> tuple[str, ...]:
        """The ids that a page gives back of those that the work is started with, `()` before those of its handle."""
        module = self._program.modules[step.by.path]
        record = module.call(step.by.index)
        function = module.function(step.caller.index)
        handles = {name.removesuffix("[]") for name in record.use.names}
        given = set(self._handed_over(module, record))
        returned = self._returned(module, step.caller.index)
        if start != step.caller:
            outer = self._program.modules[start.path]
            returned |= self._returned(outer, start.index)
        found = [f"(){name}" for name in returned if name.partition(".")[0] in handles]
        for expr in function.returns:
            if step.by.index in _calls_in(module, expr):
                found.append("()")
        # `run.delay(job.id)`, then `return job`; `run(job)`, then `return job.id`.
        for name in sorted(given | returned):
            root, _, last = name.rpartition(".")
            if last.lower().endswith(_IDENTIFIES) and all(name in some or root in some for some in (given, returned)):
                found.append(name)
        return tuple(dict.fromkeys(sorted(found, key=lambda name: name.startswith("()"))))

    def _handed_over(self, module: Module, record: Call) -> Iterator[str]:
        """The names that a call is handed, those that a lambda among its arguments uses too."""
        for expr in (*record.arguments, *(value for _, value in record.keywords)):
            yield from names(expr, module)
            if isinstance(expr, LambdaValue):
                for number in module.calls_in(expr.function):
                    yield from self._handed_over(module, module.call(number))

    def _returned(self, module: Module, function: int) -> set[str]:
        waiting = [name for expr in module.function(function).returns for name in names(expr, module)]
        found: set[str] = set()
        bindings = module.bindings(function, -1)
        while waiting and len(found) < 60:
            name = waiting.pop()
            if name not in found:
                found.add(name)
                for target in (name, name + "[]"):
                    waiting += [n for binding in bindings.get(target, ()) for n in names(binding.value, module)]
        return found

    def _pages_reading(self, place: Place, wanted: frozenset[str]) -> Iterator[EntryPoint]:
        """The pages that read what is kept in a place, by an id of these names or something of their request."""
        if place not in self._readers:
            self._readers[place] = self._readers_of(place)
        for reader in self._readers[place]:
            module = self._program.modules[reader.path]
            parameters = [_plain(p.name) for p in module.function(reader.index).parameters]
            by_id = any(name in wanted for name in parameters)
            if place[0] == "text":
                by_id = by_id or sum(name.endswith(_IDENTIFIES) for name in parameters) == 1
            if by_id or any(reader.index in _functions_mentioning(module, name) for name in _OF_THE_REQUEST):
                yield from self._pages(reader, and_callers=by_id)

    def _readers_of(self, place: Place) -> list[FunctionId]:
        kind, path, key = place
        if kind == "text":
            return self._naming().get(str(key), [])
        name = str(key) if kind == "global" else self._program.modules[path].class_(int(key)).name
        return [
            FunctionId(module.path, function)
            for module, alias in self._program.resolver.mentioning(name)
            for function in sorted(set(_functions_mentioning(module, alias)))
        ]

    def _naming(self) -> dict[str, list[FunctionId]]:
        """The functions whose calls name a table, a key or a collection, by that name."""
        if self._by_text is None:
            found: dict[str, dict[FunctionId, None]] = {}
            for module in self._program.modules.values():
                for record in module.summary.calls:
                    for text in named_texts(module, record):
                        found.setdefault(text, {})[FunctionId(module.path, record.function)] = None
            self._by_text = {text: [*functions] for text, functions in found.items()}
        return self._by_text

    def _pages(self, function: FunctionId, *, and_callers: bool = True) -> Iterator[EntryPoint]:
        """The pages that a function answers, or helps to answer."""
        if function.index > 0:
            yield from (entry for entry in self._entries.of(function) if ENTRY_KINDS[entry.kind] == SECONDS)
        for usage in self._program.usages(function) if and_callers else ():
            if usage.how == "called" and usage.caller.index > 0:
                yield from (e for e in self._entries.of(usage.caller) if ENTRY_KINDS[e.kind] == SECONDS)

    def _pages_asking(self) -> tuple[tuple[FunctionId, EntryPoint, CallId], ...]:
        """The pages that ask a queue for the answer of a task by its id."""
        if self._asking is None:
            found: dict[tuple[FunctionId, EntryPoint, CallId], None] = {}
            for call in self._sinks.calls_of("poll"):
                function = self._program.function_around(call)
                for page in self._pages(function):
                    found[function, page, call] = None
            self._asking = tuple(found)
        return self._asking


def _parameters(told: tuple[str, ...]) -> frozenset[str]:
    """What a page may call the id by which it is asked, without underscores."""
    wanted = {"id", "pk", "uuid"}
    for name in told:
        root, _, last = name.removeprefix("()").rpartition(".")
        wanted |= {last, root + last}
        if name.startswith("()"):
            wanted |= {"task_id", "job_id"}
    return frozenset(_plain(name) for name in wanted)


def _plain(name: str) -> str:
    return name.lower().replace("_", "")


def _by_place(end: Destination) -> tuple[object, ...]:
    return end.evidence.at or (), end.kind


def _is_apart(hop: CallEdge) -> bool:
    return hop.how in ("detached", "dispatched") and not hop.waits


def _functions_mentioning(module: Module, name: str) -> Iterator[int]:
    """The functions that use a name, other than by calling it: to build a row is not to read one."""
    for kind, index in module.mentions(name):
        if kind in (ARGUMENT, RECEIVER):
            yield module.call(index).function
        elif kind == BOUND and index < len(module.summary.bindings):
            yield module.summary.bindings[index].function
        elif kind in (LOADED, RETURNED):
            yield index
        elif kind == CALLEE and module.call(index).name != name:
            yield module.call(index).function


def _calls_in(module: Module, expr: Expr) -> set[int]:
    found: set[int] = set()
    waiting: list[Expr] = [expr]
    while waiting:
        one = waiting.pop()
        if isinstance(one, CallResult):
            if one.call not in found:
                found.add(one.call)
                record = module.call(one.call)
                waiting += [*record.arguments, *(value for _, value in record.keywords), record.callee]
        else:
            waiting += parts(one)
    return found
