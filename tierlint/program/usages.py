"""Who makes a function run: its calls, and the places it is handed to so that somebody else calls it."""

from __future__ import annotations

from collections.abc import Iterator
from fnmatch import fnmatchcase

from msgspec import Struct

from tierlint.indexing import ARGUMENT, BASE, BOUND, CALLEE, DECORATES, RECEIVER, RETURNED, lambda_mention
from tierlint.model import (
    Call,
    CallId,
    CallResult,
    Expr,
    FunctionId,
    Name,
    Subscript,
)
from tierlint.program import classes, hooks, other_names, property_reads, type_hints
from tierlint.program.calls import beginning_of
from tierlint.program.carriers import CALLED, CALLED_BY_SYNTAX, Carriers
from tierlint.program.indirect import IndirectCalls
from tierlint.program.iterations import METHODS, Iterations
from tierlint.program.modules import Module
from tierlint.program.namesakes import Namesakes
from tierlint.program.resolver import Resolver
from tierlint.program.values import (
    MOST_VALUES,
    ClassKey,
    ClassValue,
    CollectionValue,
    ConstantValue,
    ContainerValue,
    External,
    FunctionValue,
    InstanceValue,
    MethodOf,
    Scope,
    TemplateValue,
    Value,
    Values,
)

_BUILDS = ("__init__", "__new__", "__post_init__")


class Usage(Struct, frozen=True):
    """One way a function is made to run.

    how: `called`, `override` (a base class calls the hook), `named` (only the name fits), `handed` (given to `call` as
    the argument `which`), `wrapped` (handed to a call that gives it back), `instance` (given away as an object that can
    be called), `class` (given away as a class whose objects can be), `method` (a method of the function itself: `which`
    names it), `loaded` (a property), `decorates` (as a decorator, it runs when `caller` defines something), `replaces`
    (a decorator of `caller` puts it in its place), `iterated` (`caller` goes over its object on the line `which`).
    """

    how: str
    caller: FunctionId
    call: CallId | None
    which: int | str | None = None


class Usages:
    """Finds usages on demand and remembers them."""

    def __init__(self, resolver: Resolver) -> None:
        self.resolver = resolver
        self._indirect = IndirectCalls(resolver)
        self._iterations = Iterations(resolver)
        self._found: dict[tuple[FunctionId, bool], tuple[Usage, ...]] = {}
        self._namesakes = Namesakes(resolver)
        self._by_getattr: dict[str, list[CallId]] | None = None
        self._outside: dict[CallId, bool] = {}
        self._carriers = Carriers(resolver)

    def of(self, function: FunctionId, by_tests: bool) -> tuple[Usage, ...]:
        known = self._found.get((function, by_tests))
        if known is None:
            known = tuple(dict.fromkeys(self._search(function, by_tests)))
            self._found[function, by_tests] = known
        return known

    def _search(self, function: FunctionId, by_tests: bool) -> Iterator[Usage]:
        resolver = self.resolver
        module = resolver.modules[function.path]
        defined = module.function(function.index)
        target = FunctionValue(function.path, function.index)
        wanted: set[Value] = {target}
        waiting: list[tuple[str, str | None]] = []
        if defined.name == "<lambda>":
            waiting.append((lambda_mention(function.index), function.path))
        elif defined.name != "<module>":
            # A function inside a function is known there only, unless it is handed on.
            waiting.append((defined.name, function.path if defined.parent > 0 and defined.owner < 0 else None))
        run_by = hooks.run_by(resolver, function.path, function.index)
        waiting += [(name, None) for name in run_by if name != CALLED]
        if defined.owner >= 0 and (
            defined.name in (*_BUILDS, CALLED) or defined.name in CALLED_BY_SYNTAX or CALLED in run_by
        ):
            key = (function.path, defined.owner)
            for other in (key, *resolver.subclasses(key)):
                klass = resolver.modules[other[0]].class_(other[1])
                waiting.append((klass.name, None))
                if defined.name in _BUILDS and classes.inherits(resolver, other, target):
                    wanted.add(ClassValue(*other))
            if defined.name == "__init__":
                waiting = [item for item in waiting if item[0] != "__init__"] + [("__init__", None)]
        if defined.owner >= 0 and defined.name in METHODS:
            for caller, line in self._iterations.of(target):
                yield Usage("iterated", caller, None, line)
        if defined.owner >= 0 and self._carriers.is_called(target):
            waiting += type_hints.promised(resolver, (function.path, defined.owner))
        waiting += self._registers(function)
        if defined.parent == 0 and defined.owner < 0:
            yield from self._asked_of_globals(module)
        asked = self._named_in_getattr()
        begun = (
            call
            for text, calls in asked.items()
            if text.endswith("*") and fnmatchcase(defined.name, text)
            for call in calls
        )
        for call in (*asked.get(defined.name, ()), *begun):
            if target in resolver.call_result(call):
                yield from self._given_back(resolver.modules[call.path], call.index, target, waiting)
        seen: set[tuple[str, str | None]] = set()
        while waiting and len(seen) < 60:
            name, within = waiting.pop(0)
            if (name, within) in seen or (name, None) in seen:
                continue
            seen.add((name, within))
            for place, alias in resolver.mentioning(name):
                if (within is not None and place.path != within) or (place.holds_tests and not by_tests):
                    continue
                for kind, index in place.mentions(alias):
                    yield from self._mention(place, kind, index, function, target, wanted, waiting)
        for value in wanted:
            if isinstance(value, (FunctionValue, ClassValue)):
                for call in self._indirect.of(value):
                    record = resolver.modules[call.path].call(call.index)
                    if record.name != defined.name:
                        yield Usage("called", FunctionId(call.path, record.function), call)

    def _mention(
        self,
        place: Module,
        kind: int,
        index: int,
        function: FunctionId,
        target: FunctionValue,
        wanted: set[Value],
        waiting: list[tuple[str, str | None]],
    ) -> Iterator[Usage]:
        resolver = self.resolver
        reader = property_reads.reader(resolver, place, kind, index, function)
        if reader is not None:
            yield Usage("loaded", FunctionId(place.path, reader), None)
            return
        if kind in (CALLEE, RECEIVER):
            yield from self._call(place, index, kind, function, target, wanted, waiting)
        elif kind == ARGUMENT:
            record = place.call(index)
            scope = Scope(place.path, record.function, record.owner)
            call = CallId(place.path, index)
            caller = FunctionId(place.path, record.function)
            given: list[tuple[int | str | None, Expr]] = [*enumerate(record.arguments), *record.keywords]
            for which, expr in given:
                if which is None:
                    yield from self._spread(expr, caller, call, target)
                    continue
                values = resolver.values(expr, scope)
                if any(isinstance(v, ClassValue) and self._carriers.builds_caller(v, target) for v in values):
                    yield Usage("class", caller, call, which)
                if not self._carriers.holds(values, target):
                    continue
                if self._carriers.holds(resolver.call_result(call), target):  # `partial(f, x)`: what it gives goes on
                    yield Usage("wrapped", caller, call, which)
                    yield from self._given_back(place, index, target, waiting)
                else:
                    yield Usage(
                        "handed" if self._carriers.is_itself(values, target) else "instance", caller, call, which
                    )
                    waiting += other_names.parameters(resolver, resolver.callees(call), which)
        elif kind == BOUND and index < len(place.summary.bindings):
            binding = place.summary.bindings[index]
            held = resolver.bound(binding, place)
            if self._carriers.gives(held, target) or self._carriers.holds(held, target, wanted):
                name = binding.target.removesuffix("[]")
                shared = binding.owner >= 0 or binding.function == 0 or binding.home == 0 or "." in name
                waiting.append((name.rpartition(".")[2], None if shared else place.path))
        elif kind == RETURNED:
            giver = place.function(index)
            back = resolver.returns(place.path, index)
            if self._carriers.gives(back, target) or any(
                isinstance(value, ClassValue) and value in wanted for value in back
            ):
                if giver.name != "<lambda>":
                    waiting.append((giver.name, None))
                else:
                    waiting.append((lambda_mention(index), place.path))
        elif kind == DECORATES:
            decorated = place.function(index)
            around = Scope(place.path, decorated.parent, decorated.owner)
            if self._carriers.decorates(decorated.decorators, around, target, wanted):
                yield Usage("decorates", FunctionId(place.path, decorated.parent), None)
            put_on = [value for decorator in decorated.decorators for value in resolver.values(decorator, around)]
            # A decorator that gives back what it is handed seems to give everything that it stands on.
            alike = self._decorators_of(function)
            if any(value not in alike and self._carriers.replaces(value, target) for value in put_on):
                yield Usage("replaces", FunctionId(place.path, index), None)
        elif kind == BASE:
            klass = place.class_(index)
            if self._carriers.decorates(klass.decorators, Scope(place.path, klass.parent, klass.owner), target, wanted):
                yield Usage("decorates", FunctionId(place.path, klass.parent), None)

    def _call(
        self,
        place: Module,
        index: int,
        kind: int,
        function: FunctionId,
        target: FunctionValue,
        wanted: set[Value],
        waiting: list[tuple[str, str | None]],
    ) -> Iterator[Usage]:
        resolver = self.resolver
        record = place.call(index)
        call = CallId(place.path, index)
        caller = FunctionId(place.path, record.function)
        defined = resolver.modules[function.path].function(function.index)
        through_another = kind == CALLEE and record.name != defined.name
        if kind == CALLEE and self._is_outside(call):
            if through_another and self._carriers.holds(resolver.call_result(call), target):
                yield from self._given_back(place, index, target, waiting)
            return
        values = resolver.callees(call)
        how = self._dispatch(call, record, function) if kind == CALLEE else None
        if how is not None:
            yield Usage(how, caller, call)
            return
        for value in values:
            if value in wanted:
                how = "called"
                if value == target and self._from_above(place, record.function, function, values):
                    how = "override"
                yield Usage(how, caller, call)
                return
            if isinstance(value, MethodOf) and value.value == target:
                yield Usage("method", caller, call, value.name)
                return
        if through_another and len(values) >= MOST_VALUES and _is_bare(record.callee):
            # More functions than are listed come in under this name, which was followed here as one of this function's.
            yield Usage("called", caller, call)
            return
        if defined.owner >= 0:
            if self._carriers.is_called(target) and self._carriers.holds(values, target):
                yield Usage("called", caller, call)
                return
            made = any(isinstance(v, ClassValue) and self._carriers.makes(v, target) for v in values)
            if made and (defined.name in CALLED_BY_SYNTAX or self._carriers.is_called(target)):
                if defined.name in METHODS and (self._iterations.is_gone_over(call) or not self._is_kept(record)):
                    return
                if not self._carriers.is_called(target):
                    yield Usage("called", caller, call)
                elif record.use.how == "assigned":
                    waiting += [(name.rpartition(".")[2], None) for name in record.use.names]
                elif record.use.how == "argument":
                    outer = CallId(place.path, record.use.call)
                    yield Usage("handed", caller, outer, self._place_of(place, index, outer))
                else:  # built and called at once: `Trawl()(fish)`
                    for number in place.calls_of_result(index):
                        yield Usage("called", caller, CallId(place.path, number))
                return
        if through_another and self._carriers.holds(resolver.call_result(call), target):
            yield from self._given_back(place, index, target, waiting)
        elif kind == CALLEE and _says_nothing(values) and defined.owner >= 0 and record.name == defined.name:
            unknown = not isinstance(record.callee, Name) or "." in record.callee.path
            if unknown and self._namesakes.are_few(defined.name):
                yield Usage("named", caller, call)
        elif kind == RECEIVER and resolver.is_property(resolver.modules[function.path], function.index):
            yield Usage("loaded", caller, call)

    def _is_outside(self, call: CallId) -> bool:
        """The call runs, and is made on, nothing of the project: it can run none of its functions."""
        known = self._outside.get(call)
        if known is None:
            values = self.resolver.callees(call)
            known = bool(values) and all(isinstance(value, External) for value in values)
            known = known and not any(isinstance(v, InstanceValue) for v in self.resolver.receivers(call))
            self._outside[call] = known
        return known

    def _asked_of_globals(self, module: Module) -> Iterator[Usage]:
        """`globals()[task](...)`: any function of the file, by a name that only a run knows."""
        if "globals" not in module.summary.mentions:
            return
        for number, record in enumerate(module.summary.calls):
            callee = record.callee
            base = callee.base if isinstance(callee, Subscript) else None
            if isinstance(base, CallResult) and module.call(base.call).name == "globals":
                yield Usage("named", FunctionId(module.path, record.function), CallId(module.path, number))

    def _named_in_getattr(self) -> dict[str, list[CallId]]:
        """`getattr(self, name)(...)`: by the names that a run can ask for."""
        if self._by_getattr is None:
            self._by_getattr = {}
            for call, record in self.resolver.calls_named("getattr"):
                if len(record.arguments) > 1:
                    scope = Scope(call.path, record.function, record.owner)
                    for value in self.resolver.values(record.arguments[1], scope):
                        if isinstance(value, ConstantValue) and isinstance(value.value, str):
                            self._by_getattr.setdefault(value.value, []).append(call)
                        elif isinstance(value, TemplateValue) and (beginning := beginning_of(value)):
                            self._by_getattr.setdefault(f"{beginning}*", []).append(call)
        return self._by_getattr

    def _dispatch(self, call: CallId, record: Call, function: FunctionId) -> str | None:
        """Whether a method call can run this method, by the classes its receiver can have."""
        resolver = self.resolver
        defined = resolver.modules[function.path].function(function.index)
        if defined.owner < 0 or record.name != defined.name:
            return None
        key = (function.path, defined.owner)
        ancestors, _ = resolver.order(key)
        values = resolver.receivers(call)
        for value in values:
            if not isinstance(value, InstanceValue):
                continue
            own = (value.path, value.index)
            if own != key and not value.exact and (own in ancestors or self._mixed_in(key, own)):
                return "override"
            if len(values) >= MOST_VALUES and set(resolver.order(own)[0]) & set(ancestors):
                return "override"  # more classes than are listed: any of the same family
        return None

    def _is_kept(self, record: Call) -> bool:
        """What a call makes is used for something."""
        if record.use.how == "assigned":
            tails = [name.removesuffix("[]").rpartition(".")[2] for name in record.use.names]
            return any(self.resolver.mentioning(tail) for tail in tails)
        return record.use.how != "discarded"

    def _mixed_in(self, key: ClassKey, own: ClassKey) -> bool:
        """A class that descends from the one has the other mixed in, and so its methods."""
        return any(own in self.resolver.order(below)[0] for below in self.resolver.subclasses(key))

    def _given_back(
        self, place: Module, index: int, target: FunctionValue, waiting: list[tuple[str, str | None]]
    ) -> Iterator[Usage]:
        """A call gives the function back: follow it to where it is called, `make()()` or `f = make()`."""
        record = place.call(index)
        caller = FunctionId(place.path, record.function)
        if record.use.how == "assigned":
            for name in record.use.names:
                tail = name.removesuffix("[]")
                shared = record.function == 0 or "." in tail
                waiting.append((tail.rpartition(".")[2], None if shared else place.path))
        elif record.use.how == "argument":
            outer = CallId(place.path, record.use.call)
            if (None, CallResult(index)) in place.call(outer.index).keywords:
                yield from self._spread(CallResult(index), caller, outer, target)
                return
            yield Usage("handed", caller, outer, self._place_of(place, index, outer))
            waiting += other_names.parameters(
                self.resolver, self.resolver.callees(outer), self._place_of(place, index, outer)
            )
        elif record.use.how == "returned":
            giver = place.function(record.function).name
            is_lambda = giver == "<lambda>"
            waiting.append((lambda_mention(record.function) if is_lambda else giver, place.path if is_lambda else None))
        else:
            for number in place.calls_of_result(index):
                yield Usage("called", caller, CallId(place.path, number))

    def _spread(self, mapping: Expr, caller: FunctionId, call: CallId, target: FunctionValue) -> Iterator[Usage]:
        """`listen(**{"fn": answer})`: handed over under its key."""
        where = self.resolver.modules[call.path].call(call.index)
        scope = Scope(call.path, where.function, where.owner)
        for key, values in other_names.entries(self.resolver, self.resolver.values(mapping, scope)):
            if self._carriers.holds(values, target):
                yield Usage("handed" if self._carriers.is_itself(values, target) else "instance", caller, call, key)

    def _place_of(self, place: Module, index: int, outer: CallId) -> int | str:
        record = place.call(outer.index)
        for number, expr in enumerate(record.arguments):
            if expr == CallResult(index):
                return number
        for name, expr in record.keywords:
            if expr == CallResult(index) and name is not None:
                return name
        return 0

    def _registers(self, function: FunctionId) -> list[tuple[str, str | None]]:
        """A decorator of the project is handed the function, and may keep it in a registry."""
        found: list[tuple[str, str | None]] = []
        for value in self._decorators_of(function):
            if isinstance(value, FunctionValue):
                found += other_names.parameter_of(self.resolver, value, 0, 0)
        return found

    def _decorators_of(self, function: FunctionId) -> dict[Value, None]:
        defined = self.resolver.modules[function.path].function(function.index)
        scope = Scope(function.path, defined.parent, defined.owner)
        return dict.fromkeys(v for d in defined.decorators for v in self.resolver.values(d, scope))

    def _from_above(self, place: Module, calling: int, function: FunctionId, values: Values) -> bool:
        """The call stands in (or is made on) a class that this function's class descends from."""
        resolver = self.resolver
        defined = resolver.modules[function.path].function(function.index)
        if defined.owner < 0:
            return False
        method = place.method_around(calling)
        if method is not None:
            key = (place.path, place.function(method).owner)
            order, _ = resolver.order((function.path, defined.owner))
            if key in order[1:]:
                return True
        return sum(isinstance(v, FunctionValue) for v in values) > 1


def _says_nothing(values: Values) -> bool:
    """No value, or a list's or dict's method of a name that none has: what is meant is something else."""
    return all(isinstance(v, MethodOf) and isinstance(v.value, (CollectionValue, ContainerValue)) for v in values)


def _is_bare(callee: Expr) -> bool:
    return isinstance(callee, Name) and "." not in callee.path
