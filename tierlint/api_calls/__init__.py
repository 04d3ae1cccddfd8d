"""Which calls reach a model: resolved names against the catalogue."""

from __future__ import annotations

from msgspec.structs import replace

from tierlint.api_calls import candidates, http
from tierlint.api_calls.agents import is_toolless
from tierlint.api_calls.arguments import Arguments, literals
from tierlint.api_calls.clients import NEVER, Answers, behind, built, is_of_project, lost_tiers, merged
from tierlint.api_calls.known import CALLED, Entry, Known, lay_out, method_of
from tierlint.api_calls.providers import World, by_settings, host_of, provider_of, vendor_of, world_of
from tierlint.catalog import Catalog
from tierlint.catalog.sdk_tables import Method, SdkTable
from tierlint.model import ApiCall, Call, CallId, Evidence, Expr, FunctionId, Name, Sequence, Spread, TierPlace
from tierlint.program import Program, dotted
from tierlint.program.modules import Module
from tierlint.program.values import ConstantValue, ContainerValue, External, InstanceValue, Value, Values

__all__ = ["Known", "find_api_calls", "host_of", "lay_out", "method_of", "provider_of"]

# A handful that is written out is no data set.
_A_HANDFUL = 3
_BUILTINS_THAT_CALL = frozenset({"builtins.map", "builtins.filter"})


def find_api_calls(
    program: Program, catalog: Catalog, known: Known, *, official_by_default: bool = True
) -> tuple[ApiCall, ...]:
    """Every call of the project that sends a request to a model and waits for the answer, in file order.

    known: the catalogue, laid out. official_by_default: a client built without a host counts as OpenAI's own.
    """
    world = world_of(program, catalog, known, official_by_default)
    roots = candidates.imported_roots(program)
    plain = [name for name, owners in known.plain.items() if not roots.isdisjoint(owners)]
    found: dict[CallId, ApiCall] = {}
    for module in program.modules.values():
        for call, expr, handed in [
            *candidates.by_name(module, known, plain),
            *candidates.through_names(program, module, known, plain),
        ]:
            if call not in found and (api_call := _match(world, call, expr, handed)) is not None:
                found[call] = api_call
        for call, expr, put_on in candidates.decorated(program, module, known):
            if call not in found:
                read = Arguments(program, call, put_on)
                if (api_call := _described(world, read, expr, [put_on], handed=False)) is not None:
                    found[call] = api_call
    for call, expr, handed in candidates.called_objects(program, known, roots):
        if call not in found and (api_call := _match(world, call, expr, handed)) is not None:
            found[call] = api_call
    return tuple(sorted(found.values(), key=lambda api_call: api_call.at))


def _match(world: World, call: CallId, expr: Expr, handed: bool) -> ApiCall | None:
    program, known = world.program, world.known
    module = program.modules[call.path]
    record = module.call(call.index)
    read = Arguments(program, call, handed=handed)
    values = program.resolver.values(expr, read.scope)
    if handed and record.use.how != "argument" and candidates.holds_method(program.resolver.call_result(call), known):
        return None  # `ask = partial(create, ...)` and the like: what it gives back is called elsewhere
    if handed and any(isinstance(v, External) and _never_calls(known, v.name) for v in program.callees(call)):
        return None
    bare = isinstance(expr, Name) and "." not in expr.path
    if not handed:
        # The class under its own name builds an object; under any other name it stands for one.
        objects = [v for v in candidates.called(values, known) if v.made is not None or not _is_class(expr, v)]
        if bare and not objects and _is_parameter(module, record.function, dotted(module, expr)):
            return None  # reported where the method is handed over, which is where it is chosen
        values = (*values, *objects)
    values = (*values, *candidates.own_methods(program, known, expr, read.scope, values))
    resolved = [v for v in values if isinstance(v, External) and candidates.is_method(v, known)]
    if handed:
        resolved = [v for v in resolved if not candidates.is_class(v.name)]  # to hand a class over builds nothing
    resolved = [v for v in resolved if not known.methods[v.name].method.decorator]
    if resolved:
        called = {v.name.removesuffix(f".{CALLED}") for v in resolved}
        alone = all(v in resolved or v.name in called for v in values if isinstance(v, External))
        return _described(world, read, expr, resolved, handed=handed, alone=alone)
    fits = _by_tail(expr, values, known, record, handed)
    return _by_its_tail(world, read, expr, *fits, handed=handed) if fits is not None else None


def _never_calls(known: Known, name: str) -> bool:
    """What only looks at the function it is handed, or is a client built with it, whose requests are its own."""
    looks = name.startswith(("builtins.", "inspect.")) and name not in _BUILTINS_THAT_CALL
    return looks or name in known.clients or name == "asyncio.iscoroutinefunction"


def _described(
    world: World, read: Arguments, expr: Expr, resolved: list[External], *, handed: bool, alone: bool = True
) -> ApiCall | None:
    """A call whose method is known, with all that can be read of it."""
    # An annotation says the class; where the client is built says who answers. A module is built nowhere.
    classes = {v for v in resolved if candidates.is_class(world.known.methods[v.name].client.name)}
    made = [v for v in resolved if v.made is not None or v not in classes] or resolved[:1]
    # In `retriever | prompt | model` the last word is the model's.
    made = [v for v in made if not world.known.methods[v.name].client.sole] or made
    # Where either kind of model may answer, hardly one is left that is no chat model.
    made = [v for v in made if world.known.methods[v.name].method.api != "completions"] or made
    value = made[0]
    entry = world.known.methods[value.name]
    method = entry.method
    if entry.client.provider == "configurable" and value.made is None:
        on = candidates.receivers(world.program, expr, read.scope)
        if on and all(isinstance(v, InstanceValue) for v in on):
            return None  # a class of the project that fills in an abstract one: what it sends stands there
    if candidates.own_root(world.program, world.known, read.module) in entry.table.roots:
        return None  # the package's own plumbing, further down than what others call
    if entry.client.by_call:
        # Nothing is built before: the call itself (or the decorator) says what it is made with.
        value = replace(value, made=value.made or read.call)
        entry = replace(entry, client=replace(entry.client, model=method.model))
    read = Arguments(world.program, read.call, value, handed=handed)
    if method.url:
        posted = (_posted(world, v, Arguments(world.program, read.call, v, handed=handed), expr) for v in resolved)
        return next((api_call for api_call in posted if api_call is not None), None)
    answers: Answers | None
    if method.object:
        answers = _by_object(world, entry, read)
    else:
        others = [(world.known.methods[v.name], v) for v in dict.fromkeys(made[1:]) if v != made[0]]
        every = [(entry, value), *others]
        said = [_answers(world, one, v, Arguments(world.program, read.call, v, handed=handed)) for one, v in every]
        sent = [a for a in said if a.provider != NEVER]
        answers = merged(sent)
        if answers is not None and len({(a.provider, a.host) for a in said}) > 1:
            why = (*answers.because, Evidence("different clients reach this call", None))
            provider = "configurable" if len({a.provider for a in said}) > 1 else answers.provider
            answers = Answers(provider, None, answers.models, why, stream=answers.stream)
    if answers is None or answers.provider == NEVER or (entry.client.sole and not _reaches(answers)):
        return None
    given, named = read.first(method.model)
    if given and not method.object and not entry.client.by_call:
        answers = _named_at_call(world, entry, answers, named)
        if answers.provider == NEVER:
            return None
    if entry.client.provider == "held" and answers.api is not None:
        method = replace(method, api=answers.api)
    if method.tier == "keyword" and entry.client.tier == "keyword":
        if not alone:
            # Only the first part of a pipe is handed what is said to the pipe.
            method = replace(method, tier="indirect", drops=(*method.drops, method.spelling))
        elif value.options or (value.made is not None and is_of_project(world, value.made)):
            # What a copy or a class of the project's own does with it is not known.
            method = replace(method, tier="indirect", also=(*method.also, method.spelling))
    return _api_call(world, read, expr, entry.table, method, value, answers, certain=True, handed=handed)


def _answers(world: World, entry: Entry, value: External, read: Arguments) -> Answers:
    """Who answers a method of a client."""
    for keyword in entry.method.azure_keywords:
        if read.given(keyword)[0]:
            return Answers("azure")
    return built(world, entry.table, entry.client, value, read)


def _by_object(world: World, entry: Entry, read: Arguments) -> Answers:
    """Who answers a call whose model is named where an argument (an agent) is built."""
    if any(_may_redirect(read, name) for name in entry.method.redirects):
        return Answers(
            "configurable", models=None, because=(Evidence("an argument of the call chooses the provider", None),)
        )
    found = [a for which in entry.method.object for a in behind(world, entry.table, read.given(which)[1])]
    given, named = read.first(entry.method.model)
    if given:
        found = [*behind(world, entry.table, named)] or found
    settings = by_settings(world, entry.client)
    sent = [a for a in found if a.provider != NEVER]
    answers = merged([a for a in sent if a.seen] or sent)
    if answers is None:
        return Answers(NEVER) if found else Answers("configurable", models=None, seen=False)
    if settings is not None:
        answers = Answers(*settings[:2], answers.models, settings[2], answers.places)
    return answers


def _may_redirect(read: Arguments, spelling: str) -> bool:
    """Whether an argument is given, or the object that would hold it was built out of sight."""
    if read.given(spelling)[0]:
        return True
    outer, _, inner = spelling.partition("/")
    given, values = read.given(outer)
    in_sight = [v == ConstantValue(None) or (isinstance(v, External) and v.made is not None) for v in values]
    return bool(inner) and given and not (in_sight and all(in_sight))


def _named_at_call(world: World, entry: Entry, answers: Answers, named: Values) -> Answers:
    """What the call itself says of the model; the client has said the rest."""
    built_here = any(isinstance(v, External) and v.name in world.known.clients for v in named)
    if entry.client.provider == "named" or (entry.client.provider == "held" and built_here):
        said = merged(behind(world, entry.table, named))
        if said is None:
            return answers
        waits = said.default_timeout or answers.default_timeout
        return replace(
            said, tier=said.tier or answers.tier, timeout=said.timeout or answers.timeout, default_timeout=waits
        )
    return replace(answers, models=literals(named) or None)


def _reaches(answers: Answers) -> bool:
    return answers.seen and answers.provider != NEVER


def _posted(world: World, value: External, read: Arguments, expr: Expr) -> ApiCall | None:
    entry = world.known.methods[value.name]
    request = http.posted(world, entry.client, entry.method, read, expr)
    if request is None:
        return None
    method = replace(entry.method, api=request.endpoint.api, tier="none")
    answers = Answers(
        request.provider,
        request.host,
        request.models,
        request.because,
        request.places,
        tier=request.tier,
        default_timeout=entry.client.default_timeout,
        stream=request.stream,
    )
    return _api_call(world, read, expr, entry.table, method, value, answers, certain=True, handed=read.handed)


def _by_its_tail(
    world: World, read: Arguments, expr: Expr, table: SdkTable, method: Method, path: str, *, handed: bool
) -> ApiCall:
    why = Evidence("where the client is built was not found", None)
    answers = Answers("configurable", models=literals(read.first(method.model)[1]), because=(why,))
    return _api_call(
        world,
        read,
        expr,
        table,
        method,
        External(f"{table.client[0].name}.{path}"),
        answers,
        certain=False,
        handed=handed,
    )


def _api_call(
    world: World,
    read: Arguments,
    expr: Expr,
    table: SdkTable,
    method: Method,
    value: External,
    answers: Answers,
    *,
    certain: bool,
    handed: bool,
) -> ApiCall:
    program, module = world.program, read.module
    here: tuple[TierPlace, ...] = ()
    tier = answers.tier
    if method.tier == "keyword":
        closed = not handed and read.closed()
        at = program.location(read.call)
        here = (TierPlace(read.call, method.spelling, method.tier_since, at_call=True, closed=closed, at=at),)
    if not method.url:
        spellings = [s for s in (method.spelling, *method.also) if s not in (*method.drops, *method.raises)]
        tier = read.tier(spellings) or tier
    models = answers.models or ()
    stream = True if method.stream == "always" else False if method.stream == "never" else read.stream()
    return ApiCall(
        call=read.call,
        callee=dotted(module, expr),
        method=value.name,
        sdk=table.sdk,
        api=method.api,
        provider=answers.provider,
        host=answers.host,
        vendor=vendor_of(world.catalog, answers.host),
        model=models[0] if len(models) == 1 else None,
        models=models,
        tier=tier,
        stream=stream or answers.stream,
        yielded=bool(stream or answers.stream) and module.function(read.record.function).is_generator,
        timeout=read.timeout() or answers.timeout,
        certain=certain,
        closed=not handed and read.closed(),
        function=FunctionId(module.path, read.record.function),
        function_name=program.function_name(FunctionId(module.path, read.record.function)),
        at=program.location(read.call),
        client=program.location(value.made) if value.made is not None else None,
        because=answers.because,
        places=(*here, *answers.places),
        lost=(*lost_tiers(read, method), *answers.lost),
        default_timeout=answers.default_timeout,
        spread=_spread(world, read, method),
        toolless=method.agent and is_toolless(world, method, value, read),
    )


def _spread(world: World, read: Arguments, method: Method) -> Evidence | None:
    """That the call itself sends a request for each of many items."""
    for which in method.items:
        given, values = read.given(which)
        if given:
            displays = [v.expr for v in values if isinstance(v, ContainerValue)]
            if len(displays) == len(values) and displays and all(_is_short(d) for d in displays):
                return None
            last = read.record.name
            return Evidence(
                f"`{last}` sends the requests for all the items it is handed", world.program.location(read.call)
            )
    return None


def _is_short(display: object) -> bool:
    is_sequence = isinstance(display, Sequence) and not any(isinstance(item, Spread) for item in display.items)
    return is_sequence and isinstance(display, Sequence) and len(display.items) <= _A_HANDFUL


def _is_class(expr: Expr, value: External) -> bool:
    """Whether a class is called under its own name."""
    return candidates.path_of(expr).rpartition(".")[2] == value.name.removesuffix(f".{CALLED}").rpartition(".")[2]


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
    parts = candidates.path_of(expr).split(".")
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
