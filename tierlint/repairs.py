"""What to write where: the edit that gives a judged call its tier, and those that spell a lost one right."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cache
from pathlib import Path

from msgspec import Struct
from msgspec.structs import replace

from tierlint import routes
from tierlint.api_calls import Known
from tierlint.api_calls.sharing import is_only_used_by
from tierlint.catalog.models import Models, find
from tierlint.idle_callers import callers_to_tell
from tierlint.local_names import local_names
from tierlint.model import (
    CallId,
    Fix,
    JudgedCall,
    Loss,
    LostTier,
    Reading,
    Splice,
    TierPlace,
)
from tierlint.program import Program
from tierlint.readings import Readings
from tierlint.requirements import Requirement, nearest
from tierlint.tier_chains import Chains, InTheWay
from tierlint.tier_edits import Written, spelled, written
from tierlint.tier_parameters import handed_down

_CAN_WAIT = ("flex", "batch")


class Workshop(Struct, frozen=True):
    """What repairs are made with: the program, what was read of its calls, and what the project says of its SDKs and of
    its Python."""

    root: Path
    program: Program
    known: Known
    readings: Mapping[CallId, Reading]
    models: Models
    requirement: Callable[[JudgedCall], Requirement | None]
    python: Sequence[Requirement]
    assume_openai_host: bool


def repaired(shop: Workshop, judged: Sequence[JudgedCall]) -> tuple[JudgedCall, ...]:
    """The calls with their fixes; what several calls share is only changed for all of them."""
    sharers: dict[CallId, list[JudgedCall]] = {}
    for call in judged:
        for place in call.api_call.places:
            sharers.setdefault(place.call, []).append(call)

    @cache
    def is_sole(built: CallId) -> bool:
        # The same for all calls that share an object, and a look at each of its uses.
        requests = {other.api_call.call for other in sharers[built]}
        return is_only_used_by(shop.program, shop.known, built, requests)

    return tuple(_repaired(shop, call, sharers, is_sole) for call in judged)


def _repaired(
    shop: Workshop,
    call: JudgedCall,
    sharers: Mapping[CallId, Sequence[JudgedCall]],
    is_sole: Callable[[CallId], bool],
) -> JudgedCall:
    call = replace(call, losses=tuple(_loss(shop, call, lost) for lost in call.api_call.lost))
    if not _wants_flex(shop, call):
        return call
    why_not: str | None = None
    for place, obstacle, doubt in _places(shop, call, sharers, is_sole):
        reading = shop.readings.get(place.call)
        text: Written | str = obstacle or "notebooks are not edited"
        if obstacle is None and reading is not None:
            text = written(
                place.call.path, reading, place.spelling, local_names(shop.root, shop.program, place.call.path)
            )
        if isinstance(text, str):
            why_not = why_not or text
            continue
        safety = routes.safety(
            call.api_call,
            call.verdict,
            shop.models,
            place=place,
            requirement=shop.requirement(call),
            assume_openai_host=shop.assume_openai_host,
        )
        why_unsafe = safety.why_not or doubt
        where = "" if place.at_call else f" where `{_built(shop, place.call)}` is built"
        title = f"Add `{spelled(place.spelling)}`{where}"
        fix = Fix(title, "unsafe" if why_unsafe else "safe", text.edits, why_unsafe)
        return replace(call, place=place, fix=fix)
    return replace(call, no_fix=why_not)


def _wants_flex(shop: Workshop, call: JudgedCall) -> bool:
    """Nobody waits, and the keyword would reach the model, as far as anything here says."""
    api_call = call.api_call
    if call.verdict.tier not in _CAN_WAIT or api_call.tier is not None or api_call.lost:
        return False
    if api_call.provider in ("other", "azure") or not api_call.places:
        return False
    if api_call.model is None:
        return not api_call.models
    model = find(shop.models, api_call.model)
    return model is not None and model.flex == "yes"


def _places(
    shop: Workshop,
    call: JudgedCall,
    sharers: Mapping[CallId, Sequence[JudgedCall]],
    is_sole: Callable[[CallId], bool],
) -> Iterator[tuple[TierPlace, str | None, str | None]]:
    """Where the tier could be written: where the object is built if all its calls can wait, then at the call.

    With each place, why it must not be written there, and what is not proved of the place.
    """
    for place in sorted(call.api_call.places, key=lambda one: one.at_call):
        if place.at_call:
            yield place, None, None
            continue
        others = sharers[place.call]
        impatient = next((other for other in others if not _could_wait(other)), None)
        if impatient is not None:
            at = impatient.api_call.at
            name = _built(shop, place.call)
            what = f"`{name}` also serves a call that is not known to be able to wait ({at.path}:{at.line})"
            yield place, what, None
            continue
        yield place, None, None if is_sole(place.call) else "what is built here may be used elsewhere too"


def _could_wait(call: JudgedCall) -> bool:
    return call.verdict.tier in _CAN_WAIT and call.api_call.tier in (None, "flex")


def _loss(shop: Workshop, call: JudgedCall, lost: LostTier) -> Loss:
    """The right spelling in place of a lost one, if the library has one at that very call."""
    at = shop.program.location(lost.call)
    reading = shop.readings.get(lost.call)
    keyword, *inner = lost.spelling.split("/")
    if reading is None or keyword not in reading.keywords or inner or lost.tier == "<expr>":
        return Loss(lost, at, None)
    removal = Splice(at.path, *reading.keywords[keyword], "")
    if lost.right is None:
        why = "the tier may be meant for another version of the library"
        return Loss(lost, at, Fix(f"Remove `{keyword}`", "unsafe", (removal,), why) if lost.how == "raises" else None)
    text = written(at.path, reading, lost.right, local_names(shop.root, shop.program, lost.call.path), lost.tier)
    if isinstance(text, str):
        return Loss(lost, at, None)
    start, end = reading.values[keyword]
    whole = Splice(at.path, start - len(f"{keyword}="), end, text.item)
    alone = lost.right.partition("/")[0] not in reading.keywords and _is_spelled_tightly(shop, whole, keyword)
    edits = (*text.edits[:-1], whole) if alone else (*text.edits, removal)
    return Loss(lost, at, Fix(f"Write `{spelled(lost.right, lost.tier)}`", "safe", edits))


def _is_spelled_tightly(shop: Workshop, edit: Splice, keyword: str) -> bool:
    data = (shop.root / edit.path).read_bytes()
    return data[edit.start :].startswith(f"{keyword}=".encode())


def _built(shop: Workshop, made: CallId) -> str:
    return shop.program.modules[made.path].call(made.index).name


def with_tier_handed_down(shop: Workshop, chains: Chains, readings: Readings, call: JudgedCall) -> JudgedCall:
    """A call that some can wait for and others cannot, with the edits that let the former say so."""
    if not callers_to_tell(call) or not routes.has_flex(call.api_call, shop.models):
        return call
    try:
        chain = chains.to(call)
        fix = handed_down(
            shop.program,
            call,
            chain,
            readings.of_calls((call.api_call.call, *(told.call for told in chain.told))),
            readings.of_functions(chain.functions),
            shop.requirement(call),
            lambda path: local_names(shop.root, shop.program, path),
            lambda path: nearest(shop.python, path),
        )
    except InTheWay as obstacle:
        return replace(call, no_fix=str(obstacle))
    return replace(call, fix=fix)
