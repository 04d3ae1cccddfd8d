"""Who makes a function run: calls, callbacks, detached steps, dispatch by name, and what frameworks are handed."""

from __future__ import annotations

from collections.abc import Iterator

from tierlint.catalog import Catalog
from tierlint.catalog.framework_tables import Detach, FanOut
from tierlint.entry_points import EntryPoints
from tierlint.launches import Launches, Started
from tierlint.model import (
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
)
from tierlint.patterns import Names, is_given
from tierlint.program import Program, Usage, locate
from tierlint.program.modules import Module
from tierlint.program.values import ClassValue, External, FunctionValue, argument
from tierlint.queues import Queues
from tierlint.registrations import Registrations
from tierlint.signals import Signals
from tierlint.sinks import Sinks
from tierlint.waiting import is_awaited

_BUILTINS_THAT_CALL = frozenset(f"builtins.{name}" for name in ("map", "filter", "sorted", "max", "min", "iter"))


class Edges:
    """The edges of the call graph, found backwards and on demand, one function at a time."""

    def __init__(
        self,
        program: Program,
        catalog: Catalog,
        entries: EntryPoints,
        sinks: Sinks,
        launches: Launches,
        queues: Queues,
    ) -> None:
        self._program = program
        self._entries = entries
        self._sinks = sinks
        self._launches = launches
        self._queues = queues
        tables = catalog.frameworks
        self._detaches = [d for t in tables for d in t.detach]
        self._fan_outs = [f for t in tables for f in t.fan_out]
        self._detach_names = Names((n, i) for i, d in enumerate(self._detaches) for n in d.call)
        self._detach_methods = Names((n, i) for i, d in enumerate(self._detaches) for n in d.method)
        self._detached_calls = [d for d in self._detaches if d.decorator and not d.method and not d.call]
        self._rests = [n for n, d in enumerate(self._detaches) if d.takes == "rest"]
        self._rest_tails = {name.rpartition(".")[2] for n in self._rests for name in self._detaches[n].call}
        self._registrations = Registrations(program, [r for t in tables for r in t.registration])
        self._signals = Signals(program, [s for t in tables for s in t.signal])
        self._fan_out_names = Names((n, i) for i, f in enumerate(self._fan_outs) for n in f.call)
        self._fan_out_methods = Names((n, i) for i, f in enumerate(self._fan_outs) for n in f.method)
        self._wrapping = frozenset(name for t in tables for d in t.decorator for name in d.name)
        self._edges: dict[tuple[FunctionId, bool], tuple[tuple[CallEdge, ...], tuple[EntryPoint, ...]]] = {}
        self._by_name: dict[tuple[str, str], list[tuple[CallId, Detach]]] | None = None

    def taken(self, call: CallId) -> tuple[Detach, CallId] | None:
        """What runs a call apart that is handed to it: `create_task(f())`."""
        record = self._program.modules[call.path].call(call.index)
        if record.use.how != "argument":
            return None
        outer = CallId(call.path, record.use.call)
        for number in self._detach_names.of_call(self._program, outer):
            if self._detaches[number].takes == "call":
                return self._detaches[number], outer
        return None

    def left(self, call: CallId) -> tuple[Detach, CallId] | None:
        """What a call comes after that leaves the rest of its function to run on its own."""
        module = self._program.modules[call.path]
        record = module.call(call.index)
        for number in module.calls_in(record.function):
            before = module.call(number)
            if before.name not in self._rest_tails or (before.end_line, before.end_column) > (
                record.line,
                record.column,
            ):
                continue
            given = [expr.path for expr in before.arguments if isinstance(expr, Name)]
            fitting = self._detach_names.of_call(self._program, CallId(call.path, number))
            for detach in (self._detaches[n] for n in fitting if n in self._rests):
                if given == [*detach.runs]:
                    return detach, CallId(call.path, number)
        return None

    def to(
        self, function: FunctionId, *, by_tests: bool = False
    ) -> tuple[tuple[CallEdge, ...], tuple[EntryPoint, ...]]:
        """Who makes a function run, and which frameworks it is handed to."""
        known = self._edges.get((function, by_tests))
        if known is None:
            edges: dict[tuple[FunctionId, CallId, str], CallEdge] = {}
            entries: list[EntryPoint] = []
            usages = self._program.usages(function, by_tests=by_tests)
            callers = {usage.caller for usage in usages if usage.how in ("called", "override", "handed")}
            for usage in usages:
                entry = self._handed_over(usage)
                if entry is not None:
                    entries.append(entry)
                if entry is not None or usage.how == "wrapped":
                    continue
                for edge in self._edges_of(function, usage, callers):
                    edges.setdefault((edge.caller, edge.by, edge.how), edge)
            for edge in self._run_by_keeper(function):
                edges.setdefault((edge.caller, edge.by, edge.how), edge)
            for edge in (*self._launched(function), *self._signalled(function), *self._queued(function)):
                if by_tests or not self._program.modules[edge.caller.path].holds_tests:
                    edges.setdefault((edge.caller, edge.by, edge.how), edge)
            is_task = any(entry.kind == "queue-task" for entry in (*entries, *self._entries.of(function)))
            for edge in self._dispatched_by_name(function, is_task):
                edges.setdefault((edge.caller, edge.by, edge.how), edge)
            known = (tuple(edges.values()), tuple(dict.fromkeys(entries)))
            self._edges[function, by_tests] = known
        return known

    def to_body(self, path: str) -> tuple[CallEdge, ...]:
        """Who in the project starts a file as a program."""
        found = (self._by_launch(FunctionId(path, 0), one) for one in self._launches.of_body(path))
        # Tests start everything, and a program that starts itself again was started before.
        return tuple(e for e in found if e.caller.path != path and not self._program.modules[e.caller.path].holds_tests)

    def _launched(self, function: FunctionId) -> Iterator[CallEdge]:
        """Who in the project starts a function as a program, or as a command of a framework."""
        for one in self._launches.of_function(function):
            yield self._by_launch(function, one)
        path = "/" + function.path
        if "/management/commands/" in path and self._entries.is_command(function):
            for one in self._launches.of_command(path.rpartition("/")[2].removesuffix(".py")):
                yield self._by_launch(function, one)

    def _by_launch(self, function: FunctionId, started: Started) -> CallEdge:
        table, call = started.table, started.call
        caller = self._program.function_around(call)
        waits = table.waits or is_awaited(self._program, call, Detach(table.says, waited_by=table.waited_by))
        how: EdgeKind = "launches" if waits else "detached"
        return CallEdge(caller, function, call, how, None, waits, self._program.location(call), table.says)

    def _handed_over(self, usage: Usage) -> EntryPoint | None:
        """A framework is handed the function, or a signature of it: `add_periodic_task(60, clean.s())`."""
        if usage.how in ("handed", "wrapped", "instance"):
            return self._entries.handed_to(usage)
        if usage.how != "method" or usage.call is None or not self._detach_methods.matching(str(usage.which)):
            return None
        module = self._program.modules[usage.call.path]
        use = module.call(usage.call.index).use
        if use.how != "argument":
            return None
        outer = module.call(use.call)
        given: list[tuple[int | str | None, Expr]] = [*enumerate(outer.arguments), *outer.keywords]
        which = next((which for which, expr in given if expr == CallResult(usage.call.index)), None)
        return self._entries.handed_to(Usage("handed", usage.caller, CallId(usage.call.path, use.call), which))

    def _edges_of(self, function: FunctionId, usage: Usage, callers: set[FunctionId]) -> Iterator[CallEdge]:
        if usage.call is None:
            at = self._program.definition(usage.caller)
            if isinstance(usage.which, int):
                at = locate(self._program.modules[at.path], usage.which, 1, usage.which, 1)
            way: EdgeKind = "decorates" if usage.how == "decorates" else "direct"
            way = "replaces" if usage.how == "replaces" else way
            yield CallEdge(usage.caller, function, CallId(usage.caller.path, -1), way, None, True, at)
            return
        call = usage.call
        module = self._program.modules[call.path]
        at = self._program.location(call)
        how: EdgeKind = "direct"
        if usage.how in ("override", "named"):
            how = "override" if usage.how == "override" else "named"
        if usage.how == "method":
            yield self._by_method(function, usage, module, call, at)
            return
        if usage.how == "class":
            for number in self._fan_out_names.of_call(self._program, call):
                spread = self._fan_outs[number]
                if spread.builds and usage.which in spread.function:
                    yield _per_item(function, usage.caller, call, spread, at)
            return
        if usage.how in ("handed", "instance"):
            for number in self._detach_names.of_call(self._program, call):
                detach = self._detaches[number]
                if detach.takes == "function" and usage.which in detach.runs:
                    yield self._detached(function, usage.caller, call, detach, at)
                    return
            for number in self._fan_out_names.of_call(self._program, call):
                spread = self._fan_outs[number]
                if usage.which in spread.function:
                    yield _per_item(function, usage.caller, call, spread, at)
                    return
            later = [*self._run_later(function, call, usage.which)]
            if later:
                yield from later
                return
            if usage.how == "instance" or not self._may_call_back(call, usage.which, callers):
                return
            # Left with an object, and what sets that going is not seen: perhaps here.
            left = self._registrations.of(call, usage.which) is not None
            yield CallEdge(usage.caller, function, call, "callback", None, True, at, unstarted=left)
            return
        if usage.how == "called":
            for detach in self._detached_calls:
                if self._entries.carries(function, detach.decorator):
                    yield self._detached(function, usage.caller, call, detach, at)
                    return
        yield CallEdge(usage.caller, function, call, how, None, True, at)

    def _run_later(self, function: FunctionId, call: CallId, which: int | str | None) -> Iterator[CallEdge]:
        """A function left with an object runs where that object is set going."""
        table = self._registrations.of(call, which)
        if table is None:
            return
        chained = Evidence(f"{table.says}, one after the other", self._program.location(call)) if table.steps else None
        for caller, start in self._registrations.starts(call, table):
            at = self._program.location(start)
            yield CallEdge(caller, function, start, "callback", None, True, at, table.says, chained)
        if self._entries.is_served(call.path):
            body, at = FunctionId(call.path, 0), self._program.location(call)
            yield CallEdge(body, function, call, "callback", None, True, at, table.says, chained)

    def _run_by_keeper(self, function: FunctionId) -> Iterator[CallEdge]:
        """A function that a decorator leaves with an object: `@flow.task()` runs where `flow.run(...)` is called."""
        for table, built in self._registrations.kept(function, self._entries):
            left = Detach(table.says, waited_by=table.waited_by, how="dispatched")
            for caller, start in self._registrations.started(built, (*table.run_by, *table.left_by)):
                at = self._program.location(start)
                record = self._program.modules[start.path].call(start.index)
                if record.name in table.left_by or (table.left_given and is_given(table.left_given, record)):
                    yield self._detached(function, caller, start, left, at)
                else:
                    yield CallEdge(caller, function, start, "callback", None, True, at, table.says)

    def _signalled(self, function: FunctionId) -> Iterator[CallEdge]:
        """Who saves the objects of which a receiver of signals is told."""
        for saving, table in self._signals.sent_to(function):
            caller, at = self._program.function_around(saving), self._program.location(saving)
            yield CallEdge(caller, function, saving, "callback", None, True, at, table.says)

    def _queued(self, function: FunctionId) -> Iterator[CallEdge]:
        """Who puts what a function works on into a queue of the same program."""
        left = Detach("puts it into a queue, from which it is taken and worked on", how="dispatched")
        for put in self._queues.filled_by(function):
            yield self._detached(function, self._program.function_around(put), put, left, self._program.location(put))

    def _may_call_back(self, call: CallId, which: int | str | None, callers: set[FunctionId]) -> bool:
        """Handing a function over may run it here and now; not where it is only stored, or known to be called."""
        module = self._program.modules[call.path]
        values = self._program.callees(call)
        for value in values:
            if isinstance(value, FunctionValue) and any(self._is_inside(caller, value) for caller in callers):
                return False  # that call is an edge of its own
            if isinstance(value, FunctionValue) and self._program.only_keeps(value, which):
                return False  # and so is the call of what it was put into
            if isinstance(value, ClassValue):
                return False  # what an object keeps runs where the object is used
            if isinstance(value, External) and value.name.removesuffix("()") in self._wrapping:
                return False  # a decorator put on by hand, `ask = retry(ask)`: what it gives is called elsewhere
            if isinstance(value, External) and value.name.startswith("builtins."):
                return value.name in _BUILTINS_THAT_CALL
        # At import time a function is registered, and what runs it later is not known.
        record = module.call(call.index)
        return record.function > 0 or record.main_guard or any(isinstance(v, FunctionValue) for v in values)

    def _is_inside(self, function: FunctionId, outer: FunctionValue) -> bool:
        """The function itself, or one defined in it: `def many(f, rows): pool.map(lambda row: f(row), rows)`."""
        own = function.path == outer.path and outer.index > 0
        return own and _is_within(self._program.modules[outer.path], function.index, outer.index)

    def _by_method(self, function: FunctionId, usage: Usage, module: Module, call: CallId, at: Location) -> CallEdge:
        # What only the functions of one framework have says more than a method's name alone.
        for number in self._fan_out_methods.matching(str(usage.which)):
            spread = self._fan_outs[number]
            if self._entries.carries(function, spread.decorator):
                return _per_item(function, usage.caller, call, spread, at)
        record = module.call(call.index)
        fitting = [self._detaches[number] for number in self._detach_methods.matching(str(usage.which))]
        fitting = [detach for detach in fitting if is_given(detach.given, record)]
        for detach in sorted(fitting, key=lambda detach: not detach.decorator):
            if not detach.decorator or self._entries.carries(function, detach.decorator, or_class=True):
                return self._detached(function, usage.caller, call, detach, at)
        return CallEdge(usage.caller, function, call, "callback", None, True, at)

    def _detached(
        self,
        function: FunctionId,
        caller: FunctionId,
        call: CallId,
        detach: Detach,
        at: Location,
    ) -> CallEdge:
        waits = self.is_waited_for(call, detach)
        how: EdgeKind = "dispatched" if detach.how == "dispatched" else "detached"
        note = f"{detach.says}, and the caller waits for it" if waits else detach.says
        return CallEdge(caller, function, call, how, None, waits, at, note)

    def _dispatched_by_name(self, function: FunctionId, is_task: bool) -> Iterator[CallEdge]:
        """`send_task("app.tasks.enrich")`, `queue.enqueue("app.jobs.run")`; `enqueue_job("run")` for a task."""
        if self._by_name is None:
            self._by_name = {}
            for number, detach in enumerate(self._detaches):
                if detach.takes not in ("name", "function name", "method name"):
                    continue
                for tail in sorted({name.rpartition(".")[2] for name in detach.call}):
                    for call, record in self._program.resolver.calls_named(tail):
                        if number in self._detach_names.of_call(self._program, call):
                            for text in _texts(record, detach):
                                self._by_name.setdefault((detach.takes, text), []).append((call, detach))
        if not self._by_name:
            return
        names = [(takes, name) for name in self._entries.dotted_names(function) for takes in ("name", "function name")]
        if is_task:
            defined = self._program.modules[function.path].function(function.index)
            # A class may stand for the method that is the task.
            names += [("function name", name) for name in (defined.qualname, defined.qualname.rpartition(".")[0])]
        names.append(("method name", self._program.modules[function.path].function(function.index).qualname))
        for name in names:
            for call, detach in self._by_name.get(name, ()):
                caller = self._program.function_around(call)
                yield self._detached(function, caller, call, detach, self._program.location(call))

    def is_waited_for(self, call: CallId, detach: Detach) -> bool:
        """The caller waits for a detached step after all: for its handle, or for what it leaves in a queue."""
        if is_awaited(self._program, call, detach):
            return True
        function = self._program.modules[call.path].call(call.index).function
        module = self._program.modules[call.path]
        inside = [n for n in range(len(module.summary.functions)) if _is_within(module, n, function)]
        return any(self._sinks.below(FunctionId(call.path, number), "rejoin", 0) is not None for number in inside)


def _per_item(function: FunctionId, caller: FunctionId, call: CallId, spread: FanOut, at: Location) -> CallEdge:
    text = Evidence(f"{spread.says}: one request per item", at)
    return CallEdge(caller, function, call, "callback", text, True, at)


def _is_within(module: Module, function: int, outer: int) -> bool:
    while function >= 0:
        if function == outer:
            return True
        function = module.function(function).parent if outer != 0 else -1
    return False


def _texts(record: Call, detach: Detach) -> Iterator[str]:
    classes = [name.replace(" ", "") + "." for which in detach.of for name in _text(record, which)]
    for which in detach.runs:
        for name in _text(record, which):
            yield from (of + name for of in classes) if detach.of else (name,)


def _text(record: Call, which: int | str) -> Iterator[str]:
    expr = argument(record, which)
    if isinstance(expr, Constant) and isinstance(expr.value, str):
        yield expr.value
