"""Which calls reach a model: resolved names against the catalogue."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from fnmatch import fnmatchcase
from functools import cache
from urllib.parse import urlsplit

from msgspec import Struct

from tierlint.catalog import Catalog, Client, Method, SdkTable
from tierlint.indexing import ARGUMENT, BOUND, CALLEE, RETURNED
from tierlint.model import (
    ApiCall,
    Attribute,
    Call,
    CallId,
    Constant,
    Either,
    Evidence,
    Expr,
    FunctionId,
    Location,
    Name,
)
from tierlint.program import Program, Scope, dotted, locate
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
)

Settings = Callable[[tuple[str, ...]], tuple[tuple[str, Location, Values], ...]]

_UNSET = frozenset({"openai.NOT_GIVEN", "openai.omit", "openai.Omit", "openai.NotGiven"})


class Known(Struct, frozen=True):
    """The catalogue's methods, laid out for look-up."""

    methods: Mapping[str, tuple[SdkTable, Client, Method]]
    tails: Mapping[str, tuple[SdkTable, Method]]
    last: frozenset[str]
    resources: frozenset[str]
    roots: frozenset[str]


def lay_out(catalog: Catalog) -> Known:
    """Index the SDK tables by full dotted name and by the last parts of it."""
    methods: dict[str, tuple[SdkTable, Client, Method]] = {}
    tails: dict[str, tuple[SdkTable, Method]] = {}
    for table in catalog.sdks:
        for method in table.method:
            for client in table.client:
                if "*" in method.on or client.name in method.on:
                    for path in method.path:
                        methods[f"{client.name}.{path}"] = (table, client, method)
            if method.tail:
                for path in method.path:
                    tails[path] = (table, method)
    last = frozenset(name.rpartition(".")[2] for name in methods)
    resources = frozenset(name.split(".")[-2] for name in methods)
    roots = frozenset(root for table in catalog.sdks for root in table.roots)
    return Known(methods, tails, last, resources, roots)


def find_api_calls(program: Program, catalog: Catalog, *, official_by_default: bool = True) -> tuple[ApiCall, ...]:
    """Every call of the project that sends a request to a model and waits for the answer, in file order.

    official_by_default: a client built without a host counts as OpenAI's own.
    """
    known = lay_out(catalog)
    # Where a module's attributes are set is the same for all calls, and takes a look at every file.
    settings: Settings = cache(lambda names: tuple(_settings(program, names)))
    found: dict[CallId, ApiCall] = {}
    for module in program.modules.values():
        candidates = [*_candidates(module, known), *_through_names(program, module, known)]
        for call, expr, handed in candidates:
            if call in found:
                continue
            site = program.modules[call.path]
            api_call = _match(program, catalog, known, settings, site, call, expr, handed, official_by_default)
            if api_call is not None:
                found[call] = api_call
    return tuple(sorted(found.values(), key=lambda api_call: api_call.at))


def _candidates(module: Module, known: Known) -> Iterator[tuple[CallId, Expr, bool]]:
    """Calls (and values handed to calls) that could be a method of the catalogue, judged by their names alone."""
    mentions = module.summary.mentions
    near = any(name in mentions for name in known.resources)
    for last in known.last:
        for kind, index in module.mentions(last):
            if kind == CALLEE:
                callee = module.call(index).callee
                if _resource(callee) in known.resources or near:
                    yield CallId(module.path, index), callee, False
            elif kind == ARGUMENT:
                record = module.call(index)
                for expr in (*record.arguments, *(value for _, value in record.keywords)):
                    if _last(expr) == last and _resource(expr) in known.resources:
                        yield CallId(module.path, index), expr, True


def _through_names(program: Program, module: Module, known: Known) -> Iterator[tuple[CallId, Expr, bool]]:
    """Calls of a name under which a module keeps a method of the catalogue: `ask = client.responses.create`."""
    aliases: dict[tuple[str, bool], None] = {}  # and whether other files can know the name
    resolver = program.resolver
    for last in known.last:
        for kind, index in module.mentions(last):
            if kind == BOUND and index < len(module.summary.bindings):
                binding = module.summary.bindings[index]
                if _holds_method(resolver.bound(binding, module), known):
                    name = binding.target.removesuffix("[]")
                    shared = binding.function == 0 or binding.owner >= 0 or binding.home == 0 or "." in name
                    aliases[name.rpartition(".")[2], shared] = None
            elif kind == ARGUMENT and module.call(index).use.how == "assigned":
                record = module.call(index)
                if _holds_method(resolver.call_result(CallId(module.path, index)), known):
                    for name in record.use.names:
                        shared = record.function == 0 or "." in name
                        aliases[name.removesuffix("[]").rpartition(".")[2], shared] = None
            elif kind == RETURNED and _holds_method(resolver.returns(module.path, index), known):
                aliases[module.function(index).name, True] = None
    for alias, shared in aliases:
        for call, record in resolver.calls_named(alias):
            if shared or call.path == module.path:
                yield call, record.callee, False


def _holds_method(values: Values, known: Known) -> bool:
    return any(isinstance(value, External) and value.name in known.methods for value in values)


def _path(expr: Expr) -> str:
    if isinstance(expr, Name):
        return expr.path
    if isinstance(expr, Attribute):
        return "()." + expr.name
    return ""


def _last(expr: Expr) -> str:
    return _path(expr).rpartition(".")[2]


def _resource(expr: Expr) -> str:
    parts = _path(expr).split(".")
    return parts[-2] if len(parts) > 1 else ""


def _match(
    program: Program,
    catalog: Catalog,
    known: Known,
    settings: Settings,
    module: Module,
    call: CallId,
    expr: Expr,
    handed: bool,
    official_by_default: bool,
) -> ApiCall | None:
    record = module.call(call.index)
    scope = Scope(module.path, record.function, record.owner)
    values = program.resolver.values(expr, scope)
    if handed and _holds_method(program.resolver.call_result(call), known):
        return None  # `partial(create, ...)` and the like: what it gives back is called elsewhere
    if (
        not handed
        and isinstance(expr, Name)
        and "." not in expr.path
        and _is_parameter(module, record.function, expr.path)
    ):
        return None  # reported where the method is handed over, which is where it is chosen
    values = (*values, *_own_methods(program, known, values))
    resolved = [v for v in values if isinstance(v, External) and v.name in known.methods]
    if resolved:
        # An annotation says the class; where the client is built says who answers.
        value = next((v for v in resolved if v.made is not None), resolved[0])
        table, client, method = known.methods[value.name]
        name, certain = value.name, True
    else:
        fits = _by_tail(expr, values, known, record, handed)
        if fits is None:
            return None
        table, method, path = fits
        value, client, certain = None, None, False
        name = f"{table.client[0].name}.{path}" if table.client else path
    read = _Arguments(program, module, record, scope, value, handed)
    provider, host, why = _provider(program, catalog, settings, client, method, value, read, official_by_default)
    for other in resolved:
        if other.made is not None and other != value:
            made = _Arguments(program, module, record, scope, other, handed)
            owner = known.methods[other.name][1]
            answers = _provider(program, catalog, settings, owner, method, other, made, official_by_default)
            if answers[:2] != (provider, host):
                why = (*why, *answers[2], Evidence("different clients reach this call", None))
                provider, host = ("configurable" if answers[0] != provider else provider), None
    models = _literals(_first(read, method.model))
    if method.object:
        provider, models, why = _by_object(table, method, read, official_by_default)
    tier = read.tier()
    stream = True if method.stream == "always" else False if method.stream == "never" else read.stream()
    function = FunctionId(module.path, record.function)
    return ApiCall(
        call=call,
        callee=dotted(module, expr),
        method=name,
        sdk=table.sdk,
        api=method.api,
        provider=provider,
        host=host,
        model=models[0] if len(models) == 1 else None,
        models=models,
        tier=tier,
        stream=stream,
        timeout=read.timeout(),
        certain=certain,
        closed=not handed and read.closed(),
        function=function,
        function_name=program.function_name(function),
        at=program.location(call),
        client=program.location(value.made) if value is not None and value.made is not None else None,
        because=why,
    )


def _own_methods(program: Program, known: Known, values: Values) -> Iterator[External]:
    """The SDK's own repository calls its methods too: there they are functions of the project."""
    for value in values:
        if isinstance(value, FunctionValue):
            module = program.modules[value.path]
            parts = module.name.split(".")
            if parts[0] in known.roots:
                owner = module.function(value.index).qualname.rpartition(".")[0]
                klass = program.resolver.external(f"{module.name}.{owner}")
                yield program.resolver.external(f"{klass.name}.{module.function(value.index).name}")


def _by_object(
    table: SdkTable, method: Method, read: _Arguments, official_by_default: bool
) -> tuple[str, tuple[str, ...], tuple[Evidence, ...]]:
    """Who answers a call whose model is named where an argument (an agent) is built."""
    if any(read.keyword(name)[0] for name in method.redirects):
        return "configurable", (), (Evidence("an argument of the call chooses the provider", None),)
    found: list[Value] = []
    for which in method.object:
        for value in read.keyword(which)[1]:
            if isinstance(value, (External, InstanceValue)) and value.made is not None:
                record, scope = read._call(value.made)
                found += read._in_call(record, scope, "model")[1]
    models = _literals(tuple(found))
    if found and not models:
        return "configurable", (), (Evidence("the model is an object or a setting", None),)
    usual = "openai" if official_by_default else "configurable"
    providers = {_by_prefix(table, model) or usual for model in models} or {usual}
    return (providers.pop() if len(providers) == 1 else "configurable"), models, ()


def _by_prefix(table: SdkTable, model: str) -> str | None:
    return next((entry.provider for entry in table.model_prefix if fnmatchcase(model, entry.model)), None)


def _is_parameter(module: Module, function: int, name: str) -> bool:
    while function >= 0:
        if any(p.name == name for p in module.function(function).parameters):
            return True
        if name in module.bindings(function, -1):
            return False
        function = module.function(function).parent
    return False


def _by_tail(
    expr: Expr, values: Values, known: Known, record: Call, handed: bool
) -> tuple[SdkTable, Method, str] | None:
    """An unmistakable tail on a receiver that nothing is known of."""
    parts = _path(expr).split(".")
    for start in range(1, len(parts)):
        path = ".".join(parts[start:])
        if path in known.tails:
            # A class of another package, or one of the project, is known to be something else.
            if any(_is_something_else(value, path) for value in values):
                return None
            table, method = known.tails[path]
            names = {name for name, _ in record.keywords}
            # `**params`, or the model by name: what a request to a model has and little else.
            if handed or None in names or any(isinstance(m, str) and m in names for m in method.model):
                return table, method, path
    return None


def _is_something_else(value: Value, path: str) -> bool:
    """Not a client: a class or module of another package, or something of the project."""
    if not isinstance(value, External):
        return True
    # What a call of the outside world gave, or an attribute of an instance, can be anything.
    owner = value.name.removesuffix(path).rstrip(".").split(".")
    of_instance = any(part[:1].isupper() for part in owner[:-1]) and not owner[-1][:1].isupper()
    return "()" not in value.name and not of_instance


class _Arguments:
    """The arguments of one request, through `**params`, `partial(...)` and the callers' keywords."""

    def __init__(
        self,
        program: Program,
        module: Module,
        record: Call,
        scope: Scope,
        value: External | None,
        handed: bool,
    ) -> None:
        self.program = program
        self.module = module
        self.record = record
        self.scope = scope
        self.handed = handed
        self.opened: set[tuple[Expr, Scope]] = set()
        self.bound: tuple[Call, Scope] | None = None
        if value is not None and value.bound is not None:
            self.bound = self._call(value.bound)
        # What the client is copied and built with, the last word first.
        self.built: list[tuple[Call, Scope, Location]] = []
        if value is not None:
            made = [*self._builders(value.made)] if value.made is not None else []
            self.built = [(*self._call(call), program.location(call)) for call in (*value.options[::-1], *made)]

    def _builders(self, made: CallId) -> Iterator[CallId]:
        """The call that builds the client; for a class of the project, what its `__init__` hands on as well."""
        yield made
        resolver = self.program.resolver
        for klass in self.program.callees(made):
            if not isinstance(klass, ClassValue):
                continue
            for key in resolver.order((klass.path, klass.index))[0]:
                for init in resolver.own_attribute(key, "__init__"):
                    if isinstance(init, FunctionValue):
                        module = self.program.modules[init.path]
                        inside = module.calls_in(init.index)
                        yield from (CallId(init.path, n) for n in inside if module.call(n).name == "__init__")

    def _call(self, call: CallId) -> tuple[Call, Scope]:
        record = self.program.modules[call.path].call(call.index)
        return record, Scope(call.path, record.function, record.owner)

    def keyword(self, name: str | int) -> tuple[bool, Values]:
        """Whether an argument is given at all, and what it can be."""
        self.opened.clear()
        if isinstance(name, int):
            expr = None if self.handed else argument(self.record, name)
            return expr is not None, self.program.resolver.values(expr, self.scope) if expr is not None else ()
        given, values = self._in_call(self.record, self.scope, name)
        if not given and self.bound is not None:
            given, values = self._in_call(*self.bound, name)
        return given, values

    def _in_call(self, record: Call, scope: Scope, name: str) -> tuple[bool, Values]:
        for keyword, expr in record.keywords:
            if keyword == name:
                return True, self.program.resolver.values(expr, scope)
        given, found = False, list[Value]()
        for keyword, expr in record.keywords:
            if keyword is None:
                one, values = self._in_mapping(expr, scope, name)
                given, found = given or one, [*found, *values]
        return given, tuple(dict.fromkeys(found))

    def _in_mapping(self, expr: Expr, scope: Scope, name: str) -> tuple[bool, Values]:
        """A key of a mapping that is spread into a call."""
        resolver = self.program.resolver
        given, found = False, list[Value]()
        if (expr, scope) in self.opened:
            return False, ()
        self.opened.add((expr, scope))
        for value in resolver.values(expr, scope):
            if isinstance(value, ContainerValue):
                keys = getattr(value.expr, "keys", ())
                if any(isinstance(key, Constant) and key.value == name for key in keys):
                    given = True
                    found += resolver.items_of(value, Constant(name), scope)
                for key, item in zip(keys, getattr(value.expr, "values", ()), strict=False):
                    if key is None:
                        one, inner = self._in_mapping(item, value.scope, name)
                        given, found = given or one, [*found, *inner]
            elif isinstance(value, External) and value.name == "builtins.dict()" and value.made is not None:
                made, outer = self._call(value.made)
                one, inner = self._in_call(made, outer, name)
                if not one and made.arguments:
                    one, inner = self._in_mapping(made.arguments[0], outer, name)
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
                record, outer = self._call(usage.call)
                if record is self.record:
                    continue
                for keyword, expr in record.keywords:
                    if keyword == name:
                        given = True
                        found += self.program.resolver.values(expr, outer)
        return given, tuple(found)

    def closed(self) -> bool:
        """Nothing here can smuggle in another tier."""
        names = [name for name, _ in self.record.keywords]
        if None in names or "extra_body" in names or "service_tier" in names:
            return False
        return self.bound is None

    def tier(self) -> str | None:
        given, values = self.keyword("service_tier")
        if not given:
            body_given, bodies = self.keyword("extra_body")
            if body_given:
                for body in bodies:
                    if isinstance(body, ContainerValue):
                        inner = self.program.resolver.items_of(body, Constant("service_tier"), body.scope)
                        keys = getattr(body.expr, "keys", ())
                        if any(isinstance(k, Constant) and k.value == "service_tier" for k in keys):
                            given, values = True, inner
        if not given:
            return None
        texts = [v.value for v in values if isinstance(v, ConstantValue)]
        if len(values) == 1 and texts:
            return texts[0] if isinstance(texts[0], str) else None
        if values and all(isinstance(v, External) and v.name in _UNSET for v in values):
            return None
        return "<expr>"

    def stream(self) -> bool | None:
        given, values = self.keyword("stream")
        if not given:
            return False
        flags = {v.value for v in values if isinstance(v, ConstantValue)}
        if len(flags) == 1 and len(values) == 1:
            return bool(flags.pop())
        return None

    def timeout(self) -> str | None:
        given, values = self.keyword("timeout")
        if not given:
            given, values = self.keyword("request_timeout")
        for record, scope, _ in self.built:
            if not given:
                given, values = self._in_call(record, scope, "timeout")
        if not given:
            return None
        numbers = [v.value for v in values if isinstance(v, ConstantValue)]
        return str(numbers[0]) if len(values) == 1 and numbers else "<expr>"


def _first(read: _Arguments, names: Iterable[str | int]) -> Values:
    for name in names:
        given, values = read.keyword(name)
        if given:
            return values
    return ()


def _literals(values: Values) -> tuple[str, ...]:
    """Every literal it can be; nothing when it can also be something else than a literal."""
    texts = [v.value for v in values if isinstance(v, ConstantValue) and isinstance(v.value, str)]
    rest = [v for v in values if not (isinstance(v, ConstantValue) and (v.value is None or isinstance(v.value, str)))]
    return tuple(dict.fromkeys(texts)) if not rest else ()


def _provider(
    program: Program,
    catalog: Catalog,
    settings: Settings,
    client: Client | None,
    method: Method,
    value: External | None,
    read: _Arguments,
    official_by_default: bool,
) -> tuple[str, str | None, tuple[Evidence, ...]]:
    """Who answers: by the class, by what the client is built with, by what the module's attributes are set to."""
    if client is None or value is None:
        return "configurable", None, (Evidence("where the client is built was not found", None),)
    for keyword in method.azure_keywords:
        if read.keyword(keyword)[0]:
            return "azure", None, ()
    if client.provider != "openai":
        return client.provider, None, ()
    for record, scope, at in read.built:
        for keyword in client.host_keywords:
            given, values = read._in_call(record, scope, keyword)
            if given:
                said = Evidence(f"the client is built with `{keyword}=`", at)
                if any(name == keyword and _may_be_unseen(program, expr, scope) for name, expr in record.keywords):
                    return "configurable", None, (said,)
                return _by_host(catalog, values, said)
        if any(name is None for name, _ in record.keywords):
            return "configurable", None, (Evidence("the client is built with `**` arguments", at),)
        if any(name in ("provider", "data_residency") for name, _ in record.keywords):
            return "configurable", None, (Evidence("the client is built for another provider or region", at),)
    hosts = settings(client.settings)
    azure = settings(client.azure_settings)
    for text, at_setting, values in azure:
        if any(isinstance(v, ConstantValue) and isinstance(v.value, str) and "azure" in v.value for v in values):
            literal_only = all(isinstance(v, ConstantValue) for v in values)
            kind = "azure" if literal_only and not hosts else "configurable"
            return kind, None, (Evidence(f"`{text}` is set", at_setting),)
    for text, at_setting, values in hosts:
        return _by_host(catalog, values, Evidence(f"`{text}` is set", at_setting))
    if value.made is None and client.name != "openai":
        return "configurable", None, (Evidence("where the client is built was not found", None),)
    return ("openai" if official_by_default else "configurable"), None, ()


def _may_be_unseen(program: Program, expr: Expr, scope: Scope, depth: int = 0) -> bool:
    """One of several things it can be is not known: `url or "https://api.openai.com/v1"`."""
    if isinstance(expr, Either):
        return any(
            not program.resolver.values(option, scope) or _may_be_unseen(program, option, scope, depth + 1)
            for option in expr.options
        )
    if not isinstance(expr, Name) or depth > 4:
        return False
    module = program.modules[scope.path]
    rest = expr.path.partition(".")[2]
    method = module.method_around(scope.function)
    bindings = [*module.bindings(scope.function, -1).get(expr.path, ()), *module.bindings(0, -1).get(expr.path, ())]
    if rest and method is not None:
        bindings += module.instance_bindings(module.function(method).owner).get(rest, ())
    return any(
        _may_be_unseen(program, binding.value, Scope(module.path, binding.function, binding.owner), depth + 1)
        for binding in bindings
    )


def _settings(program: Program, names: tuple[str, ...]) -> Iterator[tuple[str, Location, Values]]:
    for name in names:
        owner, _, attribute = name.rpartition(".")
        root = name.partition(".")[0]
        for module in program.modules.values():
            if root not in module.summary.mentions and not any(
                i.module.startswith(root) for i in module.summary.imports
            ):
                continue
            module.bindings(0, -1)
            for target, bindings in module.dotted.items():
                if not target.endswith("." + attribute):
                    continue
                for binding in bindings:
                    scope = Scope(module.path, binding.function, binding.owner)
                    receiver = program.resolver.values(Name(target.rpartition(".")[0]), scope)
                    if any(isinstance(v, External) and v.name == owner for v in receiver):
                        at = locate(module, binding.line, 1, binding.line, 1)
                        yield target, at, program.resolver.bound(binding, module)


def _by_host(catalog: Catalog, values: Values, why: Evidence) -> tuple[str, str | None, tuple[Evidence, ...]]:
    literals = [v.value for v in values if isinstance(v, ConstantValue)]
    if not values or len(literals) != len(values):
        return "configurable", None, (why,)
    hosts = {host_of(text) for text in literals if isinstance(text, str)}
    if not hosts:
        return "openai", None, ()
    providers = {provider_of(catalog, host) for host in hosts}
    if len(providers) != 1 or (None in literals and providers != {"openai"}):
        return "configurable", None, (why,)
    host = sorted(hosts)[0] if len(hosts) == 1 else None
    return providers.pop(), host, (why,)


def host_of(url: str) -> str:
    """The host name of a URL, also of one without a scheme."""
    return (urlsplit(url if "//" in url else f"//{url}").hostname or "").lower()


def provider_of(catalog: Catalog, host: str) -> str:
    """Who answers at a host: the catalogue's word, and any unknown host is another vendor."""
    for table in catalog.sdks:
        for entry in table.host:
            if fnmatchcase(host, entry.host):
                return entry.provider
    return "other"


def method_of(known: Known, api_call: ApiCall) -> Method:
    """The table entry of a found call."""
    if api_call.method in known.methods:
        return known.methods[api_call.method][2]
    return next(entry for path, (_, entry) in known.tails.items() if api_call.method.endswith(path))
