"""How each entry point reaches each API call, followed backwards from the call."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator

import msgspec
from msgspec import Struct

from tierlint.catalog import ENTRY_KINDS, SECONDS, Catalog, Detach
from tierlint.entry_points import EntryPoints
from tierlint.loops import Shape, shape
from tierlint.memory import Kept, handed_down, kept_by
from tierlint.model import (
    ApiCall,
    Call,
    CallEdge,
    CallId,
    CallResult,
    Constant,
    EdgeKind,
    EntryPoint,
    Evidence,
    Expr,
    FunctionId,
    Location,
    Name,
    Trace,
)
from tierlint.patterns import Names
from tierlint.program import Program, Scope, Usage, locate
from tierlint.program.modules import Module
from tierlint.program.usages import receiver_of
from tierlint.program.values import MOST_VALUES, ClassKey, ClassValue, External, FunctionValue, InstanceValue, argument
from tierlint.registrations import Registrations
from tierlint.waiting import is_awaited

LONGEST = 30
MOST_STATES = 4000
MOST_TRACES = 120
MOST_TESTS = 5
# Folders whose programs show how the rest is used.
_EXAMPLES = frozenset(
    f"{name}{ending}" for name in ("example", "sample", "demo", "tutorial", "cookbook", "doc") for ending in ("", "s")
)
_REPLACED = "a decorator puts it in its place"
_DECORATES = "as a decorator"
# How far below a detached step a push to a person is looked for.
SINK_DEPTH = 2
_BUILTINS_THAT_CALL = frozenset(f"builtins.{name}" for name in ("map", "filter", "sorted", "max", "min", "iter"))


class _Path(Struct, frozen=True):
    """A chain found so far, from some function down to the API call."""

    function: FunctionId
    guarded: bool
    hops: tuple[CallEdge, ...]
    detached: Evidence | None
    waits: Evidence | None
    fan_out: Evidence | None
    chained: Evidence | None
    certain: bool
    receiver: ClassKey | None = None
    kept: Kept | None = None


class Tracer:
    """Follows calls backwards to entry points; what was learnt of one function serves all calls behind it."""

    def __init__(self, program: Program, catalog: Catalog, entries: EntryPoints) -> None:
        self.program = program
        self.catalog = catalog
        self.entries = entries
        tables = catalog.frameworks
        self.detaches = [d for t in tables for d in t.detach]
        self.fan_outs = [f for t in tables for f in t.fan_out]
        self.sinks = [s for t in tables for s in t.sink]
        self.prompts = [p for t in tables for p in t.prompt]
        self.detach_names = Names((n, i) for i, d in enumerate(self.detaches) for n in d.call)
        self.detach_methods = Names((n, i) for i, d in enumerate(self.detaches) for n in d.method)
        self.detached_calls = [d for d in self.detaches if d.decorator and not d.method and not d.call]
        self.registrations = Registrations(program, [r for t in tables for r in t.registration])
        self.fan_out_names = Names((n, i) for i, f in enumerate(self.fan_outs) for n in f.call)
        self.fan_out_methods = Names((n, i) for i, f in enumerate(self.fan_outs) for n in f.method)
        self.sink_names = Names((n, i) for i, s in enumerate(self.sinks) for n in s.call)
        self.prompt_names = Names((n, i) for i, p in enumerate(self.prompts) for n in p.call)
        self._edges: dict[FunctionId, tuple[tuple[CallEdge, ...], tuple[EntryPoint, ...]]] = {}
        self._sunk: dict[tuple[FunctionId, str, int], Evidence | None] = {}
        self._asking: dict[FunctionId, dict[FunctionId, Evidence]] | None = None
        self._shapes: dict[CallId, Shape] = {}
        self._by_name: dict[tuple[str, str], list[tuple[CallId, Detach]]] | None = None

    # --- the walk --------------------------------------------------------------------------------

    def traces_to(self, call: ApiCall) -> tuple[Trace, ...]:
        """The shortest chain from every entry point to a call, one for each way in which they differ."""
        record = self.program.modules[call.call.path].call(call.call.index)
        around = self._shape(call.call)
        start = _Path(
            call.function,
            record.main_guard,
            (),
            None,
            None,
            around.fan_out,
            around.chained,
            True,
        )
        method = self.program.modules[call.call.path].method_around(call.function.index)
        if method is not None:
            owner = self.program.modules[call.call.path].function(method).owner
            start = msgspec.structs.replace(start, receiver=(call.call.path, owner))
        start = self._taken(msgspec.structs.replace(start, kept=kept_by(self.program, call.call)), call.call)
        found: dict[tuple[object, ...], Trace] = {}
        seen: set[tuple[object, ...]] = set()
        waiting = deque([start])
        while waiting and len(seen) < MOST_STATES and len(found) < MOST_TRACES:
            path = waiting.popleft()
            state = (
                path.function, path.guarded, path.detached is None, path.fan_out is None, path.chained is None,
                path.certain, path.receiver, path.kept,
            )  # fmt: skip
            if state in seen:
                continue
            seen.add(state)
            if path.function.index == 0:
                for entry in self.entries.of_body(path.function.path, path.guarded):
                    self._record(found, call, entry, path)
                continue
            for entry in self.entries.of(path.function):
                self._record(found, call, entry, path)
            if len(path.hops) >= LONGEST:
                continue
            edges, handed = self.edges_to(path.function)
            for entry in handed:
                self._record(found, call, entry, path)
            runs_what_it_wraps = self._runs_what_it_wraps(path)
            # What a decorator hands on is kept by whoever gets it; that it runs there and then is not known.
            registers = any(hop.how == "callback" for hop in path.hops)
            for edge in edges:
                if (runs_what_it_wraps and edge.note == _REPLACED) or (registers and edge.note == _DECORATES):
                    continue
                fits, receiver = self._receiver(path, edge)
                if fits:
                    waiting.append(msgspec.structs.replace(self._extended(path, edge), receiver=receiver))
        return tuple(found.values())

    def _runs_what_it_wraps(self, path: _Path) -> bool:
        """A decorator's wrapper calls what it was put around: whoever calls that is found by its own name.

        Going on from the wrapper would lead to the callers of everything else that has the same decorator.
        """
        if not path.hops or path.hops[0].by.index < 0:
            return False
        call, below = path.hops[0].by, path.hops[0].callee
        if any(usage.how == "replaces" and usage.caller == below for usage in self.program.usages(path.function)):
            return True
        module = self.program.modules[call.path]
        callee = module.call(call.index).callee
        root = callee.path.partition(".")[0] if isinstance(callee, Name) else ""
        around = module.function(path.function.index).parent
        return around > 0 and any(parameter.name == root for parameter in module.function(around).parameters)

    def _record(self, found: dict[tuple[object, ...], Trace], call: ApiCall, entry: EntryPoint, path: _Path) -> None:
        key = (
            entry.function, entry.kind, path.detached is None, path.fan_out is None, path.chained is None,
        )  # fmt: skip
        if key in found or (entry.kind == "test" and sum(t.entry.kind == "test" for t in found.values()) >= MOST_TESTS):
            return
        if any(hop.how in ("override", "named") for hop in path.hops):
            # A hook or a method known by name only runs if the program that starts here loads its file.
            reach = self.program.reach(entry.function.path)
            used = {hop.callee.path for hop in path.hops} | {call.call.path}
            if not used <= reach:
                return
        functions = [path.function, *(hop.callee for hop in path.hops)]
        found[key] = Trace(
            entry=entry,
            hops=path.hops,
            detached=path.detached,
            waits=path.waits,
            fan_out=path.fan_out,
            chained=path.chained,
            interactive=self._interactive(entry, functions),
            certain=path.certain,
            demo=self._is_demo(call, entry, path),
        )

    def _is_demo(self, call: ApiCall, entry: EntryPoint, path: _Path) -> bool:
        """An example shows how a library is used, and a module tries itself out: neither is who really calls it."""
        if ENTRY_KINDS[entry.kind] != SECONDS and _shows(entry.function.path, call.at.path):
            return True
        home = entry.function.path
        if path.function.index != 0 or entry.kind != "command" or not path.hops:
            return False
        if any(hop.callee.path != home for hop in path.hops):
            return False
        callers = (*self.edges_to(path.hops[0].callee)[0], *self.edges_to(path.hops[-1].callee)[0])
        return any(edge.caller.path != home for edge in callers)

    def _receiver(self, path: _Path, edge: CallEdge) -> tuple[bool, ClassKey | None]:
        """The class of `self` stays the same along a chain of calls on `self`.

        Without this, a hook that a base class calls would seem to run in every sibling's loop.
        """
        caller = self.program.modules[edge.caller.path]
        method = caller.method_around(edge.caller.index)
        here = (edge.caller.path, caller.function(method).owner) if method is not None else None
        if path.receiver is None or edge.by.index < 0:
            return True, here
        inner = edge.callee.path == edge.caller.path and caller.function(edge.callee.index).owner < 0
        if method is not None and inner and caller.method_around(edge.callee.index) == method:
            return True, path.receiver  # a function inside the method shares its `self`
        record = self.program.modules[edge.by.path].call(edge.by.index)
        below = path.receiver
        order = self.program.resolver.order
        name = self.program.modules[edge.callee.path].function(edge.callee.index).name
        receiver = receiver_of(record.callee) if record.name == name else _handed_receiver(record, name)
        if receiver is None:
            return True, here
        if here is not None and _on_itself(caller, method, receiver, record):
            if here in order(below)[0]:
                return True, below
            if isinstance(receiver, CallResult):  # `super()` goes on to a class beside it, in a subclass of both
                family = (here, *self.program.resolver.subclasses(here))
                return any(below in order(one)[0] for one in family), here
            return below in order(here)[0], here
        scope = Scope(edge.by.path, record.function, record.owner)
        values = self.program.resolver.values(receiver, scope)
        instances = [v for v in values if isinstance(v, InstanceValue)]
        if not instances or len(instances) != len(values) or len(values) >= MOST_VALUES:
            return True, here
        for value in instances:
            own = (value.path, value.index)
            if below in order(own)[0] or (not value.exact and own in order(below)[0]):
                return True, here
        return False, here

    def _extended(self, path: _Path, edge: CallEdge) -> _Path:
        guarded = False
        fan_out, chained, kept = path.fan_out, path.chained, path.kept
        if edge.by.index >= 0:
            guarded = self.program.modules[edge.by.path].call(edge.by.index).main_guard
            # A queue's jobs are events of their own, however many are put in at once.
            if edge.how != "dispatched":
                around = self._shape(edge.by)
                again = False
                if kept is not None:
                    again, kept = handed_down(self.program, kept, edge.by, edge.callee)
                if again and around.fan_out is not None and path.kept is not None:
                    text = f"each request reads `{path.kept.name}`, which holds earlier answers"
                    chained = chained or Evidence(text, around.fan_out.at)
                else:
                    fan_out = fan_out or edge.fan_out or around.fan_out
                chained = chained or around.chained
        fan_out, chained = fan_out or edge.fan_out, chained or edge.chained
        detached, waits = path.detached, path.waits
        if edge.how in ("detached", "dispatched"):
            if edge.waits:
                waits = waits or Evidence(edge.note or "the caller waits for the result", edge.at)
            else:
                detached = detached or Evidence(edge.note or "the caller goes on without waiting", edge.at)
        extended = _Path(
            edge.caller, guarded, (edge, *path.hops), detached, waits, fan_out, chained,
            path.certain and edge.how != "named", None, kept,
        )  # fmt: skip
        return self._taken(extended, edge.by) if edge.by.index >= 0 and edge.how in ("direct", "override") else extended

    def _shape(self, call: CallId) -> Shape:
        if call not in self._shapes:
            self._shapes[call] = shape(self.program, self.catalog, call)
        return self._shapes[call]

    def _taken(self, path: _Path, call: CallId) -> _Path:
        """The call itself is handed to something that runs it apart: `create_task(f())`."""
        module = self.program.modules[call.path]
        record = module.call(call.index)
        if record.use.how != "argument":
            return path
        outer = CallId(call.path, record.use.call)
        for number in self.detach_names.of_call(self.program, outer):
            detach = self.detaches[number]
            if detach.takes != "call":
                continue
            at = self.program.location(outer)
            if self._waited(outer, detach):
                return _with(path, waits=path.waits or Evidence(f"{detach.says}, and its end is awaited", at))
            hops = path.hops
            if hops and hops[0].by == call:
                hops = (msgspec.structs.replace(hops[0], how="detached", waits=False, note=detach.says), *hops[1:])
            path = msgspec.structs.replace(path, hops=hops)
            return _with(path, detached=path.detached or Evidence(detach.says, at))
        return path

    # --- edges -----------------------------------------------------------------------------------

    def edges_to(self, function: FunctionId) -> tuple[tuple[CallEdge, ...], tuple[EntryPoint, ...]]:
        """Who makes a function run, and which frameworks it is handed to."""
        known = self._edges.get(function)
        if known is None:
            edges: dict[tuple[FunctionId, CallId, str], CallEdge] = {}
            entries: list[EntryPoint] = []
            usages = self.program.usages(function)
            callers = {usage.caller for usage in usages if usage.how in ("called", "override", "handed")}
            for usage in usages:
                entry = self._handed_over(usage)
                if entry is not None:
                    entries.append(entry)
                if entry is not None or usage.how == "wrapped":
                    continue
                for edge in self._edges_of(function, usage, callers):
                    edges.setdefault((edge.caller, edge.by, edge.how), edge)
            is_task = any(entry.kind == "queue-task" for entry in (*entries, *self.entries.of(function)))
            for edge in self._dispatched_by_name(function, is_task):
                edges.setdefault((edge.caller, edge.by, edge.how), edge)
            known = (tuple(edges.values()), tuple(dict.fromkeys(entries)))
            self._edges[function] = known
        return known

    def _handed_over(self, usage: Usage) -> EntryPoint | None:
        """A framework is handed the function, or a signature of it: `add_periodic_task(60, clean.s())`."""
        if usage.how in ("handed", "wrapped", "instance"):
            return self.entries.handed_to(usage)
        if usage.how != "method" or usage.call is None or not self.detach_methods.matching(str(usage.which)):
            return None
        module = self.program.modules[usage.call.path]
        use = module.call(usage.call.index).use
        if use.how != "argument":
            return None
        outer = module.call(use.call)
        given: list[tuple[int | str | None, Expr]] = [*enumerate(outer.arguments), *outer.keywords]
        which = next((which for which, expr in given if expr == CallResult(usage.call.index)), None)
        return self.entries.handed_to(Usage("handed", usage.caller, CallId(usage.call.path, use.call), which))

    def _edges_of(self, function: FunctionId, usage: Usage, callers: set[FunctionId]) -> Iterator[CallEdge]:
        if usage.call is None:
            at = self.program.definition(usage.caller)
            if isinstance(usage.which, int):
                at = locate(self.program.modules[at.path], usage.which, 1, usage.which, 1)
            note = {"replaces": _REPLACED, "decorates": _DECORATES}.get(usage.how)
            yield CallEdge(usage.caller, function, CallId(usage.caller.path, -1), "direct", None, True, at, note)
            return
        call = usage.call
        module = self.program.modules[call.path]
        at = self.program.location(call)
        how: EdgeKind = "direct"
        if usage.how in ("override", "named"):
            how = "override" if usage.how == "override" else "named"
        if usage.how == "method":
            yield self._by_method(function, usage, module, call, at)
            return
        if usage.how in ("handed", "instance"):
            for number in self.detach_names.of_call(self.program, call):
                detach = self.detaches[number]
                if detach.takes == "function" and usage.which in detach.runs:
                    yield self._detached(function, usage.caller, call, detach, module, at)
                    return
            for number in self.fan_out_names.of_call(self.program, call):
                spread = self.fan_outs[number]
                if usage.which in spread.function:
                    text = Evidence(f"{spread.says}: one request per item", at)
                    yield CallEdge(usage.caller, function, call, "callback", text, True, at)
                    return
            later = [*self._run_later(function, call, usage.which)]
            if later:
                yield from later
                return
            if usage.how == "instance" or not self._may_call_back(call, usage.which, callers):
                return
            how = "callback"
        if usage.how == "called":
            for detach in self.detached_calls:
                if self.entries.carries(function, detach.decorator):
                    yield self._detached(function, usage.caller, call, detach, module, at)
                    return
        yield CallEdge(usage.caller, function, call, how, None, True, at)

    def _run_later(self, function: FunctionId, call: CallId, which: int | str | None) -> Iterator[CallEdge]:
        """A function left with an object runs where that object is set going."""
        table = self.registrations.of(call, which)
        if table is None:
            return
        chained = Evidence(f"{table.says}, one after the other", self.program.location(call)) if table.steps else None
        for caller, start in self.registrations.starts(call, table):
            at = self.program.location(start)
            yield CallEdge(caller, function, start, "callback", None, True, at, table.says, chained)
        if self.entries.is_served(call.path):
            body, at = FunctionId(call.path, 0), self.program.location(call)
            yield CallEdge(body, function, call, "callback", None, True, at, table.says, chained)

    def _may_call_back(self, call: CallId, which: int | str | None, callers: set[FunctionId]) -> bool:
        """Handing a function over may run it here and now; not where it is only stored, or known to be called."""
        module = self.program.modules[call.path]
        values = self.program.callees(call)
        for value in values:
            if isinstance(value, FunctionValue) and FunctionId(value.path, value.index) in callers:
                return False  # that call is an edge of its own
            if isinstance(value, FunctionValue) and self.program.only_keeps(value, which):
                return False  # and so is the call of what it was put into
            if isinstance(value, ClassValue):
                return False  # what an object keeps runs where the object is used
            if isinstance(value, External) and value.name.startswith("builtins."):
                return value.name in _BUILTINS_THAT_CALL
        # At import time a function is registered, and what runs it later is not known.
        record = module.call(call.index)
        return record.function > 0 or record.main_guard or any(isinstance(v, FunctionValue) for v in values)

    def _by_method(self, function: FunctionId, usage: Usage, module: Module, call: CallId, at: Location) -> CallEdge:
        # What only the functions of one framework have says more than a method's name alone.
        for number in self.fan_out_methods.matching(str(usage.which)):
            spread = self.fan_outs[number]
            if self.entries.carries(function, spread.decorator):
                text = Evidence(f"{spread.says}: one request per item", at)
                return CallEdge(usage.caller, function, call, "callback", text, True, at)
        fitting = [self.detaches[number] for number in self.detach_methods.matching(str(usage.which))]
        for detach in sorted(fitting, key=lambda detach: not detach.decorator):
            if not detach.decorator or self.entries.carries(function, detach.decorator):
                return self._detached(function, usage.caller, call, detach, module, at)
        return CallEdge(usage.caller, function, call, "callback", None, True, at)

    def _detached(
        self,
        function: FunctionId,
        caller: FunctionId,
        call: CallId,
        detach: Detach,
        module: Module,
        at: Location,
    ) -> CallEdge:
        waits = self._waited(call, detach)
        how: EdgeKind = "dispatched" if detach.how == "dispatched" else "detached"
        note = f"{detach.says}, and the caller waits for it" if waits else detach.says
        return CallEdge(caller, function, call, how, None, waits, at, note)

    def _dispatched_by_name(self, function: FunctionId, is_task: bool) -> Iterator[CallEdge]:
        """`send_task("app.tasks.enrich")`, `queue.enqueue("app.jobs.run")`; `enqueue_job("run")` for a task."""
        if self._by_name is None:
            self._by_name = {}
            for number, detach in enumerate(self.detaches):
                if detach.takes not in ("name", "function name"):
                    continue
                for tail in sorted({name.rpartition(".")[2] for name in detach.call}):
                    for call, record in self.program.resolver.calls_named(tail):
                        if number in self.detach_names.of_call(self.program, call):
                            for text in _texts(record, detach):
                                self._by_name.setdefault((detach.takes, text), []).append((call, detach))
        if not self._by_name:
            return
        names = [(takes, name) for name in self.entries.dotted_names(function) for takes in ("name", "function name")]
        if is_task:
            defined = self.program.modules[function.path].function(function.index)
            # A class may stand for the method that is the task.
            names += [("function name", name) for name in (defined.qualname, defined.qualname.rpartition(".")[0])]
        for name in names:
            for call, detach in self._by_name.get(name, ()):
                module = self.program.modules[call.path]
                caller = FunctionId(call.path, module.call(call.index).function)
                yield self._detached(function, caller, call, detach, module, self.program.location(call))

    def _waited(self, call: CallId, detach: Detach) -> bool:
        """The caller waits for a detached step after all: for its handle, or for what it leaves in a queue."""
        if is_awaited(self.program, call, detach):
            return True
        function = self.program.modules[call.path].call(call.index).function
        module = self.program.modules[call.path]
        inside = [n for n in range(len(module.summary.functions)) if _is_within(module, n, function)]
        return any(self._sink(FunctionId(call.path, number), "rejoin", 0) is not None for number in inside)

    # --- people ----------------------------------------------------------------------------------

    def live_sink(self, call: ApiCall, trace: Trace) -> Evidence | None:
        """A live channel to a person that the functions behind the detaching step send to."""
        behind = trace.detached is None
        # The entry of a function that is handed over is where that is done.
        first = trace.hops[0].caller if trace.hops else call.function
        functions = [trace.entry.function, first] if behind or not trace.hops else []
        for hop in trace.hops:
            if hop.how in ("detached", "dispatched") and not hop.waits:
                behind = True
            if behind:
                functions.append(hop.callee)
        for function in functions:
            found = self._sink(function, "live", SINK_DEPTH)
            if found is not None:
                return found
        return None

    def _sink(self, function: FunctionId, kind: str, depth: int) -> Evidence | None:
        """A call in a function (or in those it calls, `depth` levels down) that hands something to a sink."""
        key = (function, kind, depth)
        if key not in self._sunk:
            self._sunk[key] = None
            module = self.program.modules[function.path]
            calls = [CallId(function.path, number) for number in module.calls_in(function.index)]
            for call in calls:
                for match in self.sink_names.of_call(self.program, call):
                    if self.sinks[match].kind == kind:
                        self._sunk[key] = Evidence(self.sinks[match].says, self.program.location(call))
                        return self._sunk[key]
            for call in calls if depth else ():
                for value in self.program.callees(call):
                    if isinstance(value, FunctionValue):
                        found = self._sink(FunctionId(value.path, value.index), kind, depth - 1)
                        if found is not None:
                            self._sunk[key] = found
                            return found
        return self._sunk[key]

    def _interactive(self, entry: EntryPoint, functions: list[FunctionId]) -> Evidence | None:
        """Somebody at the terminal is asked something on the way, so somebody sits there."""
        if ENTRY_KINDS.get(entry.kind, SECONDS) == SECONDS or entry.kind not in ("command", "notebook"):
            return None
        if self._asking is None:
            self._asking = self._find_asking()
        reach = self.program.reach(entry.function.path, by_name=False)
        for function in functions:
            for source, evidence in self._asking.get(function, {}).items():
                if source.path in reach:
                    return evidence
        return None

    def _find_asking(self) -> dict[FunctionId, dict[FunctionId, Evidence]]:
        """Functions that ask a person something, and those that call them (three steps up)."""
        found: dict[FunctionId, dict[FunctionId, Evidence]] = {}
        level: dict[FunctionId, dict[FunctionId, Evidence]] = {}
        for tail in sorted({n.rpartition(".")[2] for p in self.prompts for n in p.call}):
            for call, record in self.program.resolver.calls_named(tail):
                if record.use.how in ("discarded", "other"):
                    continue  # "press Enter to go on", "overwrite? [y/n]": no conversation
                for match in self.prompt_names.of_call(self.program, call):
                    function = FunctionId(call.path, record.function)
                    text = Evidence(self.prompts[match].says, self.program.location(call))
                    level.setdefault(function, {}).setdefault(function, text)
        for _ in range(4):
            for function, sources in level.items():
                found.setdefault(function, {}).update(sources)
            above: dict[FunctionId, dict[FunctionId, Evidence]] = {}
            for function, sources in level.items():
                if function.index == 0:
                    continue
                for edge in self.edges_to(function)[0]:
                    known = found.get(edge.caller, {})
                    fresh = {source: text for source, text in sources.items() if source not in known}
                    if fresh and edge.how in ("direct", "override"):
                        above.setdefault(edge.caller, {}).update(fresh)
            level = above
        return found


def _shows(entry: str, call: str) -> bool:
    """The entry stands in a folder of examples, and what it calls does not."""
    folders = entry.split("/")[:-1]
    for depth, folder in enumerate(folders, 1):
        if folder.lower() in _EXAMPLES:
            return not call.startswith("/".join(folders[:depth]) + "/")
    return False


def _handed_receiver(record: Call, name: str) -> Expr | None:
    """The object whose method is handed over: `pool.submit(flow.run)`."""
    for value in (*record.arguments, *(value for _, value in record.keywords)):
        if isinstance(value, Name) and value.path.endswith("." + name):
            return Name(value.path.rpartition(".")[0])
    return None


def _on_itself(module: Module, method: int | None, receiver: Expr, record: Call) -> bool:
    """`self.step()`, `super().step()`."""
    if isinstance(receiver, CallResult):
        return module.call(receiver.call).name == "super"
    if method is None or not isinstance(receiver, Name):
        return False
    parameters = module.function(method).parameters
    return bool(parameters) and parameters[0].name == receiver.path


def _is_within(module: Module, function: int, outer: int) -> bool:
    while function >= 0:
        if function == outer:
            return True
        function = module.function(function).parent if outer != 0 else -1
    return False


def _with(path: _Path, *, detached: Evidence | None = None, waits: Evidence | None = None) -> _Path:
    return msgspec.structs.replace(path, detached=detached or path.detached, waits=waits or path.waits)


def _texts(record: Call, detach: Detach) -> Iterator[str]:
    for which in detach.runs:
        expr = argument(record, which)
        if isinstance(expr, Constant) and isinstance(expr.value, str):
            yield expr.value
