"""By which mechanism a call gets its discount, what stands in the way, and whether adding Flex is safe."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Final

from msgspec import Struct

from tierlint.catalog.models import Model, Models, find
from tierlint.catalog.sdk_tables import Method
from tierlint.model import ApiCall, Route, TierPlace, Verdict
from tierlint.requirements import Requirement, release

OFFICIAL_HOST: Final = "api.openai.com"
# A model that goes this soon is worth a word, and too late for a change that nobody reads.
NOTICE: Final = timedelta(days=30)
# Flex and Batch where the price list has no figure of its own.
HALF: Final = 0.5
# What the official SDK waits when it is told nothing, in seconds: less is too little for Flex.
PATIENT: Final = 600.0
# Where the tier is a part of what is sent, no version of a library has to know it.
ANY_VERSION: Final = "0"

_WITHOUT_FLEX: Final = {
    "audio": "audio requests have",
    "assistants": "assistant runs have",
    "completions": "legacy completions have",
    "embeddings": "embeddings have",
    "images": "images have",
    "moderations": "moderations have",
}


class Safety(Struct, frozen=True):
    """Whether Flex can be added without a person looking; why_not is the first thing that is not proved."""

    safe: bool
    why_not: str | None = None


def route(call: ApiCall, verdict: Verdict, models: Models, *, method: Method, requirement: Requirement | None) -> Route:
    """How this call gets the discount that its verdict allows; `requirement` is for the call's own SDK."""
    if verdict.tier == "standard":
        return Route("none", 0.0, None)
    if obstacle := _out_of_reach(call, models):
        return Route("none", 0.0, obstacle)
    if verdict.tier == "undetermined":
        return Route("none", 0.0, "nothing here says who waits for the answer")
    if method.tier == "none" and method.batch is None:
        return Route("none", 0.0, _no_such("cheaper tier", call))
    flex = _flex(call, models, method, requirement)
    window = _window(call, models, requirement)
    batch = _batch(call, models, method)
    order = (batch, flex, window) if verdict.tier == "batch" else (flex, window, batch)
    offered = [candidate for candidate in order if candidate.mechanism != "none"]
    if not offered:
        return Route("none", 0.0, "; ".join(filter(None, (flex.obstacle, batch.obstacle))))
    chosen = offered[0]
    if chosen is order[0]:
        return chosen
    offers = ", or ".join(_offer(candidate, call, models) for candidate in offered)
    return Route(chosen.mechanism, chosen.discount, f"{order[0].obstacle}; {offers}")


def safety(
    call: ApiCall,
    verdict: Verdict,
    models: Models,
    *,
    place: TierPlace | None,
    requirement: Requirement | None,
    assume_openai_host: bool = True,
) -> Safety:
    """Whether it is proved that writing Flex at this place changes nothing but the call's price and its patience."""
    doubts = _doubts(call, verdict, models, place, requirement, assume_openai_host)
    why_not = next(doubts, None)
    return Safety(why_not is None, why_not)


def refusal(call: ApiCall, method: Method, requirement: Requirement | None) -> str | None:
    """Why a call that passes a tier raises on it: its endpoint has none, or the SDK is too old."""
    if call.tier is None:
        return None
    if method.tier == "none" and call.sdk == "openai":
        endpoint = _WITHOUT_FLEX.get(call.api, "these requests have").removesuffix(" have").removesuffix(" has")
        return f"{endpoint[0].upper() + endpoint[1:]} take no `service_tier`: {call.sdk} raises TypeError on it"
    if method.tier != "keyword" or call.tier != "flex":
        return None
    place = next((place for place in call.places if place.at_call), None)
    if too_old := _too_old(requirement, place.since if place else None, "takes flex"):
        return too_old[0].upper() + too_old[1:]
    return None


def has_flex(call: ApiCall, models: Models) -> bool:
    """Whether the model is a literal on the Flex list, and OpenAI's endpoint takes the tier."""
    model = find(models, call.model) if call.model else None
    takes_tier = call.api in ("chat", "responses") and call.provider == "openai"
    return takes_tier and model is not None and model.flex == "yes"


def shutdown_notice(model: Model, models: Models) -> str | None:
    """That the model is gone or goes soon, seen from the day of the model list: never from today's clock."""
    if model.shutdown is None or model.shutdown > models.as_of + NOTICE:
        return None
    verb = "shuts down" if model.shutdown > models.as_of else "was shut down"
    return f"{model.id} {verb} on {model.shutdown}"


def _out_of_reach(call: ApiCall, models: Models) -> str | None:
    if call.provider == "other":
        where = f" ({call.host})" if call.host else ""
        return f"another vendor's host{where}: OpenAI's tiers do not apply"
    if call.host == f"eu.{OFFICIAL_HOST}":
        return "EU data residency: only standard processing is available there"
    model = find(models, call.model) if call.model else None
    if model and model.shutdown and model.shutdown <= models.as_of:
        return shutdown_notice(model, models)
    return None


def _flex(call: ApiCall, models: Models, method: Method, requirement: Requirement | None) -> Route:
    if method.tier == "none":
        return Route("none", 0.0, _no_such("Flex", call))
    if call.provider == "azure":
        return Route("none", 0.0, "Azure: Flex is a preview for few deployments")
    ids = (call.model,) if call.model else call.models
    known = [(model_id, find(models, model_id)) for model_id in ids]
    takers = [model for _, model in known if model and model.flex != "no"]
    if known and not takers:
        return Route("none", 0.0, _refusal(*known[0]))
    obstacles = [_refusal(*pair) for pair in known if not pair[1] or pair[1].flex != "yes"]
    obstacles += [notice for model in takers if (notice := shutdown_notice(model, models))]
    if not known:
        obstacles.append("the model is not known here, so support must be checked")
    if call.provider == "configurable":
        obstacles.append("the host is set at run time, and the tier is OpenAI's own")
    if not call.places and method.tier == "indirect":
        obstacles.append(f"{call.sdk} takes the tier where the object is built, and that was not found here")
    if method.tier == "keyword" and method.tier_since is None and call.sdk == "openai":
        obstacles.append("this call is written for openai before 1.0")
    since = call.places[0].since if call.places else method.tier_since
    if too_old := _too_old(requirement, since, "takes flex"):
        obstacles.append(too_old)
    discount = min((model.saves.get("flex", HALF) for model in takers), default=HALF)
    return Route("flex", discount, "; ".join(obstacles) or None)


def _window(call: ApiCall, models: Models, requirement: Requirement | None) -> Route:
    model = find(models, call.model) if call.model else None
    takes_windows = call.sdk == "openai" and call.method.endswith("responses.create")
    if not (model and model.windows and takes_windows and call.provider == "openai"):
        return Route("none", 0.0, "no background completion window")
    obstacles = ["it cannot stream"] if call.stream else []
    if too_old := _too_old(requirement, models.windows_since, "has it"):
        obstacles.append(too_old)
    return Route("background-window", min(model.windows.values()), "; ".join(obstacles) or None)


def _batch(call: ApiCall, models: Models, method: Method) -> Route:
    if method.batch is None:
        return Route("none", 0.0, _no_such("Batch", call))
    if call.provider == "azure":
        return Route("batch", HALF, "Azure: Batch needs a Global Batch deployment of the model")
    if call.api == "moderations":
        return Route("batch", 0.0, "moderation is free: a batch only spares the rate limit")
    ids = (call.model,) if call.model else call.models
    known = [(model_id, find(models, model_id)) for model_id in ids]
    if known and all(model and model.batch == "no" for _, model in known):
        return Route("none", 0.0, f"{known[0][0]} has no Batch")
    obstacles = [
        f"{model_id} may not have Batch, so support must be checked"
        for model_id, model in known
        if not model or model.batch != "yes"
    ]
    if call.provider == "configurable":
        obstacles.append("the host is set at run time, and the Batch API is OpenAI's own")
    if call.stream:
        obstacles.append("a request in a batch cannot stream")
    discount = min((model.saves.get("batch", HALF) for _, model in known if model), default=HALF)
    return Route("batch", discount, "; ".join(obstacles) or None)


def _offer(candidate: Route, call: ApiCall, models: Models) -> str:
    model = find(models, call.model) if call.model else None
    windows = sorted(model.windows.values()) if model else []
    says = {
        "flex": f"Flex saves {candidate.discount:.0%}",
        "batch": "Batch is half price" if candidate.discount == HALF else "Batch takes it",
        "background-window": "a background completion window (Responses only) saves "
        + " to ".join(f"{share:.0%}" for share in windows),
    }[candidate.mechanism]
    return f"{says} ({candidate.obstacle})" if candidate.obstacle else says


def _no_such(mechanism: str, call: ApiCall) -> str:
    if call.api in _WITHOUT_FLEX:
        return f"{_WITHOUT_FLEX[call.api]} no {mechanism}"
    if call.sdk == "openai":
        return f"{call.method.removeprefix('openai.')} has no {mechanism}"
    return f"{call.sdk} offers no {mechanism}"


def _refusal(model_id: str, model: Model | None) -> str:
    if model is None:
        return f"{model_id} is not known here, so support must be checked"
    if model.flex == "uncertain":
        return f"whether {model_id} has Flex is not certain, so support must be checked"
    return f"{model_id} has no Flex"


def _doubts(
    call: ApiCall,
    verdict: Verdict,
    models: Models,
    place: TierPlace | None,
    requirement: Requirement | None,
    assume_openai_host: bool,
) -> Iterator[str]:
    if verdict.tier != "flex" or verdict.confidence != "high":
        yield f"the verdict is {verdict.tier} with {verdict.confidence} confidence"
    if not call.certain:
        yield "the receiver of the call was not resolved"
    if call.timeout is None and call.default_timeout is not None and call.default_timeout < PATIENT:
        yield f"{call.sdk} gives up after {call.default_timeout:g} s when it is told nothing, and Flex may take longer"
    if call.provider != "openai" or call.host not in (None, OFFICIAL_HOST):
        yield f"the client talks to {call.host or call.provider}, not to {OFFICIAL_HOST}"
    if call.host is None and not assume_openai_host:
        yield "the environment may set another host"
    if place is None:
        yield "the call takes no service_tier"
    elif not place.closed or call.tier is not None:
        yield "the arguments may set a tier already"
    if call.model is None:
        yield "the model is not known here"
    else:
        model = find(models, call.model)
        if model is None or model.flex != "yes":
            yield f"{call.model} is not on the Flex list of {models.as_of}"
        elif notice := shutdown_notice(model, models):
            yield notice
    since = place.since if place is not None else None
    if since is None:
        yield "no version of the SDK is known in which this method takes flex"
    if since == ANY_VERSION:
        return
    if requirement is None:
        yield f"no file says which version of {call.sdk} is used"
    elif requirement.version is None:
        yield f"{requirement.distribution} is required without a lowest version"
    elif too_old := _too_old(requirement, since, "takes flex"):
        yield too_old


def _too_old(requirement: Requirement | None, since: str | None, what: str) -> str | None:
    if not (requirement and requirement.version and since):
        return None
    if release(requirement.version) >= release(since):
        return None
    version = f"{requirement.distribution} version ({requirement.version})"
    return f"the required {version} is older than {since}, which {what}"
