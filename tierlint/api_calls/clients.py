"""What a request is made with: the object, those it was built from, and what each says of provider, model and tier."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from msgspec import Struct
from msgspec.structs import replace

from tierlint.api_calls import texts
from tierlint.api_calls.arguments import Arguments, literals, record_of, seconds
from tierlint.api_calls.candidates import outside_names
from tierlint.api_calls.providers import Said, World, by_class, by_prefix
from tierlint.api_calls.unseen import is_decided_elsewhere
from tierlint.catalog.sdk_tables import Client, Method, SdkTable
from tierlint.model import CallId, Evidence, LostTier, TierPlace
from tierlint.program.values import (
    ClassValue,
    CollectionValue,
    ConstantValue,
    ContainerValue,
    External,
    InstanceValue,
    TemplateValue,
    Value,
    Values,
    argument,
)

# An agent holds a model, which holds a provider, which holds a client; each of these counts twice.
_DEEPEST = 12
# A request that never goes to OpenAI, nor through anything that could send it there.
NEVER = "none"
# What a class says of an attribute in such words (`CharField(...)`, `Column(...)`) is not what an object has there.
_DESCRIBES = ("Field", "Column")
_NAMED_OUTSIDE = "the model may be named outside the program"


class Answers(Struct, frozen=True):
    """Who answers a request, with which model, and where on the way a tier is or could be set.

    models: every literal it may be, None where something else than a literal decides. places: where the tier can be
    written, the nearest to the request first. seen: the tables know what it is. api: the only one that it uses.
    """

    provider: str
    host: str | None = None
    models: tuple[str, ...] | None = ()
    because: tuple[Evidence, ...] = ()
    places: tuple[TierPlace, ...] = ()
    lost: tuple[LostTier, ...] = ()
    tier: str | None = None
    timeout: str | None = None
    default_timeout: float | None = None
    stream: bool | None = False
    seen: bool = True
    api: str | None = None


def built(world: World, table: SdkTable, client: Client, value: External, read: Arguments, depth: int = 0) -> Answers:
    """What the object behind a call says; `read` has the calls that built it (see `Arguments.built`)."""
    if client.provider == "configurable" and value.made is not None and is_of_project(world, value.made):
        return Answers(NEVER)  # a class of the project that fills in an abstract one: what it sends stands there
    said = by_class(world, client, read)
    held = _held(world, table, client, value, read, depth)
    own = _own(world, client, value, held)
    if said is not None and client.provider in ("named", "held") and _names_more(own, said):
        return own
    if said is not None:
        own = replace(own, provider=said[0], host=said[1], because=said[2])
    elif client.provider == "configurable" and not held:
        why = Evidence(f"which model stands behind `{client.name.rpartition('.')[2]}` is decided elsewhere", None)
        own = replace(own, provider="configurable", because=(why,))
    elif (
        not held
        and "openai" in (client.provider, client.otherwise)
        and value.made is None
        and client.name.rpartition(".")[2][0].isupper()
    ):
        own = replace(
            own, provider="configurable", because=(Evidence("where the client is built was not found", None),)
        )
    return own


def _names_more(named: Answers, said: Said) -> bool:
    """Whether the name of a model says more of who answers than the address it is asked at."""
    provider, host, _ = said
    is_unknown = provider == "configurable" and named.provider in ("azure", "other")
    return named.provider == NEVER or is_unknown or (provider == "openai" and host is None)


def behind(world: World, table: SdkTable, values: Values, depth: int = 0) -> tuple[Answers, ...]:
    """What each thing that an argument can be says: the name of a model, an object that names one, a list of them."""
    found: dict[Answers, None] = {}
    for value in values:
        found.update(dict.fromkeys(_behind(world, table, value, depth)))
    return tuple(found)


def merged(answers: Iterable[Answers]) -> Answers | None:
    """What holds whichever of these it is; None: there is none."""
    every = list(answers)
    if len(every) < 2:
        return every[0] if every else None
    providers = {one.provider for one in every}
    models = [one.models for one in every]
    tiers = {one.tier for one in every}
    return Answers(
        provider=providers.pop() if len(providers) == 1 else "configurable",
        host=every[0].host if len({one.host for one in every}) == 1 else None,
        models=None if None in models else tuple(dict.fromkeys(m for some in models for m in some or ())),
        because=tuple(dict.fromkeys(why for one in every for why in one.because)),
        lost=tuple(dict.fromkeys(lost for one in every for lost in one.lost)),
        tier=tiers.pop() if len(tiers) == 1 else "<expr>",
        timeout=every[0].timeout if len({one.timeout for one in every}) == 1 else None,
        default_timeout=every[0].default_timeout if len({one.default_timeout for one in every}) == 1 else None,
        stream=every[0].stream if len({one.stream for one in every}) == 1 else None,
        seen=any(one.seen for one in every),
        api=every[0].api if len({one.api for one in every}) == 1 else None,
    )


def _own(world: World, client: Client, value: External, held: Answers | None) -> Answers:
    """What stands in the object's own construction, before what it holds."""
    usual = client.otherwise if client.provider in ("held", "named") else client.provider
    is_known = client.provider != "held" or client.otherwise == "openai"
    base = held or Answers(world.usual if usual == "openai" else usual, seen=is_known)
    base = replace(base, api=world.known.apis.get(client.name, base.api))
    if value.made is None:
        return base
    made = Arguments(world.program, value.made, value if client.by_call else None)
    here: str | None = None
    if client.tier == "keyword":
        # What is said where it is copied (`llm.bind(...)`) comes after what is said where it is built.
        copies = [made, *(Arguments(world.program, call) for call in value.options)]
        tiers = [copy.tier((client.spelling, *client.also)) for copy in copies]
        here = next((tier for tier in reversed(tiers) if tier is not None), None)
    place = _place(world, client, value.made, made) if client.tier == "keyword" else None
    given, values = made.first(client.timeout)
    streams = made.stream(client.stream) if client.stream else False
    return replace(
        base,
        places=(*base.places, place) if place is not None else base.places,
        lost=(*lost_tiers(made, client), *base.lost),
        tier=here or base.tier,
        timeout=seconds(values) if given else base.timeout,
        default_timeout=client.default_timeout or base.default_timeout,
        stream=True if streams else base.stream,
    )


def lost_tiers(read: Arguments, owner: Client | Method) -> Iterator[LostTier]:
    """Spellings of a tier that stand in a call and do nothing, or raise."""
    right = owner.spelling if owner.tier == "keyword" else None
    for how, spellings in (("drops", owner.drops), ("raises", owner.raises)):
        for spelling in spellings:
            outer, is_inside, last = spelling.rpartition("()/")
            if not is_inside:
                tier = read.tier((spelling,))
                if tier is not None:
                    yield LostTier(read.call, spelling, how, tier, right)
                continue
            # The keyword stands in the call that builds an object of settings.
            known = right[len(outer) + len(is_inside) :] if right and right.startswith(outer + is_inside) else None
            for value in read.spelled(outer.rpartition("/")[0])[1]:
                if isinstance(value, External) and value.made is not None:
                    tier = Arguments(read.program, value.made).tier((last,))
                    if tier is not None:
                        yield LostTier(value.made, last, how, tier, known)


def is_of_project(world: World, made: CallId) -> bool:
    """Whether a call builds an instance of a class of the project."""
    return any(isinstance(callee, ClassValue) for callee in world.program.callees(made))


def _place(world: World, client: Client, made: CallId, read: Arguments) -> TierPlace | None:
    """Where the object is built, if that is written out: a subclass of the project may not hand the tier on."""
    if is_of_project(world, made):
        return None
    if client.extends and not read.given(client.spelling.partition("/")[0])[0]:
        return None
    at = world.program.location(made)
    return TierPlace(made, client.spelling, client.tier_since, at_call=False, closed=read.closed(), at=at)


def _held(
    world: World, table: SdkTable, client: Client, value: External, read: Arguments, depth: int
) -> Answers | None:
    """What the objects and names say that an object was built with."""
    if depth > _DEEPEST:
        return None
    found: list[Answers] = []
    if value.made is not None:
        made = Arguments(world.program, value.made, value if client.by_call else None)
        given, through = made.first(client.through)
        client_answers = merged(behind(world, table, through, depth + 1)) if given else None
        vendors = made.given(client.provider_keyword)[1] if client.provider_keyword else ()
        vendor = literals(vendors)
        given_model, values = made.first(client.model, objects=client.sole)
        if given_model and len(vendor) != 1 and any(v != ConstantValue(None) for v in vendors):
            why = Evidence(f"`{client.provider_keyword}` is decided elsewhere", made.program.location(value.made))
            found.append(Answers("configurable", models=literals(values) or None, because=(why,)))
        elif given_model:
            if len(vendor) == 1:
                values = tuple(
                    ConstantValue(f"{vendor[0]}:{v.value}") if isinstance(v, ConstantValue) else v for v in values
                )
            found += _named_or_held(world, table, client, values, depth)
        for spot in (which for which in client.model if isinstance(which, str) and which.endswith(")")):
            added = tuple(dict.fromkeys(_handed_to(world, f"{client.name}.{spot}", value.made)))
            found += behind(world, table, added, depth + 1)
        if client_answers is not None:
            model = merged(found)
            models = model.models if model is not None else ()
            return replace(client_answers, models=models, places=(), tier=None)
    usual = [a for spot in client.falls_back_on for a in _fallback(world, table, spot, depth)]
    sender = merged(a for a in usual if a.models == ())
    if found and sender is not None:
        # What is set for all is the client that sends the requests; the model is named here.
        at = (sender.provider, sender.host, sender.because)
        found = [_sent_by(a, at) if a.provider == world.usual else a for a in found]
    found = found or usual
    if client.provider == "named" and any(a.provider == NEVER for a in found):
        others = [a for a in found if a.provider != NEVER]
        if not any(a.seen for a in others) and (others or _is_named_elsewhere(world, client, value)):
            found = [Answers("configurable", models=None, because=(Evidence(_NAMED_OUTSIDE, None),))]
    # Of `prompt | model | parser` the model alone is known.
    return merged([answers for answers in found if answers.seen] or found)


def _is_named_elsewhere(world: World, client: Client, value: External) -> bool:
    """Whether another model than those one sees can be named by whoever runs the program."""
    if value.made is None:
        return False
    record, scope = record_of(world.program, value.made)
    exprs = (argument(record, which) for which in client.model)
    expr = next((expr for expr in exprs if expr is not None), None)
    return expr is not None and is_decided_elsewhere(world.program, expr, scope)


def _sent_by(named: Answers, said: Said) -> Answers:
    return replace(named, provider=said[0], host=said[1], because=said[2])


def _named_or_held(world: World, table: SdkTable, client: Client, values: Values, depth: int) -> Iterator[Answers]:
    if client.provider in ("named", "held"):
        unknown = Answers("configurable", models=None, seen=False)
        yield from behind(world, table, values, depth + 1) or (unknown,)
        return
    names = literals(values)
    objects = tuple(v for v in values if not isinstance(v, ConstantValue))
    inner = [a for a in behind(world, table, objects, depth + 1) if a.seen] if objects else []
    if inner:
        yield from inner
    else:
        yield Answers(client.provider if client.provider != "openai" else world.usual, models=names or None)


def _fallback(world: World, table: SdkTable, spot: str, depth: int) -> tuple[Answers, ...]:
    """What the project sets once for all objects that are built without a model of their own."""
    values: list[Value] = []
    if spot.endswith(")"):
        values += _handed_to(world, spot)
    else:
        settings = Client(name=spot, settings=(spot,))
        for _, _, found, _ in world.settings(settings.settings):
            values += found
    return behind(world, table, tuple(dict.fromkeys(values)), depth + 1)


def _handed_to(world: World, spot: str, made: CallId | None = None) -> Iterator[Value]:
    """What calls of a function are handed, `dspy.configure(lm)`; `made`: calls of a method of that one object."""
    name, _, which = spot[:-1].partition("(")
    for call, _ in world.program.resolver.calls_named(name.rpartition(".")[2]):
        callees = [v for v in world.program.callees(call) if isinstance(v, External) and v.name == name]
        if any(made is None or v.made == made for v in callees):
            read = Arguments(world.program, call)
            for one in which.split("|"):
                yield from read.spelled(one)[1]


def _behind(world: World, table: SdkTable, value: Value, depth: int) -> Iterator[Answers]:
    if depth > _DEEPEST:
        return
    if isinstance(value, ConstantValue):
        if isinstance(value.value, str):
            provider, name = by_prefix(table, value.value)
            if provider is None:
                why = Evidence(f"nothing here says who answers for `{value.value}`", None)
                yield Answers("configurable", models=(name,), because=(why,))
            else:
                yield Answers(world.usual if provider == "openai" else provider, models=(name,))
    elif isinstance(value, TemplateValue):
        for text in texts.texts(world.program, (value,)):
            # A name whose beginning is not known may be anybody's.
            provider = None if text.text.startswith(texts.GAP) else by_prefix(table, text.text)[0]
            yield Answers(world.usual if provider == "openai" else provider or "configurable", models=None)
    elif isinstance(value, External):
        yield from _outside(world, table, value, depth)
    elif isinstance(value, InstanceValue):
        yield from _instance(world, value, depth)
    elif isinstance(value, ContainerValue):
        yield from behind(world, table, world.program.resolver.items_of(value, None, value.scope), depth + 1)
    elif isinstance(value, CollectionValue):
        yield from behind(world, table, value.items, depth + 1)


def _instance(world: World, value: InstanceValue, depth: int) -> Iterator[Answers]:
    """An object of a class of the project: of the SDK itself, in its own repository, or derived from one outside."""
    module = world.program.modules[value.path]
    qualname = module.class_(value.index).qualname
    names = [*outside_names(world.program, world.known, module, qualname)]
    names += [base.name for base in world.program.resolver.order((value.path, value.index))[1]]
    known = next((world.known.clients[name] for name in names if name in world.known.clients), None)
    if known is None:
        yield Answers("configurable", models=None, seen=False)
    elif value.made is None:
        yield Answers("configurable", models=None)
    else:
        stand_in = External(known[1].name, value.made)
        yield built(world, *known, stand_in, Arguments(world.program, value.made, stand_in), depth + 1)


def _outside(world: World, table: SdkTable, value: External, depth: int) -> Iterator[Answers]:
    known = world.known.clients.get(value.name)
    if known is None and value.made is not None:
        known = world.known.clients.get(value.name.rpartition(".")[0])  # a method stands for its object
    if known is not None:
        owner, client = known
        if value.made is not None:
            yield built(world, owner, client, value, Arguments(world.program, value.made, value), depth + 1)
        else:
            yield Answers(
                "configurable" if client.provider in ("openai", "held", "named") else client.provider, models=None
            )
    elif (
        value.made is None
        or "(" in value.name
        or not value.name.rpartition(".")[2][:1].isupper()
        or value.name.endswith(_DESCRIBES)
    ):
        yield Answers("configurable", models=None, seen=False)
    else:
        # A class of another package: a model of another vendor, or none at all.
        yield Answers(NEVER, models=None, seen=False)
