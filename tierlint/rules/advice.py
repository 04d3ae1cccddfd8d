"""What to write to get the discount, and what to be ready for."""

from __future__ import annotations

from typing import Final

from msgspec.structs import replace

from tierlint.catalog import BY_HAND
from tierlint.catalog.models import Models
from tierlint.model import Fix, JudgedCall
from tierlint.rules.chain import decisive_trace
from tierlint.tier_edits import spelled

_MOST_OBSTACLES: Final = 2

TIER: Final = "service_tier"


def who_waits(call: JudgedCall, *, answer: str) -> str:
    """The first sentence of advice: that nobody needs the answer at once, and how that is known."""
    trace = decisive_trace(call)
    if trace and trace.entry.kind in BY_HAND:
        return f"{answer.capitalize()} can wait: {reason(call)}."
    return f"Nobody waits for {answer}: {reason(call)}."


def reason(call: JudgedCall) -> str:
    """The evidence that decided the verdict, to be read after a colon."""
    because = call.verdict.because
    texts = [because[0].text.strip().rstrip(".").removesuffix("; nobody waits")]
    spread = [one.text for one in because[1:] if any(one == trace.fan_out for trace in call.traces)]
    return "; ".join(texts + spread[:1] if call.verdict.tier == "batch" else texts)


def advice(call: JudgedCall, models: Models) -> str:
    """One or two sentences: the mechanism that this model, endpoint and SDK have, and its conditions."""
    obstacle = _sentence(call.route.obstacle)
    step = {"flex": _flex, "batch": _batch, "background-window": _window}[call.route.mechanism](call, models)
    # Where the verdict's own mechanism is not to be had, the obstacle says so and must come first.
    sentences = (step, obstacle) if call.route.mechanism == call.verdict.tier else (obstacle, step)
    return " ".join(sentence for sentence in sentences if sentence)


def flex_instead(call: JudgedCall) -> Fix | None:
    """The fix for work that suits the Batch API better: Flex, where somebody asks for it."""
    if call.fix is None:
        return None
    return replace(call.fix, safety="unsafe", why_unsafe="the Batch API suits this work better than Flex")


def _flex(call: JudgedCall, models: Models) -> str:
    place = call.place or next(iter(call.api_call.places), None)
    text = spelled(place.spelling if place is not None else TIER)
    where = "" if place is None or place.at_call else f", where the object is built ({place.at.path}:{place.at.line}),"
    left = f" It is not written for you: {call.no_fix}." if call.no_fix else ""
    return (
        f"`{text}`{where} saves {call.route.discount:.0%}: allow a timeout of 900 s and "
        f"handle 429 `flex_unavailable`, which is not billed (Flex list of {models.as_of}).{left}"
    )


def _batch(call: JudgedCall, models: Models) -> str:
    return f"Sent as one Batch API file, the requests cost {call.route.discount:.0%} less."


def _window(call: JudgedCall, models: Models) -> str:
    return (
        'Pass `background=True, background_options={"completion_window": "8h"}` and fetch the answer when it '
        f"is done (at least {call.route.discount:.0%} less)."
    )


def _sentence(text: str | None) -> str:
    if not text:
        return ""
    # A list of every model that a variable may hold would bury the advice; `explain` shows it whole.
    stripped = "; ".join(text.strip().rstrip(".").split("; ")[:_MOST_OBSTACLES])
    # A model's id keeps its spelling.
    is_word = stripped.split()[0].isalpha()
    return f"{stripped[0].upper() + stripped[1:] if is_word else stripped}."
