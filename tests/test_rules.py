"""What each rule says of a judged call, and when it says nothing."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace

from tierlint.catalog.models import adjusted, load
from tierlint.model import (
    ApiCall,
    CallEdge,
    CallId,
    Diagnostic,
    EntryPoint,
    Evidence,
    Fix,
    FunctionId,
    JudgedCall,
    Location,
    Reading,
    Route,
    Splice,
    TierPlace,
    Trace,
    Verdict,
)
from tierlint.rules import RULES, page
from tierlint.rules.chain import decisive_trace

MODELS = load()
WORK = FunctionId("shop/mail.py", 2)
AT = Location("shop/mail.py", 21, 5, 21, 60)
ON_FLEX = (
    '`service_tier="flex"` saves 50%: allow a timeout of 900 s and handle 429 `flex_unavailable`, '
    f"which is not billed (Flex list of {MODELS.as_of})."
)
BY_WINDOW = (
    'Pass `background=True, background_options={"completion_window": "8h"}` and fetch the answer when it is '
    "done (at least 30% less)."
)
KEYWORD = Splice("shop/mail.py", 400, 400, ', service_tier="flex"')
SAFE = Fix('Add `service_tier="flex"`', "safe", (KEYWORD,))


def trace(kind: str, *hops: CallEdge, line: int = 3, **more: Any) -> Trace:
    start = hops[0].caller if hops else WORK
    entry = EntryPoint(start, "shop.mail:start", kind, Location("shop/mail.py", line, 1, line, 9), f"a {kind}")
    marks = {"detached": None, "waits": None, "fan_out": None, "chained": None, "interactive": None}
    return Trace(entry, hops, certain=True, **{**marks, **more})


def call(
    verdict: str = "flex",
    route: Route | None = None,
    *,
    confidence: Any = "high",
    because: str = "a queue task runs it",
    traces: tuple[Trace, ...] = (),
    fix: Fix | None = None,
    reading: Reading | None = None,
    **api: Any,
) -> JudgedCall:
    values: dict[str, Any] = {
        "call": CallId("shop/mail.py", 7),
        "callee": "client.responses.create",
        "method": "openai.OpenAI.responses.create",
        "sdk": "openai",
        "api": "responses",
        "provider": "openai",
        "host": None,
        "model": "gpt-5.4",
        "models": ("gpt-5.4",),
        "tier": None,
        "stream": False,
        "timeout": None,
        "certain": True,
        "closed": True,
        "function": WORK,
        "function_name": "shop.mail:write",
        "at": AT,
        "client": None,
        **api,
    }
    mechanism = {"flex": "flex", "batch": "batch"}.get(verdict, "none")
    return JudgedCall(
        ApiCall(**values),
        traces,
        Verdict(verdict, confidence, (Evidence(because, AT),)),  # type: ignore[arg-type]
        route or Route(mechanism, 0.5 if mechanism != "none" else 0.0, None),
        fix,
        reading,
    )


def found(judged: JudgedCall) -> list[Diagnostic]:
    return [one for rule in RULES for one in rule.check(judged, MODELS)]


def said(judged: JudgedCall) -> list[tuple[str, str]]:
    return [(one.rule, one.message) for one in found(judged)]


# --- TL101 and TL102 ------------------------------------------------------------------------------


def test_flex_candidate() -> None:
    [one] = found(call(fix=SAFE, confidence="medium"))
    assert (one.rule, one.at, one.confidence, one.fix) == ("TL101", AT, "medium", SAFE)
    assert one.message == (f"Nobody waits for this answer: a queue task runs it. {ON_FLEX}")


@pytest.mark.parametrize(
    ("route", "advice"),
    [
        (
            Route("flex", 0.5, "gpt-5 shuts down on 2026-12-11"),
            f"a queue task runs it. {ON_FLEX} gpt-5 shuts down on 2026-12-11.",
        ),
        (
            Route("background-window", 0.3, "gpt-6.2-sol has no Flex"),
            f"a queue task runs it. gpt-6.2-sol has no Flex. {BY_WINDOW}",
        ),
    ],
)
def test_flex_candidate_names_the_route(route: Route, advice: str) -> None:
    assert said(call(route=route)) == [("TL101", f"Nobody waits for this answer: {advice}")]


def test_what_is_started_by_hand_can_wait() -> None:
    [(_, message)] = said(call(because="a script", traces=(trace("command"),)))
    assert message == f"This answer can wait: a script. {ON_FLEX}"


def test_flex_through_a_wrapper_is_spelled_its_way_and_where() -> None:
    built = Location("jobs/models.py", 3, 7, 3, 40)
    place = TierPlace(CallId("jobs/models.py", 0), "extra/service_tier", "1.0", at_call=False, closed=True, at=built)
    [(_, message)] = said(call(sdk="langchain", places=(place,)))
    assert '`extra={"service_tier": "flex"}`, where the object is built (jobs/models.py:3), saves 50%' in message
    assert "not written for you" not in message
    shared = replace(call(sdk="langchain", places=(place,)), no_fix="`Model` also serves a call that waits (a.py:1)")
    [(_, message)] = said(shared)
    assert message.endswith("It is not written for you: `Model` also serves a call that waits (a.py:1).")


def test_batch_candidate() -> None:
    [one] = found(call("batch", because="one request per row", fix=SAFE))
    assert one.rule == "TL102"
    assert one.message == (
        "Nobody waits for these answers: one request per row. Sent as one Batch API file, the requests cost "
        '50% less. Flex costs the same today with one keyword, `service_tier="flex"` (timeout 900 s, 429 '
        "`flex_unavailable`)."
    )
    assert one.fix and (one.fix.safety, one.fix.edits) == ("unsafe", (KEYWORD,))


@pytest.mark.parametrize("api", [{"api": "embeddings"}, {"model": "gpt-4.1"}, {"model": None}, {"provider": "azure"}])
def test_batch_candidate_offers_flex_only_where_it_is_known_to_work(api: dict[str, Any]) -> None:
    [(_, message)] = said(call("batch", **api))
    assert "Flex" not in message


@pytest.mark.parametrize(
    "silent",
    [
        call("standard"),
        call("undetermined"),
        call(tier="flex"),
        call(tier="priority"),
        call("batch", tier="flex"),
        call(route=Route("batch", 0.5, "gpt-4.1 has no Flex: Batch is half price")),
        call(route=Route("none", 0.0, "gpt-9 has no cheaper tier")),
        call("batch", Route("batch", 0.0, "moderation is free")),
    ],
)
def test_nothing_to_gain_nothing_to_say(silent: JudgedCall) -> None:
    assert said(silent) == []


# --- TL201 and TL301 ------------------------------------------------------------------------------


def test_discount_tier_on_live_path() -> None:
    reading = Reading(None, "", {"service_tier": (30, 51)}, {})
    [one] = found(call("standard", tier="flex", because="a web request waits for it.", reading=reading))
    assert (one.rule, one.confidence) == ("TL201", "high")
    assert one.message == (
        "Somebody waits for this answer: a web request waits for it. Flex may take minutes or refuse with "
        "429 `flex_unavailable`; leave the tier out here, or pass it in from the background callers only."
    )
    assert one.fix and one.fix.safety == "unsafe" and one.fix.why_unsafe
    assert one.fix.edits == (Splice("shop/mail.py", 30, 51, ""),)


@pytest.mark.parametrize(
    "silent",
    [
        call("standard", tier="priority"),
        call("standard", tier="<expr>"),
        call("standard", tier="flex", confidence="low"),
        call("flex", tier="flex"),
        call("undetermined", tier="flex"),
    ],
)
def test_a_tier_that_may_be_right_is_left_alone(silent: JudgedCall) -> None:
    assert said(silent) == []


@pytest.mark.parametrize(
    ("model", "confidence", "message"),
    [
        ("gpt-4.1", "high", f"`gpt-4.1` has no Flex tier (list of {MODELS.as_of})"),
        ("gpt-6.2-sol", "high", f"`gpt-6.2-sol` has no Flex tier (list of {MODELS.as_of})"),
        (
            "gpt-5.4-pro",
            "medium",
            f"`gpt-5.4-pro` may have no Flex: the price lists of {MODELS.as_of} and practice disagree",
        ),
        (
            "gpt-9",
            "low",
            f"`gpt-9` is not on the Flex list of {MODELS.as_of}, and new models do not get Flex",
        ),
    ],
)
def test_flex_unsupported_model(model: str, confidence: str, message: str) -> None:
    reading = Reading(None, "", {"service_tier": (30, 51)}, {})
    [one] = found(call(tier="flex", model=model, models=(model,), reading=reading))
    assert (one.rule, one.confidence) == ("TL301", confidence)
    failure = "the request fails with HTTP 400, without falling back to standard."
    assert one.message.startswith(f"{message}: {failure}")
    assert one.fix and (one.fix.safety, one.fix.edits) == ("unsafe", (Splice("shop/mail.py", 30, 51, ""),))


def test_one_of_several_models_is_less_certain() -> None:
    [one] = found(call(tier="flex", model=None, models=("gpt-5.4", "gpt-4.1")))
    assert (one.rule, one.confidence) == ("TL301", "medium")
    assert one.message.startswith("`gpt-4.1` has no Flex tier")


def test_the_user_knows_better_which_models_have_flex() -> None:
    judged = call(tier="flex", model="gpt-9")
    checks = [rule.check for rule in RULES]
    extended, excluded = adjusted(MODELS, ["gpt-9"]), adjusted(MODELS, (), ["gpt-5.4"])
    assert [one for check in checks for one in check(judged, extended)] == []
    judged = call(tier="flex", model="gpt-5.4")
    assert [one.rule for check in checks for one in check(judged, excluded)] == ["TL301"]


@pytest.mark.parametrize(
    "silent",
    [
        call(tier="flex"),
        call(tier="flex", model=None, models=()),
        call(tier="flex", model="gpt-4.1", provider="azure"),
        call(tier="priority", model="gpt-4.1", models=("gpt-4.1",)),
        call(tier="flex", model="gpt-5.4-2026-03-05"),
    ],
)
def test_flex_that_may_work_is_left_alone(silent: JudgedCall) -> None:
    assert said(silent) == []


# --- The way to the call --------------------------------------------------------------------------


def edge(caller: int, callee: int, line: int, how: Any = "direct", **more: Any) -> CallEdge:
    at = Location("shop/mail.py", line, 5, line, 20)
    path = "shop/mail.py"
    values = {"fan_out": None, "waits": True, **more}
    ids = FunctionId(path, caller), FunctionId(path, callee)
    return CallEdge(ids[0], ids[1], CallId(path, line), how, at=at, **values)


def test_the_chain_leads_from_the_entry_point_to_the_call() -> None:
    items = Evidence("for every order", AT)
    way = trace("schedule", edge(9, 5, 12, "detached", note="a thread"), edge(5, 2, 15, fan_out=items))
    [one] = found(call(traces=(way,)))
    assert [(step.text, step.at.line if step.at else 0) for step in one.related] == [
        ("schedule: a schedule", 3),
        ("`start` starts, without waiting for it, a function of the same file (a thread)", 12),
        ("calls `write`, once per item", 15),
    ]


def test_the_entry_point_that_can_wait_least_decides() -> None:
    ways = (
        trace("test", line=1),
        trace("web-request", line=2, detached=Evidence("create_task", AT)),
        trace("schedule", line=4),
        trace("web-request", line=5),
    )
    decisive = decisive_trace(call(traces=ways))
    assert decisive and decisive.entry.at.line == 5
    decisive = decisive_trace(call(traces=ways[:3]))
    assert decisive and decisive.entry.at.line == 4
    assert decisive_trace(call(traces=ways[:1])) and decisive_trace(call()) is None


def test_a_fingerprint_has_no_lines() -> None:
    moved = replace(call().api_call, at=Location("shop/mail.py", 99, 1, 99, 2))
    assert found(call())[0].fingerprint == found(replace(call(), api_call=moved))[0].fingerprint


# --- Their pages ----------------------------------------------------------------------------------

SECTIONS = ["What it finds", "Why it matters", "Example", "Fix and its safety", "When to ignore"]


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.code)
def test_every_page_has_the_same_sections(rule: Any) -> None:
    assert re.findall(r"^## (.+)$", rule.docs, re.MULTILINE) == SECTIONS
    assert page(rule).startswith(f"# {rule.name} ({rule.code})\n\n{rule.summary}")


def test_codes_are_in_order_and_names_are_unique() -> None:
    codes = [rule.code for rule in RULES]
    assert codes == sorted(set(codes))
    assert len({rule.name for rule in RULES}) == len(RULES)


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.code)
def test_the_examples_of_a_page_do_what_it_says(rule: Any, tmp_path: Path) -> None:
    pytest.importorskip("tierlint.pipeline")
    before, after = re.findall(r"```python\n(.*?)```", rule.docs, re.DOTALL)
    for name, source, expected in (("before", before, [rule.code]), ("after", after, [])):
        folder = tmp_path / name
        folder.mkdir()
        (folder / "pyproject.toml").write_text('[project]\nname = "shop"\ndependencies = ["openai>=3"]\n')
        (folder / "shop.py").write_text(source)
        command = [sys.executable, "-m", "tierlint", "--output-format", "concise", "--no-cache", "."]
        done = subprocess.run(command, cwd=folder, capture_output=True, text=True)
        assert re.findall(r"^\S+: (TL\d+)", done.stdout, re.MULTILINE) == expected, done.stdout + done.stderr
