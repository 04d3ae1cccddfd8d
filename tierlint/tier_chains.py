"""By which functions a tier is handed down from callers that can wait to a request that others wait for."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from msgspec import Struct

from tierlint.api_calls.arguments import TIER, is_unset
from tierlint.catalog import BY_HAND, Catalog
from tierlint.edges import Edges
from tierlint.entry_points import EntryPoints
from tierlint.indexing import ARGUMENT, BOUND, CALLEE, RECEIVER, RETURNED
from tierlint.model import (
    CallEdge,
    CallId,
    Constant,
    Dictionary,
    EntryPoint,
    Expr,
    Function,
    FunctionId,
    JudgedCall,
    Name,
    Parameter,
)
from tierlint.passed_tiers import RUNNERS, lexical_chain, parameter_named, tier_parameter
from tierlint.patterns import Names
from tierlint.program import Program, Scope
from tierlint.program.modules import Module
from tierlint.program.values import (
    CollectionValue,
    ContainerValue,
    External,
    FunctionValue,
    Values,
    given_as,
)

_MOST_FUNCTIONS: Final = 500

_IDLE: Final = "idle"
_WAITS: Final = "waits"
Node = tuple[FunctionId, bool]
"""A function, or the body of a file: what stands under its main guard apart from the rest."""


class Told(Struct, frozen=True):
    """A call that passes the tier on as `keyword`: what its own function was handed as `source`, or (None) `"flex"`."""

    call: CallId
    keyword: str
    source: str | None


class Chain(Struct, frozen=True):
    """What has to be written so that the idle callers of a request tell it their tier.

    source: the name under which the request finds the tier; None: it reads it already. functions: those that need
    one more parameter. told: the calls that pass it on.
    """

    source: str | None
    functions: tuple[FunctionId, ...]
    told: tuple[Told, ...]


class InTheWay(Exception):
    """Why a tier cannot be handed down to a request."""


class Chains:
    """Follows a request back to those who send it, and says what to write on the way."""

    def __init__(self, program: Program, catalog: Catalog, entries: EntryPoints, edges: Edges) -> None:
        self.program = program
        self.entries = entries
        self.edges = edges
        names = [name for table in catalog.frameworks for one in table.decorator for name in one.name]
        self.transparent = Names((name, number) for number, name in enumerate(names))

    def to(self, call: JudgedCall) -> Chain:
        """What to write so that the idle callers tell their tier; raises InTheWay."""
        return _Walk(self, call).chain()


class _Walk:
    """One request, the functions behind it, and what has been decided for each of them."""

    def __init__(self, chains: Chains, call: JudgedCall) -> None:
        self.program = chains.program
        self.entries = chains.entries
        self.edges = chains.edges
        self.transparent = chains.transparent
        self.call = call
        idle = set(call.verdict.idle)
        self.idle = {entry for entry in idle if entry.kind not in BY_HAND}
        demos = {trace.entry for trace in call.traces if trace.demo} - {t.entry for t in call.traces if not t.demo}
        self.neutral = (idle - self.idle) | demos
        self.incoming: dict[Node, list[tuple[CallEdge | None, Node]]] = {}
        self.own: dict[Node, list[EntryPoint]] = {}
        self.serves: Mapping[Node, frozenset[str]] = {}
        self.taking: dict[FunctionId, str] = {}
        self.functions: list[FunctionId] = []
        self.told: dict[CallId, Told] = {}

    def chain(self) -> Chain:
        api_call = self.call.api_call
        known = tier_parameter(self.program, api_call) if api_call.tier is not None else None
        if api_call.tier is not None and known is None:
            raise InTheWay("the tier of the request is put together elsewhere")
        start = known[0] if known is not None else api_call.function
        if start.index == 0:
            raise InTheWay("the request stands in the body of a file")
        place = next(place for place in api_call.places if place.at_call)
        if known is None and not place.closed and not self.is_spelled_out(api_call.call):
            raise InTheWay("the arguments of the request may hold a tier already")
        self.collect((start, False))
        self.serves = self.labels()
        if known is not None:
            self.taking[known[0]] = known[1].name
        waiting = [self.carrier(start)]
        if _IDLE not in self.serves[waiting[0], False]:
            raise InTheWay(f"`{self.name(waiting[0])}` is not where its callers part")
        source = self.take(waiting[0])
        done: set[FunctionId] = set()
        while waiting:
            function = waiting.pop(0)
            if function not in done:
                done.add(function)
                waiting += self.tell(function)
        if known is not None and not self.told:
            raise InTheWay("its callers hand the tier over in a way that is not followed")
        return Chain(source if known is None else None, tuple(self.functions), tuple(self.told.values()))

    def is_spelled_out(self, request: CallId) -> bool:
        """All keywords of the request stand in its function, those of a `**mapping` too, and none can be a tier."""
        module = self.program.modules[request.path]
        record = module.call(request.index)
        if record.name != self.call.api_call.method.rpartition(".")[2]:
            return False  # handed over, or bound to arguments elsewhere
        names = {name for name, _ in record.keywords if name is not None}
        for name, expr in record.keywords:
            if name is None:
                path = expr.path if isinstance(expr, Name) else ""
                bindings = module.bindings(record.function, -1)
                made = [binding.value for binding in bindings.get(path, ())]
                if len(made) != 1 or not isinstance(made[0], Dictionary):
                    return False
                stored = [binding.key for binding in bindings.get(f"{path}[]", ())]
                keys = [key.value if isinstance(key, Constant) else None for key in made[0].keys]
                if None in (*stored, *keys) or self.is_shared(module, path, request.index):
                    return False
                names.update(str(key) for key in (*stored, *keys))
        return names.isdisjoint((TIER, "extra_body"))

    def is_shared(self, module: Module, name: str, request: int) -> bool:
        """Whether something else than its function and the request gets hold of a mapping."""
        function = module.call(request).function
        for kind, index in module.mentions(name):
            where = module.call(index).function if kind in (CALLEE, ARGUMENT, RECEIVER) else index
            if kind == BOUND:
                where = module.summary.bindings[index].function if index < len(module.summary.bindings) else function
            inside = self.is_inside(FunctionId(module.path, where), [FunctionId(module.path, function)])
            if inside and not (kind == ARGUMENT and index == request):
                return True
        return False

    # --- who is behind it ------------------------------------------------------------------------

    def collect(self, start: Node) -> None:
        waiting = [start]
        while waiting:
            node = waiting.pop()
            function = node[0]
            if node in self.own:
                continue
            if len(self.own) > _MOST_FUNCTIONS:
                raise InTheWay("too many functions are behind it to look at all of them")
            if function.index == 0:
                launched = self.edges.to_body(function.path)
                self.own[node] = [*self.entries.of_body(function.path, node[1], is_launched=bool(launched))]
                self.incoming[node] = [(edge, self.caller(edge)) for edge in launched]
                waiting += [caller for _, caller in self.incoming[node]]
                continue
            edges, handed = self.edges.to(function)
            self.own[node] = [*self.entries.of(function), *handed]
            parent = self.parent(function)
            if parent is not None and not self.own[node]:
                self.incoming[node] = [(None, (parent, False))]
            else:
                wrappers = self.wrappers(function)
                self.incoming[node] = [
                    (edge, self.caller(edge)) for edge in edges if not self.is_inside(edge.caller, wrappers)
                ]
            waiting += [caller for _, caller in self.incoming[node]]

    def caller(self, edge: CallEdge) -> Node:
        if edge.caller.index != 0 or edge.by.index < 0:
            return edge.caller, False
        return edge.caller, self.program.modules[edge.by.path].call(edge.by.index).main_guard

    def labels(self) -> Mapping[Node, frozenset[str]]:
        """Whom each function serves: callers that wait, idle ones, or (by hand, from tests) neither for certain."""
        found = {node: frozenset(self.label(entry) for entry in entries) - {""} for node, entries in self.own.items()}
        changed = True
        while changed:
            changed = False
            for node, callers in self.incoming.items():
                more = found[node].union(*(found[caller] for _, caller in callers))
                changed, found[node] = changed or more != found[node], more
        return found

    def label(self, entry: EntryPoint) -> str:
        if entry.kind == "test" or entry in self.neutral:
            return ""
        return _IDLE if entry in self.idle else _WAITS

    # --- who takes the tier as a parameter ---------------------------------------------------------

    def carrier(self, function: FunctionId) -> FunctionId:
        """Where the parameter goes: a function inside another one sees what that one was handed."""
        parent = self.parent(function)
        while parent is not None and function not in self.taking:
            if self.own.get((function, False)):
                break
            function, parent = parent, self.parent(parent)
        return function

    def parent(self, function: FunctionId) -> FunctionId | None:
        """The function around this one, where each run of this one belongs to one run of that."""
        module = self.program.modules[function.path]
        defined = module.function(function.index)
        if defined.parent <= 0 or defined.owner >= 0:
            return None
        parent = FunctionId(function.path, defined.parent)
        for usage in self.program.usages(function):
            within = self.is_inside(usage.caller, [parent])
            if not within and not (usage.how == "called" and usage.call and self.is_handed(usage.call)):
                return None
        return None if self.is_kept(function, defined) else parent

    def is_handed(self, call: CallId) -> bool:
        """What is called there is a parameter of the function around the call."""
        module = self.program.modules[call.path]
        record = module.call(call.index)
        path = record.callee.path if isinstance(record.callee, Name) else ""
        return any(
            path == parameter.name
            for owner in lexical_chain(module, FunctionId(call.path, record.function))
            for parameter in module.function(owner.index).parameters
        )

    def take(self, function: FunctionId) -> str:
        """The name of the parameter through which a function takes the tier."""
        if function in self.taking:
            return self.taking[function]
        module = self.program.modules[function.path]
        defined = module.function(function.index)
        what = f"`{self.name(function)}`"
        known = next((parameter for parameter in defined.parameters if parameter.name == TIER), None)
        if known is None:
            if obstacle := next(self.obstacles(function, module, defined), None):
                raise InTheWay(f"{what} {obstacle}")
            self.functions.append(function)
        elif not self.sends_nothing(function, known):
            raise InTheWay(f"{what} has a parameter `{TIER}` whose default may send something")
        self.taking[function] = TIER
        return TIER

    def obstacles(self, function: FunctionId, module: Module, defined: Function) -> Iterator[str]:
        """What forbids one more parameter."""
        if own := self.own[function, False]:
            yield f"is started from outside itself ({own[0].kind})"
        if function.path.endswith(".ipynb"):
            yield "stands in a notebook"
        if defined.name == "<lambda>" or (defined.name.startswith("__") and defined.name.endswith("__")):
            yield "has fixed parameters"
        if defined.owner >= 0 and self.program.resolver.is_property(module, function.index):
            yield "is a property"
        if any(parameter.kind == "keywords" for parameter in defined.parameters):
            yield "takes any keyword, and a tier may come in that way already"
        tree = [
            n for n in range(len(module.summary.functions)) if self.is_inside(FunctionId(module.path, n), [function])
        ]
        if any(TIER in module.names(n) for n in tree):
            yield f"uses the name `{TIER}` for something else"
        if (decorator := self.opaque_decorator(function, defined)) is not None:
            yield f"carries a decorator (`{decorator}`) that may not pass a new parameter on"
        if other := self.same_elsewhere(function, defined):
            yield f"may stand for `{other}`, which has the same name"
        if (place := self.handed_over(function)) is not None:
            yield f"is handed over as a value ({place})"
        elif self.is_kept(function, defined):
            yield "is kept or returned as a value"

    def sends_nothing(self, function: FunctionId, parameter: Parameter) -> bool:
        """Whoever does not pass the parameter asks for no tier by it."""
        if parameter.default is None or parameter.default == Constant(None):
            return parameter.default is not None
        module = self.program.modules[function.path]
        scope = Scope(function.path, max(module.function(function.index).parent, 0))
        return is_unset(self.program.resolver.values(parameter.default, scope))

    def opaque_decorator(self, function: FunctionId, defined: Function) -> str | None:
        for text, values in self.decorators(function, defined):
            known = [value for value in values if isinstance(value, External) and self.transparent.matching(value.name)]
            own = [value for value in values if isinstance(value, FunctionValue) and self.passes_on(value)]
            if not values or len(known) + len(own) < len(values):
                return text
        return None

    def decorators(self, function: FunctionId, defined: Function) -> Iterator[tuple[str, Values]]:
        scope = Scope(function.path, defined.parent, defined.owner)
        return (self.entries.decorator(decorator, scope) for decorator in defined.decorators)

    def passes_on(self, decorator: FunctionValue) -> bool:
        """A decorator of the project whose inner function takes anything and hands all of it on."""
        module = self.program.modules[decorator.path]
        around = FunctionId(decorator.path, decorator.index)
        for number, inner in enumerate(module.summary.functions):
            kinds = {parameter.kind for parameter in inner.parameters}
            if not {"variadic", "keywords"} <= kinds or not self.is_inside(FunctionId(module.path, number), [around]):
                continue
            calls = [module.call(index) for index in module.calls_in(number)]
            return any(self.is_handed(CallId(module.path, index)) for index in module.calls_in(number)) and any(
                keyword is None for call in calls for keyword, _ in call.keywords
            )
        return False

    def wrappers(self, function: FunctionId) -> list[FunctionId]:
        """The project's own decorators on a function: what they run is the function as it is called by others."""
        defined = self.program.modules[function.path].function(function.index)
        values = [value for _, found in self.decorators(function, defined) for value in found]
        return [FunctionId(value.path, value.index) for value in values if isinstance(value, FunctionValue)]

    def same_elsewhere(self, function: FunctionId, defined: Function) -> str | None:
        """A method of the same name in a class above or below."""
        if defined.owner < 0:
            return None
        resolver = self.program.resolver
        key = (function.path, defined.owner)
        for path, owner in (*resolver.order(key)[0], *resolver.subclasses(key)):
            module = self.program.modules[path]
            if (path, owner) != key and (others := module.methods(owner).get(defined.name)):
                return module.function(others[0]).qualname
        return None

    def handed_over(self, function: FunctionId) -> str | None:
        """Where the function itself is given to something that may look at its parameters."""
        wrappers = self.wrappers(function)
        apart = {edge.by for edge in self.edges.to(function)[0] if edge.how in ("detached", "dispatched")}
        for usage in self.program.usages(function):
            if usage.how in ("called", "override", "named") or usage.call is None or usage.call in apart:
                continue
            if self.is_inside(usage.caller, wrappers):
                continue
            callees = self.program.callees(usage.call)
            if usage.how == "handed" and all(
                isinstance(v, FunctionValue) or (isinstance(v, External) and v.name.startswith(RUNNERS))
                for v in callees
            ):
                continue
            at = self.program.location(usage.call)
            return f"{at.path}:{at.line}"
        return None

    def is_kept(self, function: FunctionId, defined: Function) -> bool:
        """The function is put into a variable, a list or a dict, or returned."""
        resolver = self.program.resolver
        target = FunctionValue(function.path, function.index)
        wrappers = self.wrappers(function)
        for module, alias in resolver.mentioning(defined.name):
            for kind, index in module.mentions(alias):
                if kind == BOUND and index < len(module.summary.bindings):
                    binding = module.summary.bindings[index]
                    where, values = binding.function, resolver.bound(binding, module)
                elif kind == RETURNED:
                    where, values = index, resolver.returns(module.path, index)
                else:
                    continue
                if self.holds(values, target) and not self.is_inside(FunctionId(module.path, where), wrappers):
                    return True
        return False

    def holds(self, values: Values, target: FunctionValue) -> bool:
        for value in values:
            inner: Values = (value,)
            if isinstance(value, ContainerValue):
                inner = self.program.resolver.items_of(value, None, value.scope)
            elif isinstance(value, CollectionValue):
                inner = value.items
            if target in inner:
                return True
        return False

    # --- who passes it on --------------------------------------------------------------------------

    def tell(self, function: FunctionId) -> Iterator[FunctionId]:
        """Let the callers of a function pass the tier; gives those that have to be handed it themselves."""
        name = f"`{self.name(function)}`"
        for edge, (caller, guarded) in self.incoming[function, False]:
            serves = self.serves[caller, guarded]
            if _IDLE not in serves:
                continue
            whose = f"`{self.name(caller)}`"
            if edge is None or edge.by.index < 0 or not self.is_call_of(edge.by, function):
                raise InTheWay(f"{whose} does not call {name} directly")
            if edge.by.path.endswith(".ipynb"):
                raise InTheWay(f"{whose} stands in a notebook")
            record = self.program.modules[edge.by.path].call(edge.by.index)
            keyword = self.taking[function]
            defined = self.program.modules[function.path].function(function.index)
            known = next((one for one in defined.parameters if one.name == keyword), None)
            if known is not None:
                place = defined.parameters.index(known) - (defined.owner >= 0)
                given = given_as(record, keyword, place if known.kind == "positional" else None)
                if given is not None:
                    yield from self.handed_on(given, edge.by, record.function)
                    continue
                if any(one is None for one, _ in record.keywords):
                    raise InTheWay(f"{whose} passes keywords to {name} that only a run knows")
            source = None
            if _WAITS in serves:
                if caller.index == 0:
                    raise InTheWay(f"{caller.path} calls {name} for callers that wait and for others")
                if known is not None and not self.sends_nothing(function, known):
                    raise InTheWay(f"the default of `{keyword}` of {name} may send something")
                carrier = self.carrier(caller)
                source = self.take(carrier)
                yield carrier
            self.told[edge.by] = Told(edge.by, keyword, source)

    def handed_on(self, given: Expr, call: CallId, function: int) -> Iterator[FunctionId]:
        """Where the caller hands on what it is handed itself, its own callers have the word."""
        path = given.path if isinstance(given, Name) else ""
        known = parameter_named(self.program, path, FunctionId(call.path, function))
        if known is not None:
            self.taking.setdefault(known[0], known[1].name)
            yield known[0]

    def is_call_of(self, call: CallId, function: FunctionId) -> bool:
        return self.program.callees(call) == (FunctionValue(function.path, function.index),)

    def is_inside(self, function: FunctionId, around: Sequence[FunctionId]) -> bool:
        if not around:
            return False
        chain = lexical_chain(self.program.modules[function.path], function)
        return any(owner in chain for owner in around)

    def name(self, function: FunctionId) -> str:
        module = self.program.modules[function.path]
        return module.name if function.index == 0 else module.function(function.index).qualname
