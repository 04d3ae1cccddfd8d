"""Requests that are posted without an SDK: the address says whether a model answers, the body says which."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from urllib.parse import urlsplit

from msgspec import Struct
from msgspec.structs import replace

from tierlint.api_calls.arguments import TIER, Arguments, literals
from tierlint.api_calls.providers import World, provider_of
from tierlint.api_calls.texts import GAP, Text, read, receiver, texts
from tierlint.api_calls.unseen import names_said
from tierlint.catalog.sdk_tables import Client, Endpoint, Method
from tierlint.model import Dictionary, Evidence, Expr, Name, TierPlace, Unknown
from tierlint.program import Scope
from tierlint.program.values import ConstantValue, ContainerValue, External, Values, argument

_JSON = "json"
_PLACES = ("url", "body", "verb", "object")
_WRAPS = frozenset({"builtins.bytes()", "builtins.bytearray()", "io.BytesIO"})
_DEEPEST = 4
# An address out of a table of many vendors' is anybody's.
_MOST_OTHERS = 2


class Posted(Struct, frozen=True):
    """A request to an endpoint of OpenAI: which one, who answers, and what its body says."""

    endpoint: Endpoint
    provider: str
    host: str | None
    models: tuple[str, ...]
    tier: str | None
    stream: bool | None
    because: tuple[Evidence, ...] = ()
    places: tuple[TierPlace, ...] = ()


class _Body(Struct, frozen=True):
    """What is posted: what it can be, and where it is written."""

    values: Values
    expr: Expr
    scope: Scope


def posted(world: World, client: Client, method: Method, call: Arguments, function: Expr) -> Posted | None:
    """What a request asks of a model; None: it goes somewhere else. function: what is called, or handed over."""
    if call.handed and function in call.record.arguments:
        method = _shifted(method, call.record.arguments.index(function) + 1)
    for sent in _requests(world, method, call):
        found: dict[tuple[Endpoint, str, str], bool] = {}
        elsewhere: set[str] = set()
        for address in _addresses(world, client, method, call, sent):
            path, host = _split(address.text)
            endpoint = next((e for e in world.known.endpoints if path.endswith(e.path)), None)
            provider = provider_of(world.catalog, host) if host else "other"
            if endpoint is not None and address.text.startswith(GAP) and _is_named_after(world, method, sent):
                provider, address = "openai", Text(address.text, certain=False)
            if endpoint is not None and provider != "other":
                found[endpoint, provider, host] = address.certain
            elif provider == "other" and host:
                elsewhere.add(host)
        if not found or (len(elsewhere) > _MOST_OTHERS and not _is_named_after(world, method, sent)):
            continue
        bodies = list(_bodies(world, method, sent))
        if _is_post(method, sent, has_body=bool(bodies)):
            return _posted(world, call, sent, bodies, found, elsewhere=bool(elsewhere))
    return None


def _posted(
    world: World,
    call: Arguments,
    sent: Arguments,
    bodies: list[_Body],
    found: dict[tuple[Endpoint, str, str], bool],
    *,
    elsewhere: bool,
) -> Posted:
    endpoints, providers, hosts = (dict.fromkeys(every) for every in zip(*found, strict=True))
    provider, why = next(iter(providers)), list[Evidence]()
    if elsewhere or len(providers) > 1:
        why.append(Evidence("different hosts answer at the address of this request", None))
    elif not all(found.values()):
        why.append(Evidence("the address may be set outside the program", None))
    streams = _in_bodies(world, sent, bodies, "stream")
    flags = {v.value for v in streams if isinstance(v, ConstantValue)}
    tiers = _in_bodies(world, sent, bodies, TIER)
    tier = tiers[0].value if len(tiers) == 1 and isinstance(tiers[0], ConstantValue) else "<expr>" if tiers else None
    at, closed = world.program.location(sent.call), not tiers and _is_closed(world, bodies)
    place = TierPlace(sent.call, f"{_JSON}/{TIER}", "0", at_call=True, closed=closed, at=at)
    as_json = any(name == _JSON for name, _ in sent.record.keywords)
    return Posted(
        endpoint=next(iter(endpoints)),
        provider="configurable" if why else provider,
        host=next((host for host in hosts if len(hosts) == 1 and host and GAP not in host), None),
        models=literals(_in_bodies(world, sent, bodies, "model")),
        tier=tier if isinstance(tier, str) else None,
        stream=bool(flags.pop()) if len(streams) == len(flags) == 1 else None if streams else False,
        because=tuple(why),
        places=(place,) if as_json and sent.call == call.call and len(endpoints) == 1 else (),
    )


def _shifted(method: Method, by: int) -> Method:
    """`to_thread(requests.post, address)`: the function's own arguments come behind it."""
    places = {name: tuple(w + by if isinstance(w, int) else w for w in getattr(method, name)) for name in _PLACES}
    return replace(method, **places)


def _requests(world: World, method: Method, call: Arguments) -> Iterator[Arguments]:
    """The calls that say where the request goes: this one, or the one that built what it sends."""
    for value in _first(call, method.object)[1]:
        if isinstance(value, External) and value.made is not None:
            yield Arguments(world.program, value.made)
    yield call


def _is_post(method: Method, sent: Arguments, *, has_body: bool) -> bool:
    if not method.verb:
        return True
    given, verbs = _first(sent, method.verb)
    said = [v.value.upper() for v in verbs if isinstance(v, ConstantValue) and isinstance(v.value, str)]
    return ("POST" in said or len(said) < len(verbs) or not verbs) if given else has_body


def _addresses(world: World, client: Client, method: Method, call: Arguments, sent: Arguments) -> Iterator[Text]:
    """Where the request may go, seen from the address that its client is built with."""
    bases: list[Text] = []
    for record, scope, _ in call.built:
        for keyword in client.host_keywords:
            bases += read(world.program, argument(record, keyword), scope)
    for address in texts(world.program, _first(sent, method.url)[1]):
        if "//" in address.text or not bases:
            yield address
            continue
        for base in bases:
            start = base.text if "//" in base.text else f"//{base.text}"
            joined = f"{start.rstrip('/')}/{address.text.lstrip('/')}"
            yield Text(joined, base.certain and address.certain)


def _is_named_after(world: World, method: Method, sent: Arguments) -> bool:
    """Whether an address, whose host only a run knows, is kept under a name that says whose it is: `OPENAI_HOST`.

    What asks there may say it as well: `class OpenAIWriter`.
    """
    exprs = (argument(sent.record, which) for which in method.url)
    names = {name for e in exprs if e is not None for name in names_said(world.program, e, sent.scope)}
    names.add(world.program.modules[sent.scope.path].function(sent.scope.function).qualname)
    lower = [name.lower() for name in names]
    return any("openai" in name for name in lower) and not any("azure" in name for name in lower)


def _split(address: str) -> tuple[str, str]:
    """Path and host of an address."""
    try:
        parts = urlsplit(address)
        return parts.path.rstrip("/"), (parts.hostname or "").lower()
    except ValueError:
        return "", ""


def _given(sent: Arguments, which: int | str) -> tuple[Expr | None, Values]:
    """An argument where it is written, and what it can be; no values: it is not given, or nothing is known of it."""
    expr = argument(sent.record, which)
    if expr is None and isinstance(which, str):
        return None, sent.given(which)[1]
    return expr, sent.program.resolver.values(expr, sent.scope) if expr is not None else ()


def _first(sent: Arguments, names: Iterable[int | str]) -> tuple[bool, Values]:
    """The first of these arguments that is given."""
    for name in names:
        expr, values = _given(sent, name)
        if expr is not None or values:
            return True, values
    return False, ()


def _bodies(world: World, method: Method, sent: Arguments) -> Iterator[_Body]:
    for which in method.body:
        expr, values = _given(sent, which)
        if expr is not None or values:
            yield from _decoded(world, _Body(values, expr or Unknown(), sent.scope), 0)


def _decoded(world: World, body: _Body, depth: int) -> Iterator[_Body]:
    """The body as it is handed over, or what an encoder made it from."""
    plain = []
    for value in body.values:
        inner = _encoded(world, value) if isinstance(value, External) and depth < _DEEPEST else None
        if inner is not None:
            expr, scope = inner
            yield from _decoded(world, _Body(world.program.resolver.values(expr, scope), expr, scope), depth + 1)
        else:
            plain.append(value)
    if plain or not body.values:
        yield replace(body, values=tuple(plain))


def _encoded(world: World, value: External) -> tuple[Expr, Scope] | None:
    """What `json.dumps(...)`, `....encode()` and the like are made from."""
    if value.made is None:
        return None
    if value.name.endswith(".encode()"):
        return receiver(world.program, value)
    if value.name.endswith(".dumps()") or value.name in _WRAPS:
        made = Arguments(world.program, value.made)
        expr = argument(made.record, 0)
        return (expr, made.scope) if expr is not None else None
    return None


def _in_bodies(world: World, sent: Arguments, bodies: list[_Body], key: str) -> Values:
    found: list[object] = []
    for body in bodies:
        sent.opened.clear()
        found += sent.in_values(body.values, key)[1]
        # `body["stream"] = True` after the display.
        if isinstance(body.expr, Name):
            for binding, module in world.program.resolver.stores(body.expr.path, body.scope):
                if binding.key == key:
                    found += world.program.resolver.bound(binding, module)
    return tuple(dict.fromkeys(found))  # type: ignore[arg-type]


def _is_closed(world: World, bodies: list[_Body]) -> bool:
    """Every key of the body is written out."""
    return bool(bodies) and all(
        body.values
        and all(isinstance(v, ContainerValue) and isinstance(v.expr, Dictionary) for v in body.values)
        and not any(
            None in v.expr.keys for v in body.values if isinstance(v, ContainerValue) and isinstance(v.expr, Dictionary)
        )
        and not (
            isinstance(body.expr, Name)
            and any(binding.key is None for binding, _ in world.program.resolver.stores(body.expr.path, body.scope))
        )
        for body in bodies
    )
