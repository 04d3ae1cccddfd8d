"""Every API call with its verdict, for programs: a public contract that only grows."""

from __future__ import annotations

from typing import Any, Final

from tierlint.model import EntryPoint, JudgedCall, Report
from tierlint.report.document import evidence, path_and_line, position, problems, to_text
from tierlint.report.view import View, calls_in_order
from tierlint.rules.chain import by_urgency, somebody_waits

VERSION: Final = 1


def render(report: Report, view: View) -> str:
    return to_text(
        {
            "version": VERSION,
            "tierlint": view.version,
            "models_as_of": view.models_as_of,
            "calls": [_call(call) for call in calls_in_order(report.judged_calls)],
            "problems": problems(report),
        }
    )


def _call(judged: JudgedCall) -> dict[str, Any]:
    call, verdict, route = judged.api_call, judged.verdict, judged.route
    return {
        **position(call.at),
        "callee": call.callee,
        "method": call.method,
        "sdk": call.sdk,
        "api": call.api,
        "provider": call.provider,
        "host": call.host,
        "model": call.model,
        "tier": call.tier,
        "stream": call.stream,
        "function": call.function_name,
        "verdict": verdict.tier,
        "confidence": verdict.confidence,
        "fan_out": verdict.fan_out,
        "fixable": judged.fix is not None and judged.fix.safety == "safe",
        "route": {"mechanism": route.mechanism, "discount": route.discount, "obstacle": route.obstacle},
        "entries": _entries(judged),
        "evidence": [evidence(one) for one in verdict.because],
    }


def _entries(judged: JudgedCall) -> list[dict[str, Any]]:
    """The entry points with who waits there, and the tier that the request is sent with from each."""
    tiers: dict[EntryPoint, list[str | None]] = {}
    for trace in by_urgency(judged.traces):
        tiers.setdefault(trace.entry, []).append(trace.tier)
    return [
        {
            "kind": entry.kind,
            "function": entry.name,
            **path_and_line(entry.at),
            "waits": somebody_waits(entry, judged),
            "tier": sent[0] if len(set(sent)) == 1 else "<expr>",
        }
        for entry, sent in tiers.items()
    ]
