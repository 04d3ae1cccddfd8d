"""Requests that are posted without an SDK: the address says whether a model answers, the body says which."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import product
from urllib.parse import urlsplit

from msgspec import Struct

from tierlint.api_calls.arguments import Arguments, literals, record_of
from tierlint.api_calls.providers import World, provider_of
from tierlint.catalog import Endpoint, Method
from tierlint.model import Constant, Evidence, Expr, Name, Template, TierPlace
from tierlint.program import Scope
from tierlint.program.values import ConstantValue, External, Value, Values, argument

_MOST_TEXTS = 8
_ENCODERS = frozenset({"json.dumps()", "orjson.dumps()", "ujson.dumps()", "simplejson.dumps()"})
_FROM_ENVIRONMENT = frozenset({"os.getenv", "os.environ.get"})
TIER = "service_tier"


class Posted(Struct, frozen=True):
    """A request to an endpoint of OpenAI: which one, who answers, and what its body says."""

    endpoint: Endpoint
    provider: str
    host: str | None
    models: tuple[str, ...]
    tier: str | None
    stream: bool | None
    closed: bool
    because: tuple[Evidence, ...] = ()
    places: tuple[TierPlace, ...] = ()


def posted(world: World, method: Method, read: Arguments) -> Posted | None:
    """What a request asks of a model; None: it goes somewhere else."""
    for address, certain in _addresses(world, read, method.url):
        parts = urlsplit(address)
        endpoint = next((e for e in world.known.endpoints if parts.path.rstrip("/").endswith(e.path)), None)
        host = (parts.hostname or "").lower()
        provider = provider_of(world.catalog, host) if host else "other"
        if endpoint is None or provider not in ("openai", "azure"):
            continue
        body = tuple(_bodies(world, read, method.body))
        models = literals(_in_bodies(world, read, body, "model"))
        stream_flags = {v.value for v in _in_bodies(world, read, body, "stream") if isinstance(v, ConstantValue)}
        tiers = _in_bodies(world, read, body, TIER)
        tier = (
            tiers[0].value if len(tiers) == 1 and isinstance(tiers[0], ConstantValue) else "<expr>" if tiers else None
        )
        keyword = next((name for name, _ in read.record.keywords if name in method.body), None)
        place = TierPlace(read.call, f"{keyword}/{TIER}", "0", at_call=True, closed=bool(body) and not tiers)
        why = () if certain else (Evidence("the address comes from the environment", None),)
        return Posted(
            endpoint=endpoint,
            provider=provider if certain else "configurable",
            host=host,
            models=models,
            tier=tier if isinstance(tier, str) else None,
            stream=True if True in stream_flags else None if len(stream_flags) > 1 else False,
            closed=place.closed,
            because=why,
            places=(place,) if keyword == "json" else (),
        )
    return None


def _addresses(world: World, read: Arguments, which: Iterable[int | str]) -> Iterator[tuple[str, bool]]:
    for one in which:
        expr = _argument(read, one)
        if expr is not None:
            yield from _texts(world, expr, read.scope, 0)


def _argument(read: Arguments, which: int | str) -> Expr | None:
    if isinstance(which, int):
        return argument(read.record, which)
    return next((value for name, value in read.record.keywords if name == which), None)


def _texts(world: World, expr: Expr, scope: Scope, depth: int) -> Iterator[tuple[str, bool]]:
    """What a text can be, and whether nothing outside the program decides."""
    if depth > 4:
        return
    if isinstance(expr, Template):
        parts = [list(_texts(world, part, scope, depth + 1)) or [("{}", True)] for part in expr.parts]
        for count, combined in enumerate(product(*parts)):
            if count == _MOST_TEXTS:
                return
            yield "".join(text for text, _ in combined), all(certain for _, certain in combined)
        return
    if isinstance(expr, Constant):
        if isinstance(expr.value, str):
            yield expr.value, True
        return
    if isinstance(expr, Name):
        module = world.program.modules[scope.path]
        for function in (scope.function, 0):
            bindings = module.bindings(function, -1).get(expr.path, ())
            for binding in bindings:
                yield from _texts(world, binding.value, Scope(module.path, binding.function, binding.owner), depth + 1)
            if bindings:
                return
    for value in world.program.resolver.values(expr, scope):
        if isinstance(value, ConstantValue) and isinstance(value.value, str):
            yield value.value, True
        elif isinstance(value, External) and value.made is not None and value.name.rstrip("()") in _FROM_ENVIRONMENT:
            record, outer = record_of(world.program, value.made)
            if len(record.arguments) > 1:
                yield from ((text, False) for text, _ in _texts(world, record.arguments[1], outer, depth + 1))


def _bodies(world: World, read: Arguments, which: Iterable[int | str]) -> Iterator[Value]:
    """The body as it is handed over, or what an encoder made it from."""
    for one in which:
        for value in read.given(one)[1]:
            if isinstance(value, External) and value.name in _ENCODERS and value.made is not None:
                yield from Arguments(world.program, value.made).given(0)[1]
            else:
                yield value


def _in_bodies(world: World, read: Arguments, bodies: Values, key: str) -> Values:
    found: list[Value] = []
    for body in bodies:
        found += read.in_values((body,), key)[1]
    # `body["stream"] = True` after the display.
    for name, expr in read.record.keywords:
        if isinstance(expr, Name) and name is not None:
            for binding, module in world.program.resolver.stores(expr.path, read.scope):
                if binding.key == key:
                    found += world.program.resolver.bound(binding, module)
    return tuple(dict.fromkeys(found))
