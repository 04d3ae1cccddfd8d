"""Where an answer goes: through names, containers and calls, function by function, to what keeps or shows it."""

from __future__ import annotations

import re
from collections.abc import Iterator

from msgspec import Struct

from tierlint.data_flow import names as names_in
from tierlint.indexing.bindings import MUTATORS
from tierlint.model import (
    Attribute,
    Binding,
    Call,
    CallId,
    CallResult,
    Constant,
    Destination,
    Evidence,
    Expr,
    FunctionId,
    Name,
    Spread,
    Template,
    Unknown,
)
from tierlint.program import Program, Scope, dotted, locate
from tierlint.program.modules import Module
from tierlint.program.values import ClassValue, FunctionValue, InstanceValue, ModuleValue, given_as, parts, receiver_of
from tierlint.sinks import Sinks

# How many calls down an answer is followed, and into how many of the functions that a call may run.
DEEPEST = 4
MOST_CALLEES = 6
# What gives back what it is handed, in another form.
_PASSED_ON = frozenset({"response"})
# A place where an answer is kept for others: ("global", path, name), ("class", path, index), or ("text", "", text) by
# what names a table, a key or a collection.
Place = tuple[str, str, str | int]
_SQL = re.compile(r"\s*(?:select|insert|update|delete|with|merge|replace|upsert)\b", re.IGNORECASE)
_TABLE = re.compile(r"\b(?:into|update|from|join)\s+[\"`\[]?(\w+)", re.IGNORECASE)


class Flow(Struct, frozen=True):
    """Where the answer goes that a function holds.

    ends: what it is handed to. returned: the function gives it back. filled: parameters into which it is put. places:
    where it is kept for others. lost: where its trail breaks.
    """

    ends: tuple[Destination, ...] = ()
    returned: bool = False
    filled: tuple[str, ...] = ()
    places: tuple[Place, ...] = ()
    lost: Evidence | None = None


class _Held:
    """What holds the answer in one function, as far as is known by now."""

    def __init__(self, names: frozenset[str], calls: frozenset[int]) -> None:
        self.names = set(names)
        self.calls = set(calls)
        self.ends: dict[Destination, None] = {}
        self.filled: dict[str, None] = {}
        self.places: dict[Place, None] = {}
        self.lost: Evidence | None = None

    def size(self) -> int:
        return len(self.names) + len(self.calls)

    def reads(self, expr: Expr) -> bool:
        if isinstance(expr, Name):
            path = expr.path
            while path:
                if path in self.names:
                    return True
                path = path.rpartition(".")[0]
            return False
        if isinstance(expr, CallResult):
            return expr.call in self.calls
        if isinstance(expr, Unknown):
            return any(self.reads(Name(name)) for name in expr.names)
        return any(self.reads(part) for part in parts(expr))


class Destinations:
    """Follows answers forward; what was learnt of one function serves all traces through it."""

    def __init__(self, program: Program, sinks: Sinks) -> None:
        self._program = program
        self._sinks = sinks
        self._known: dict[tuple[FunctionId, frozenset[str], frozenset[int], int], Flow] = {}
        self._bindings: dict[str, dict[int, list[Binding]]] = {}

    def of_call(self, call: CallId, filled: tuple[str, ...] = (), callee: FunctionId | None = None) -> Flow:
        """Where what a call gives goes in the function around it, with what it puts into its arguments."""
        record = self._program.modules[call.path].call(call.index)
        names = self._given_for(record, filled, callee) if callee is not None else frozenset()
        return self._flow(FunctionId(call.path, record.function), names, frozenset((call.index,)), 0)

    def of_filled(self, call: CallId, filled: tuple[str, ...], callee: FunctionId) -> Flow:
        """Where it goes from the arguments into which a called function puts it."""
        record = self._program.modules[call.path].call(call.index)
        names = self._given_for(record, filled, callee)
        return self._flow(FunctionId(call.path, record.function), names, frozenset(), 0) if names else Flow()

    def _flow(self, function: FunctionId, names: frozenset[str], calls: frozenset[int], depth: int) -> Flow:
        key = (function, names, calls, depth)
        known = self._known.get(key)
        if known is None:
            self._known[key] = Flow()  # a function that calls itself
            known = self._search(function, _Held(names, calls), depth)
            self._known[key] = known
        return known

    def _search(self, function: FunctionId, held: _Held, depth: int) -> Flow:
        module = self._program.modules[function.path]
        bindings = self._assigned(module).get(function.index, ())
        looked_at: set[int] = set()
        grown = -1
        while grown != held.size():
            grown = held.size()
            for binding in bindings:
                if held.reads(binding.value):
                    self._bound(module, function, binding, held)
            for number in module.calls_in(function.index):
                if number not in looked_at and self._is_given(module.call(number), held):
                    looked_at.add(number)
                    self._handed(module, CallId(function.path, number), held, depth)
        defined = module.function(function.index)
        returned = any(held.reads(expr) for expr in (*defined.returns, *defined.yields))
        self._inside(module, function, held, depth)
        return Flow(tuple(held.ends), returned, tuple(held.filled), tuple(held.places), held.lost)

    def _assigned(self, module: Module) -> dict[int, list[Binding]]:
        """What each function of a file assigns, global names too."""
        known = self._bindings.get(module.path)
        if known is None:
            known = {}
            for binding in module.summary.bindings:
                if binding.owner < 0:
                    known.setdefault(binding.function, []).append(binding)
            self._bindings[module.path] = known
        return known

    def _is_given(self, record: Call, held: _Held) -> bool:
        given = (*record.arguments, *(value for _, value in record.keywords))
        return any(held.reads(expr) for expr in given) or self._is_on(record, held)

    def _is_on(self, record: Call, held: _Held) -> bool:
        receiver = receiver_of(record.callee)
        if receiver is None and isinstance(record.callee, Attribute):
            receiver = record.callee.base
        return receiver is not None and held.reads(receiver)

    def _bound(self, module: Module, function: FunctionId, binding: Binding, held: _Held) -> None:
        """The answer is given a name, or put into something that has one."""
        path = binding.target.removesuffix("[]")
        root = path.partition(".")[0]
        held.names.add(path)
        at = locate(module, binding.line, 1, binding.line, 1)
        ends = self._sinks.of_attribute(path, Scope(module.path, binding.function, binding.owner))
        held.ends.update({Destination(kind, Evidence(says, at)): None for kind, says in ends})
        if path == binding.target == root and binding.home is None:
            return
        self._put_into(module, function, root, path, binding.line, held)

    def _put_into(self, module: Module, function: FunctionId, root: str, path: str, line: int, held: _Held) -> None:
        defined = module.function(function.index)
        parameters = [parameter.name for parameter in defined.parameters]
        method = module.method_around(function.index)
        if (
            method is not None
            and module.function(method).parameters[:1]
            and (module.function(method).parameters[0].name == root)
        ):
            at = locate(module, line, 1, line, 1)
            held.lost = held.lost or Evidence(f"kept in `{path}`", at)
            return
        if root in parameters:
            held.filled[root] = None
        elif root not in module.names(function.index) or function.index == 0:
            for place in self._homes(module, root):
                held.places[place] = None
        if root != path or root in parameters:
            held.names.add(root)
        # What it is a row of: `Essay(...)`, `session.get(Essay, number)`, `Essay.objects.get(pk=number)`.
        made_of = [n for b in module.bindings(function.index, -1).get(root, ()) for n in names_in(b.value, module)]
        for name in (root, *made_of):
            for value in self._program.resolver.values(Name(name), Scope(module.path, function.index)):
                if isinstance(value, (InstanceValue, ClassValue)):
                    held.places["class", value.path, value.index] = None

    def _homes(self, module: Module, root: str) -> Iterator[Place]:
        """Where a global name lives: in this file, or in that from which it is imported."""
        imported = module.imports(0).get(root, ())
        for item in imported:
            target = self._program.resolver.import_target(module.path, item.module, item.level)
            if isinstance(target, ModuleValue) and item.attribute is not None:
                yield ("global", target.path, item.attribute)
        if not imported:
            yield ("global", module.path, root)

    def _handed(self, module: Module, call: CallId, held: _Held, depth: int) -> None:
        """A call is handed the answer, or is made on what holds it."""
        record = module.call(call.index)
        ends = self._sinks.of_call(call)
        at = self._program.location(call)
        held.ends.update({Destination(kind, Evidence(text, at)): None for kind, text in ends})
        if ends:
            self._stored(module, record, held)
            if any(kind in _PASSED_ON for kind, _ in ends):
                held.calls.add(call.index)
            if held.lost is None:
                held.lost = next((Evidence(text, at) for kind, text in ends if kind == "queue"), None)
            return
        values = self._program.callees(call)
        functions = [value for value in values if isinstance(value, FunctionValue)]
        for value in values:
            if isinstance(value, ClassValue):
                held.places["class", value.path, value.index] = None
        if not functions:
            held.calls.add(call.index)
            if record.use.how == "discarded":
                self._discarded(module, call, record, not values, held)
            return
        for value in functions[:MOST_CALLEES]:
            self._followed(module, call, record, FunctionId(value.path, value.index), held, depth)
        if len(functions) > MOST_CALLEES:
            held.lost = held.lost or Evidence("handed to many functions", self._program.location(call))

    def _followed(
        self, module: Module, call: CallId, record: Call, callee: FunctionId, held: _Held, depth: int
    ) -> None:
        """A function of the project takes the answer on."""
        if depth >= DEEPEST:
            held.lost = held.lost or Evidence("handed on further than is followed", self._program.location(call))
            held.calls.add(call.index)
            return
        defined = self._program.modules[callee.path].function(callee.index)
        names = {name for name, expr in self._pairs(record, callee) if held.reads(expr)}
        if defined.owner >= 0 and defined.parameters and self._is_on(record, held):
            names.add(defined.parameters[0].name)
        spread = [value for value in record.arguments if isinstance(value, Spread)]
        spread += [Spread(value) for name, value in record.keywords if name is None]
        if not names or any(held.reads(value) for value in spread):
            held.calls.add(call.index)
            held.lost = held.lost or Evidence("handed on in a way that is not followed", self._program.location(call))
            return
        flow = self._flow(callee, frozenset(names), frozenset(), depth + 1)
        held.ends.update(dict.fromkeys(flow.ends))
        held.places.update(dict.fromkeys(flow.places))
        held.lost = held.lost or flow.lost
        if flow.returned:
            held.calls.add(call.index)
        held.names.update(self._given_for(record, flow.filled, callee))

    def _pairs(self, record: Call, callee: FunctionId) -> Iterator[tuple[str, Expr]]:
        """The parameters of a function, each with what a call of it hands over."""
        defined = self._program.modules[callee.path].function(callee.index)
        bound = defined.owner >= 0 and record.name == defined.name and receiver_of(record.callee) is not None
        for place, parameter in enumerate(defined.parameters):
            expr = given_as(record, parameter.name, place - bound)
            if expr is not None:
                yield parameter.name, expr

    def _given_for(self, record: Call, filled: tuple[str, ...], callee: FunctionId) -> frozenset[str]:
        """The caller's names for the parameters into which a function puts the answer."""
        return frozenset(
            expr.path for name, expr in self._pairs(record, callee) if name in filled and isinstance(expr, Name)
        )

    def _discarded(self, module: Module, call: CallId, record: Call, is_unknown: bool, held: _Held) -> None:
        """`results.append(answer)` puts it into something; any other call does something that is not known."""
        receiver = receiver_of(record.callee)
        if isinstance(receiver, Name) and record.name in MUTATORS and record.name not in ("put", "put_nowait"):
            root = receiver.path.partition(".")[0]
            held.names.add(receiver.path)
            self._put_into(module, FunctionId(call.path, record.function), root, receiver.path, record.line, held)
            return
        given = (*record.arguments, *(value for _, value in record.keywords))
        if not any(held.reads(expr) for expr in given):
            return
        # `table.insert(answer).execute()`: it is not the end of the line.
        if any(_is_made_on(module.call(n), call.index) for n in module.calls_in(record.function)):
            return
        what = dotted(module, record.callee)
        text = f"handed to `{what}`, of which nothing is known" if is_unknown else f"handed to `{what}`"
        held.lost = held.lost or Evidence(text, self._program.location(call))

    def _stored(self, module: Module, record: Call, held: _Held) -> None:
        """The rows and tables that a call names which keeps the answer: `session.add(row)`, `Row.objects.create()`."""
        scope = Scope(module.path, record.function, record.owner)
        named: list[Expr] = [expr for expr in (*record.arguments, *(v for _, v in record.keywords)) if held.reads(expr)]
        root = dotted_name(record).partition(".")[0]
        for expr in (*named, Name(root)) if root else named:
            if isinstance(expr, Name):
                for value in self._program.resolver.values(Name(expr.path.partition(".")[0]), scope):
                    if isinstance(value, (InstanceValue, ClassValue)):
                        held.places["class", value.path, value.index] = None
        held.places.update({("text", "", text): None for text in named_texts(module, record)})

    def _inside(self, module: Module, function: FunctionId, held: _Held, depth: int) -> None:
        """Functions inside the function that read the names which hold the answer."""
        if depth >= DEEPEST or not held.names or function.index == 0:
            return
        for name, numbers in module.functions(function.index).items():
            for number in numbers:
                seen = frozenset(n for n in held.names if n.partition(".")[0] not in module.names(number))
                if seen and name:
                    flow = self._flow(FunctionId(module.path, number), seen, frozenset(), depth + 1)
                    held.ends.update(dict.fromkeys(flow.ends))
                    held.places.update(dict.fromkeys(flow.places))


def _is_made_on(record: Call, number: int) -> bool:
    base = record.callee.base if isinstance(record.callee, Attribute) else record.callee
    return base == CallResult(number)


def named_texts(module: Module, record: Call) -> Iterator[str]:
    """The tables, keys or collections that a call names: `cache.set(f"essay:{number}", ...)`, `INSERT INTO essays`."""
    waiting: list[Expr] = [*record.arguments, record.callee]
    for expr in waiting:
        if len(waiting) > 30:
            return
        if isinstance(expr, Template) and expr.parts:
            expr = expr.parts[0]
        if isinstance(expr, Constant) and isinstance(expr.value, str):
            tables = _TABLE.findall(expr.value) if _SQL.match(expr.value) else ()
            yield from tables or ([expr.value.strip(":/ -_.")] if len(expr.value) < 60 else ())
        elif isinstance(expr, Name) and expr.path.rpartition(".")[0].rpartition(".")[2][:1].isupper():
            yield ".".join(expr.path.split(".")[-2:])  # `Collections.ESSAYS`
        elif isinstance(expr, Attribute):
            waiting.append(expr.base)
        elif isinstance(expr, CallResult):
            inner = module.call(expr.call)
            waiting += [*inner.arguments, inner.callee]


def dotted_name(record: Call) -> str:
    """The callee where it is a plain dotted name, else nothing."""
    return record.callee.path if isinstance(record.callee, Name) else ""
