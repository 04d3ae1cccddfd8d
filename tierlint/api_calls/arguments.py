"""The arguments of one request, or of a call that builds what it is made with."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from tierlint.model import Call, CallId, Constant, Dictionary, Expr, FunctionId, Location, Name
from tierlint.program import Program, Scope
from tierlint.program.modules import Module
from tierlint.program.values import (
    ClassValue,
    ConstantValue,
    ContainerValue,
    External,
    FunctionValue,
    InstanceValue,
    Value,
    Values,
    argument,
    receiver_of,
)

_UNSET = frozenset({"openai.NOT_GIVEN", "openai.omit", "openai.Omit", "openai.NotGiven"})
TIER = "service_tier"
# Instead of an argument: the object whose method is called (`index` of `index.as_query_engine()`).
RECEIVER = "receiver"


class Arguments:
    """One call's arguments, through `**params`, `partial(...)` and the callers' keywords."""

    def __init__(
        self,
        program: Program,
        call: CallId,
        value: External | None = None,
        *,
        handed: bool = False,
    ) -> None:
        self.program = program
        self.call = call
        self.record, self.scope = record_of(program, call)
        self.handed = handed
        self.opened: set[tuple[Expr, Scope]] = set()
        self.bound: tuple[Call, Scope] | None = None
        if value is not None and value.bound is not None:
            self.bound = record_of(program, value.bound)
        # What the client is copied and built with, the last word first.
        self.built: list[tuple[Call, Scope, Location]] = []
        if value is not None:
            made = [*_builders(program, value.made)] if value.made is not None else []
            self.built = [(*record_of(program, c), program.location(c)) for c in (*value.options[::-1], *made)]

    @property
    def module(self) -> Module:
        return self.program.modules[self.call.path]

    def given(self, which: str | int) -> tuple[bool, Values]:
        """Whether an argument is given at all, and what it can be; `*`: any of them."""
        self.opened.clear()
        if which == "*":
            every = [*self.record.arguments, *(value for name, value in self.record.keywords if name is not None)]
            found = [v for expr in every for v in self.program.resolver.values(expr, self.scope)]
            return bool(every), tuple(dict.fromkeys(found))
        if isinstance(which, int):
            expr = None if self.handed else argument(self.record, which)
            return expr is not None, self.program.resolver.values(expr, self.scope) if expr is not None else ()
        given, values = self.in_call(self.record, self.scope, which)
        if not given and self.bound is not None:
            given, values = self.in_call(*self.bound, which)
        return given, values

    def first(self, names: Iterable[str | int], *, objects: bool = False) -> tuple[bool, Values]:
        """The first of these arguments that is given; objects: literals are something else in the same place."""
        for name in names:
            given, values = self.given(name)
            if given and not (objects and values and all(isinstance(value, ConstantValue) for value in values)):
                return True, values
        return False, ()

    def in_call(self, record: Call, scope: Scope, name: str) -> tuple[bool, Values]:
        """A keyword of a call, or what stands below it: `model_list/litellm_params/model`."""
        name, _, below = name.partition("/")
        if below:
            given, values = self.in_call(record, scope, name)
            return self.below(given, values, below)
        if name == RECEIVER:
            base = receiver_of(record.callee)
            made = [v for v in self.program.resolver.values(base, scope) if _is_built(v)] if base is not None else []
            return bool(made), tuple(made)
        for keyword, expr in record.keywords:
            if keyword == name:
                return True, self.program.resolver.values(expr, scope)
        given, found = False, list[Value]()
        for keyword, expr in record.keywords:
            if keyword is None:
                one, values = self._in_mapping(expr, scope, name)
                given, found = given or one, [*found, *values]
        return given, tuple(dict.fromkeys(found))

    def spelled(self, spelling: str) -> tuple[bool, Values]:
        """What stands at a spelling: `extra_body/service_tier`, `settings/a.Settings()/extra_args/service_tier`."""
        first, _, inner = spelling.partition("/")
        given, values = self.given(int(first) if first.isdigit() else first)
        return self.below(given, values, inner) if inner else (given, values)

    def below(self, given: bool, values: Values, path: str) -> tuple[bool, Values]:
        """What stands at a path of keys and classes to build, below what an argument can be."""
        for name in path.split("/"):
            if given and not name.endswith("()"):
                given, values = self.in_values(values, name)
        return given, values

    def in_values(self, values: Values, name: str) -> tuple[bool, Values]:
        """A key of a dict, or a keyword of the object of settings that stands in its place."""
        given, found = False, list[Value]()
        for value in values:
            if isinstance(value, ContainerValue) and not isinstance(value.expr, Dictionary):
                # A list counts for each of its items.
                one, inner = self.in_values(self.program.resolver.items_of(value, None, value.scope), name)
            elif isinstance(value, ContainerValue):
                one, inner = self._in_display(value, name)
            elif isinstance(value, External) and value.made is not None:
                record, scope = record_of(self.program, value.made)
                one, inner = self.in_call(record, scope, name)
            else:
                continue
            given, found = given or one, [*found, *inner]
        return given, tuple(dict.fromkeys(found))

    def _in_display(self, value: ContainerValue, name: str) -> tuple[bool, Values]:
        given, found = False, list[Value]()
        keys = getattr(value.expr, "keys", ())
        if any(isinstance(key, Constant) and key.value == name for key in keys):
            given = True
            found += self.program.resolver.items_of(value, Constant(name), value.scope)
        for key, item in zip(keys, getattr(value.expr, "values", ()), strict=False):
            if key is None:
                one, inner = self._in_mapping(item, value.scope, name)
                given, found = given or one, [*found, *inner]
        return given, tuple(found)

    def _in_mapping(self, expr: Expr, scope: Scope, name: str) -> tuple[bool, Values]:
        """A key of a mapping that is spread into a call."""
        resolver = self.program.resolver
        given, found = False, list[Value]()
        if (expr, scope) in self.opened:
            return False, ()
        self.opened.add((expr, scope))
        for value in resolver.values(expr, scope):
            if isinstance(value, ContainerValue):
                one, inner = self._in_display(value, name)
                given, found = given or one, [*found, *inner]
        if isinstance(expr, Name):
            for binding, module in resolver.stores(expr.path, scope):
                if binding.key == name:
                    given = True
                    found += resolver.bound(binding, module)
            one, inner = self._from_callers(expr.path, scope, name)
            given, found = given or one, [*found, *inner]
        return given, tuple(found)

    def _from_callers(self, spread: str, scope: Scope, name: str) -> tuple[bool, Values]:
        """`def ask(**kwargs): ...create(**kwargs)`: the keyword stands at the callers."""
        module = self.program.modules[scope.path]
        function = scope.function
        while function > 0:
            parameters = module.function(function).parameters
            if any(p.kind == "keywords" and p.name == spread for p in parameters):
                break
            function = module.function(function).parent
        else:
            return False, ()
        given, found = False, list[Value]()
        for usage in self.program.usages(FunctionId(scope.path, function)):
            if usage.how in ("called", "override") and usage.call is not None:
                record, outer = record_of(self.program, usage.call)
                if record is self.record:
                    continue
                for keyword, expr in record.keywords:
                    if keyword == name:
                        given = True
                        found += self.program.resolver.values(expr, outer)
        return given, tuple(found)

    def closed(self) -> bool:
        """Nothing here can smuggle in another tier."""
        names = {name for name, _ in self.record.keywords}
        return self.bound is None and names.isdisjoint((None, TIER, "extra_body"))

    def tier(self, spellings: Iterable[str]) -> str | None:
        """The tier that is passed in one of these spellings; `<expr>` where it is no literal."""
        for spelling in spellings:
            given, values = self.spelled(spelling)
            if not given:
                continue
            texts = [v.value for v in values if isinstance(v, ConstantValue)]
            if len(values) == 1 and texts:
                return texts[0] if isinstance(texts[0], str) else None
            if is_unset(values):
                return None
            return "<expr>"
        return None

    def stream(self, names: Iterable[str] = ("stream",)) -> bool | None:
        """Whether the answer is streamed; None where only a run can tell."""
        given, values = self.first(names)
        if not given:
            return False
        flags = {v.value for v in values if isinstance(v, ConstantValue)}
        if len(flags) == 1 and len(values) == 1:
            return bool(flags.pop())
        return None

    def timeout(self) -> str | None:
        """Seconds to wait, of the call or of what its client is built with; `<expr>` where they are no literal."""
        given, values = self.first(("timeout", "request_timeout"))
        for record, scope, _ in self.built:
            if not given:
                given, values = self.in_call(record, scope, "timeout")
        return seconds(values) if given else None


def _is_built(value: Value) -> bool:
    return isinstance(value, (External, InstanceValue)) and value.made is not None


def record_of(program: Program, call: CallId) -> tuple[Call, Scope]:
    """A call as it was indexed, and where its arguments are to be read."""
    record = program.modules[call.path].call(call.index)
    return record, Scope(call.path, record.function, record.owner)


def is_unset(values: Values) -> bool:
    """Whether a value is certain to be the SDK's own word for an argument that is not given."""
    return bool(values) and all(isinstance(value, External) and value.name in _UNSET for value in values)


def literals(values: Values) -> tuple[str, ...]:
    """Every literal it can be; nothing when it can also be something else than a literal."""
    texts = [v.value for v in values if isinstance(v, ConstantValue) and isinstance(v.value, str)]
    rest = [v for v in values if not (isinstance(v, ConstantValue) and (v.value is None or isinstance(v.value, str)))]
    return tuple(dict.fromkeys(texts)) if not rest else ()


def seconds(values: Values) -> str | None:
    """A timeout as it is passed: a number, `<expr>`, or None where it is switched off."""
    numbers = [v.value for v in values if isinstance(v, ConstantValue)]
    return str(numbers[0]) if len(values) == 1 and numbers else "<expr>"


def _builders(program: Program, made: CallId) -> Iterator[CallId]:
    """The call that builds the client; for a class of the project, what its `__init__` hands on as well."""
    yield made
    resolver = program.resolver
    for klass in program.callees(made):
        if not isinstance(klass, ClassValue):
            continue
        for key in resolver.order((klass.path, klass.index))[0]:
            for init in resolver.own_attribute(key, "__init__"):
                if isinstance(init, FunctionValue):
                    module = program.modules[init.path]
                    inside = module.calls_in(init.index)
                    yield from (CallId(init.path, n) for n in inside if module.call(n).name == "__init__")
