"""How each entry point reaches each API call, followed backwards from the call."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable

import msgspec
from msgspec import Struct

from tierlint.audience import Audience
from tierlint.catalog import ENTRY_KINDS, SECONDS, Catalog
from tierlint.data_flow import idle
from tierlint.edges import Edges
from tierlint.entry_points import EntryPoints
from tierlint.launches import Launches
from tierlint.loops import Shape, shape
from tierlint.memory import Kept, Looked, handed_down, kept_by
from tierlint.model import (
    ApiCall,
    Attribute,
    Call,
    CallEdge,
    CallId,
    CallResult,
    Constant,
    EntryPoint,
    Evidence,
    Expr,
    FunctionId,
    Missing,
    Name,
    Trace,
)
from tierlint.program import Program, Scope
from tierlint.program.modules import Module, is_test
from tierlint.program.values import MOST_VALUES, ClassKey, InstanceValue, receiver_of
from tierlint.questions import Questions
from tierlint.queues import Queues
from tierlint.sinks import Sinks
from tierlint.unreached import Unreached

LONGEST = 30
MOST_STATES = 4000
MOST_TRACES = 120
MOST_TESTS = 5
MOST_IMPORTERS = 200
# Folders whose programs show how the rest is used; a page among demonstrations is often the one that people use.
_SHOWN = frozenset(
    f"{name}{ending}" for name in ("example", "sample", "tutorial", "cookbook", "doc") for ending in ("", "s")
)
_EXAMPLES = _SHOWN | {"demo", "demos"}
# Where an answer goes that is only looked at.
_LOOKED_AT = frozenset({"terminal", "log"})


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
    # Past a loop that never ends: whoever starts several of these starts workers, and hands none of them its items.
    runs_on: bool = False


class Tracer:
    """Follows calls backwards to entry points; what was learnt of one function serves all calls behind it."""

    def __init__(self, program: Program, catalog: Catalog, entries: EntryPoints, launches: Launches) -> None:
        self.program = program
        self.catalog = catalog
        self.entries = entries
        sinks = Sinks(program, catalog, entries)
        queues = Queues(program, sinks)
        self.edges = Edges(program, catalog, entries, sinks, launches, queues)
        self._unreached = Unreached(program, catalog, self.edges, entries)
        self.audience = Audience(program, entries, sinks, queues)
        self.questions = Questions(program, catalog, self.edges)
        self._shapes: dict[tuple[CallId, frozenset[int | str]], Shape] = {}
        self._looked: Looked = {}
        self._started_from: dict[str, tuple[str, ...]] = {}

    # --- the walk --------------------------------------------------------------------------------

    def traces_to(self, call: ApiCall) -> tuple[Trace, ...]:
        """The shortest chain from every entry point to a call, one for each way in which they differ.

        Tests do not vote, so they are looked at only where nothing else does.
        """
        found = self._walk(call, by_tests=False)
        return found if any(votes(trace) for trace in found) else self._walk(call, by_tests=True)

    def _walk(self, call: ApiCall, *, by_tests: bool) -> tuple[Trace, ...]:
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
            runs_on=around.runs_on is not None,
        )
        method = self.program.modules[call.call.path].method_around(call.function.index)
        if method is not None:
            owner = self.program.modules[call.call.path].function(method).owner
            start = msgspec.structs.replace(start, receiver=(call.call.path, owner))
        start = self._taken(
            msgspec.structs.replace(start, kept=kept_by(self.program, call.call, self._looked)), call.call
        )
        found: dict[tuple[object, ...], Trace] = {}
        if not self._follow(call, start, found, _finely, by_tests):
            self._follow(call, start, found, _coarsely, by_tests)
        return tuple(found.values())

    def _follow(
        self,
        call: ApiCall,
        start: _Path,
        found: dict[tuple[object, ...], Trace],
        kind: Callable[[_Path], tuple[object, ...]],
        by_tests: bool,
    ) -> bool:
        """Go back from a call, each kind of path through a function once; whether all of them were followed."""
        seen: set[tuple[object, ...]] = set()
        waiting = deque([start])
        presumed: list[tuple[EntryPoint, _Path]] = []
        while waiting and len(seen) < MOST_STATES and len(found) < MOST_TRACES:
            path = waiting.popleft()
            state = kind(path)
            if state in seen:
                continue
            seen.add(state)
            if path.function.index == 0:
                launched = self.edges.to_body(path.function.path) if len(path.hops) < LONGEST else ()
                for entry in self.entries.of_body(path.function.path, path.guarded, is_launched=bool(launched)):
                    self._record(found, call, entry, path)
                if launched:
                    presumed += ((e, path) for e in self.entries.of_body(path.function.path, path.guarded))
                waiting.extend(self._extended(path, edge, call.call) for edge in launched)
                continue
            for entry in self.entries.of(path.function):
                self._record(found, call, entry, path)
            if len(path.hops) >= LONGEST:
                continue
            edges, handed = self.edges.to(path.function, by_tests=by_tests)
            for entry in handed:
                self._record(found, call, entry, path)
            for edge in edges:
                if edge.how == "replaces" and self._runs_what_it_wraps(path, by_tests):
                    continue
                if edge.how == "decorates" and any(hop.how == "callback" for hop in path.hops):
                    continue  # what a decorator hands on is kept by whoever gets it, and runs nobody knows when
                fits, receiver = self._receiver(path, edge)
                if fits:
                    waiting.append(msgspec.structs.replace(self._extended(path, edge, call.call), receiver=receiver))
        # Where nobody is seen to start what starts it, somebody does that by hand.
        for entry, path in presumed if not any(votes(trace) for trace in found.values()) else ():
            self._record(found, call, entry, path)
        return not waiting or len(found) >= MOST_TRACES

    def _runs_what_it_wraps(self, path: _Path, by_tests: bool) -> bool:
        """A decorator's wrapper calls what it was put around: whoever calls that is found by its own name.

        Going on from the wrapper would lead to the callers of everything else that has the same decorator.
        """
        if not path.hops or path.hops[0].by.index < 0:
            return False
        call, below = path.hops[0].by, path.hops[0].callee
        usages = self.program.usages(path.function, by_tests=by_tests)
        if any(usage.how == "replaces" and usage.caller == below for usage in usages):
            return True
        module = self.program.modules[call.path]
        callee = module.call(call.index).callee
        root = callee.path.partition(".")[0] if isinstance(callee, Name) else ""
        around = module.function(path.function.index).parent
        return around > 0 and any(parameter.name == root for parameter in module.function(around).parameters)

    def _record(self, found: dict[tuple[object, ...], Trace], call: ApiCall, entry: EntryPoint, path: _Path) -> None:
        key = (
            entry.function, entry.kind, path.detached is None, path.fan_out is None, path.chained is None, path.runs_on,
        )  # fmt: skip
        if key in found or (entry.kind == "test" and sum(t.entry.kind == "test" for t in found.values()) >= MOST_TESTS):
            return
        if entry.kind == "start-up" and any(hop.unstarted for hop in path.hops):
            return  # an import puts things together, and sets none of them going
        if any(hop.how in ("override", "named") for hop in path.hops):
            # A hook or a method known by name only runs if the program that starts here loads its file.
            used = {hop.callee.path for hop in path.hops} | {call.call.path}
            if not self._loads(entry, used):
                return
        interactive = self.questions.asked(call.call, entry, path.hops, path.fan_out)
        goes = self.audience.goes(call, entry, path.hops, path.detached is not None)
        found[key] = Trace(
            entry=entry,
            hops=path.hops,
            detached=path.detached,
            waits=path.waits,
            fan_out=path.fan_out or _each_example(entry),
            chained=path.chained,
            interactive=interactive,
            certain=path.certain,
            demo=self._is_demo(call, entry, path, interactive),
            goes=goes,
            looked_at=path.fan_out is None
            and all(end.kind in _LOOKED_AT for end in goes)
            and self._is_shown(path, entry),
            fixed=bool(path.hops) and path.hops[-1].by.index >= 0 and self._is_fixed(path.hops[-1].by),
            runs_on=path.runs_on,
        )

    def _is_shown(self, path: _Path, entry: EntryPoint) -> bool:
        """The body of a script or a notebook names the answer nowhere: `print(ask(rows[0]))`."""
        if path.function.index != 0 or not path.hops or ENTRY_KINDS[entry.kind] == SECONDS:
            return False
        call = path.hops[0].by
        return call.index >= 0 and self.program.modules[call.path].call(call.index).use.how in ("discarded", "argument")

    def _loads(self, entry: EntryPoint, used: set[str]) -> bool:
        """Whether the program that an entry point belongs to loads all of these files.

        A script is its own program; a listener belongs to one that loads its file, and others beside it.
        """
        if used <= self.program.reach(entry.function.path):
            return True
        if entry.function.index == 0:
            return False
        return any(used <= self.program.reach(path) for path in self._programs(entry.function.path))

    def _programs(self, path: str) -> tuple[str, ...]:
        """The files from which the imports that lead to a file start."""
        known = self._started_from.get(path)
        if known is None:
            above, waiting = {path}, [path]
            first: list[str] = []
            while waiting and len(above) < MOST_IMPORTERS:
                one = waiting.pop()
                importers = {name for name, _ in self.program.importers(one) if not is_test(name)} - {one}
                if not importers:
                    first.append(one)
                waiting += sorted(importers - above)
                above |= importers
            known = tuple(first)
            self._started_from[path] = known
        return known

    def _is_demo(self, call: ApiCall, entry: EntryPoint, path: _Path, interactive: Evidence | None) -> bool:
        """An example shows how a library is used, and a module tries itself out: neither is who really calls it."""
        if _shows(entry.function.path, call.at.path, _EXAMPLES if ENTRY_KINDS[entry.kind] != SECONDS else _SHOWN):
            # Where the library itself asks the person, it is no matter who sets it going.
            asked_at = interactive.at if interactive is not None else None
            return asked_at is None or _shows(asked_at.path, call.at.path, _EXAMPLES)
        home = entry.function.path
        offered = path.function.index != 0 and self._is_offered(entry)
        if entry.kind != "command" or interactive is not None:
            return False  # whoever is asked something at the terminal is somebody who uses it
        if not offered and (path.function.index != 0 or not path.hops):
            return False
        if any(hop.callee.path != home for hop in path.hops):
            return False
        importers = {name for name, _ in self.program.importers(home) if not is_test(name)}
        if not offered and len(path.hops) == 1 and self._is_tried(path.hops[0].by) and importers:
            return True
        module = self.program.modules[home]
        methods = (hop for hop in path.hops if module.function(hop.callee.index).owner >= 0)
        tried = [hop.callee for hop in (*path.hops[:1], *methods, *path.hops[-1:])]
        tried += [entry.function] if offered else []
        return any(edge.caller.path != home for function in tried for edge in self.edges.to(function)[0])

    def _is_offered(self, entry: EntryPoint) -> bool:
        """`fire.Fire()` offers all that its file defines, also what is only there for others to use."""
        if entry.at.path != entry.function.path:
            return False
        calls = self.program.modules[entry.at.path].summary.calls
        here = (call for call in calls if (call.line, call.column) == (entry.at.line, entry.at.column))
        return any(not call.arguments and not call.keywords for call in here)

    def _is_tried(self, call: CallId) -> bool:
        """`print(ask("Tell me a joke"))` below a main guard."""
        return self.program.modules[call.path].call(call.index).main_guard and self._is_fixed(call)

    def _is_fixed(self, call: CallId) -> bool:
        """Only literals go in."""
        record = self.program.modules[call.path].call(call.index)
        given = (*record.arguments, *(value for _, value in record.keywords))
        return bool(given) and all(isinstance(value, Constant) for value in given)

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
                fitting = self._runs_first(below, here, edge, record)
                return fitting is not None, fitting
            return below in order(here)[0] or self._mixed(below, here), here
        scope = Scope(edge.by.path, record.function, record.owner)
        values = self.program.resolver.values(receiver, scope)
        instances = [v for v in values if isinstance(v, InstanceValue)]
        if not instances or len(instances) != len(values) or len(values) >= MOST_VALUES:
            return True, here
        for value in instances:
            own = (value.path, value.index)
            if below in order(own)[0]:
                return True, here
            if not value.exact and (own in order(below)[0] or self._mixed(below, own)):
                return True, here
        return False, here

    def _mixed(self, one: ClassKey, other: ClassKey) -> bool:
        """Some class descends from both."""
        resolver = self.program.resolver
        return any(other in resolver.order(below)[0] for below in resolver.subclasses(one))

    def _runs_first(self, below: ClassKey, here: ClassKey, edge: CallEdge, record: Call) -> ClassKey | None:
        """The class (or a descendant) whose objects run this very method when they call it on themselves."""
        callee = self.program.modules[edge.callee.path].function(edge.callee.index)
        if callee.owner < 0 or record.name != callee.name:
            return below
        above = isinstance(record.callee, Attribute)  # `super().step()`
        resolver = self.program.resolver
        for own in (below, *resolver.subclasses(below)):
            order = resolver.order(own)[0]
            tried = order[order.index(here) + 1 :] if above and here in order else order
            first = next((key for key in tried if callee.name in self.program.modules[key[0]].methods(key[1])), None)
            if first == (edge.callee.path, callee.owner):
                return own
        return None

    def _extended(self, path: _Path, edge: CallEdge, sent: CallId) -> _Path:
        guarded, runs_on = False, path.runs_on
        fan_out, chained, kept = path.fan_out, path.chained, path.kept
        if edge.by.index >= 0:
            guarded = self.program.modules[edge.by.path].call(edge.by.index).main_guard
            # A queue's jobs are events of their own, however many are put in at once.
            if edge.how != "dispatched":
                below = path.hops[0].by if path.hops else sent
                plain = edge.how in ("direct", "override") and below.index >= 0
                around = self._shape(edge.by, idle(self.program, edge.by, edge.callee, below) if plain else frozenset())
                again, name = False, ""
                if kept is not None:
                    name = kept.name
                    again, kept = handed_down(self.program, kept, edge.by, edge.callee)
                elif edge.how in ("direct", "override"):
                    steps = (*(hop.by for hop in path.hops if hop.by.index >= 0), sent)
                    kept = kept_by(self.program, edge.by, self._looked, steps)
                if again:
                    text = f"each request reads `{name}`, which holds earlier answers"
                    chained = chained or Evidence(text, edge.at)
                else:
                    fan_out = fan_out or edge.fan_out or around.fan_out
                runs_on = runs_on or around.runs_on is not None
                chained = chained or around.chained
        fan_out, chained = None if runs_on else fan_out or edge.fan_out, chained or edge.chained
        detached, waits = path.detached, path.waits
        if edge.how in ("detached", "dispatched"):
            if edge.waits:
                waits = waits or Evidence(edge.note or "the caller waits for the result", edge.at)
            else:
                detached = detached or Evidence(edge.note or "the caller goes on without waiting", edge.at)
        extended = _Path(
            edge.caller, guarded, (edge, *path.hops), detached, waits, fan_out, chained,
            path.certain and edge.how != "named", None, kept, runs_on,
        )  # fmt: skip
        return self._taken(extended, edge.by) if edge.by.index >= 0 and edge.how in ("direct", "override") else extended

    def _shape(self, call: CallId, idle: frozenset[int | str] = frozenset()) -> Shape:
        key = call, idle
        if key not in self._shapes:
            self._shapes[key] = shape(self.program, self.catalog, call, idle)
        return self._shapes[key]

    def _taken(self, path: _Path, call: CallId) -> _Path:
        """The call itself is handed to something that runs it apart: `create_task(f())`."""
        found = self.edges.taken(call)
        if found is None:
            left = self.edges.left(call)
            if left is None:
                return path
            return _with(path, detached=path.detached or Evidence(left[0].says, self.program.location(left[1])))
        detach, outer = found
        at = self.program.location(outer)
        if self.edges.is_waited_for(outer, detach):
            return _with(path, waits=path.waits or Evidence(f"{detach.says}, and its end is awaited", at))
        hops = path.hops
        if hops and hops[0].by == call:
            hops = (msgspec.structs.replace(hops[0], how="detached", waits=False, note=detach.says), *hops[1:])
        path = msgspec.structs.replace(path, hops=hops)
        return _with(path, detached=path.detached or Evidence(detach.says, at))

    # --- people ----------------------------------------------------------------------------------

    def behind(self, call: ApiCall, trace: Trace, *, is_agent: bool) -> Evidence | None:
        """What says that a person waits for what a detached step does; None: nothing does."""
        return self.audience.behind(call, trace, is_agent=is_agent)

    def missing(self, call: ApiCall) -> tuple[Missing, ...]:
        """What would settle a call that nothing reaches."""
        return self._unreached.ends(call.function, lambda path: _shows(path, call.at.path, _EXAMPLES))


def _finely(path: _Path) -> tuple[object, ...]:
    return (
        path.function, path.guarded, path.detached is None, path.fan_out is None, path.chained is None,
        path.certain, path.receiver, path.kept, path.runs_on,
    )  # fmt: skip


def _coarsely(path: _Path) -> tuple[object, ...]:
    """What says who waits at the other end; in the largest programs there are too many shapes on the way."""
    return path.function, path.guarded, path.detached is None, path.receiver


def _each_example(entry: EntryPoint) -> Evidence | None:
    """An evaluation runs what it is made of once for each example of a data set."""
    return (
        Evidence("an evaluation runs it for each example: one request per item", entry.at)
        if entry.kind == "eval"
        else None
    )


def votes(trace: Trace) -> bool:
    """Whether who waits at the other end of a trace counts."""
    return trace.entry.kind != "test" and not trace.demo


def _shows(entry: str, call: str, names: frozenset[str]) -> bool:
    """The entry stands in a folder of examples, and what it calls does not."""
    folders = entry.split("/")[:-1]
    for depth, folder in enumerate(folders, 1):
        if folder.lower() in names:
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
    return module.own_name(method) == receiver.path


def _with(path: _Path, *, detached: Evidence | None = None, waits: Evidence | None = None) -> _Path:
    return msgspec.structs.replace(path, detached=detached or path.detached, waits=waits or path.waits)
