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
from tierlint.program.values import External
from tierlint.requirements import Requirement
from tierlint.tier_edits import LocalNames, Written, spelled, written

_CAN_WAIT = ("flex", "batch")


class Workshop(Struct, frozen=True):
    """What repairs are made with: the program, what was read of its calls, and what the project says of its SDKs."""

    root: Path
    program: Program
    known: Known
    readings: Mapping[CallId, Reading]
    models: Models
    requirement: Callable[[JudgedCall], Requirement | None]
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
            text = written(place.call.path, reading, place.spelling, _local_names(shop, place.call))
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
    text = written(at.path, reading, lost.right, _local_names(shop, lost.call), lost.tier)
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


def _local_names(shop: Workshop, call: CallId) -> LocalNames:
    """What classes go by in the file of a call; where some have no name, the import that gives them one."""
    module = shop.program.modules[call.path]
    items = [item for same in module.imports(0).values() for item in same]

    def named(name: str) -> str | None:
        package, _, last = name.rpartition(".")
        for item in items:
            found = shop.program.resolver.imported(call.path, item.module, item.level, item.attribute)
            if External(name) in found:
                return item.name
            if item.attribute is None and External(package) in found:
                return f"{item.name}.{last}"
        return None

    def local_names(names: tuple[str, ...]) -> tuple[dict[str, str], tuple[Splice, ...]] | None:
        known = {name: local for name in names if (local := named(name)) is not None}
        missing = sorted(set(names).difference(known))
        if not missing:
            return known, ()
        package = missing[0].rpartition(".")[0]
        root = package.partition(".")[0]
        lines = [i.line for i in items if not i.level and i.attribute and i.module.partition(".")[0] == root]
        if not lines or any(name.rpartition(".")[0] != package for name in missing):
            return None
        last = {name: name.rpartition(".")[2] for name in missing}
        edit = _import(shop, call.path, min(lines), f"from {package} import {', '.join(last.values())}")
        return {**known, **last}, (edit,)

    return local_names


def _import(shop: Workshop, path: str, line: int, statement: str) -> Splice:
    """An import on a line of its own, before the first import from the same package."""
    lines = (shop.root / path).read_bytes().splitlines(keepends=True)
    start = sum(len(text) for text in lines[: line - 1])
    text = lines[line - 1].decode("latin-1")
    indent = text[: len(text) - len(text.lstrip())]
    newline = "\r\n" if text.endswith("\r\n") else "\n"
    return Splice(path, start + len(indent), start + len(indent), f"{statement}{newline}{indent}")
