"""Every API call with its verdict, for people: one aligned line each."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from tierlint.catalog import BY_HAND
from tierlint.model import EntryPoint, JudgedCall, Report
from tierlint.report.view import View, calls_in_order, count, line_place, paint, place, printable
from tierlint.rules.chain import by_urgency, decisive_trace, somebody_waits

_HEADER: Final = ("call", "callee", "verdict", "confidence", "entry point")
_STYLES: Final = {"flex": "green", "batch": "green", "standard": "bold", "undetermined": "dim"}
_WIDEST_CALLEE: Final = 48
_MOST_NAMED: Final = 5


def render(report: Report, view: View) -> str:
    calls = calls_in_order(report.judged_calls)
    rows = [_HEADER, *(_row(call, view) for call in calls)]
    widths = [max(len(row[column]) for row in rows) for column in range(len(_HEADER))]
    lines = []
    for row, parted in zip(rows, ((), *(_parted(call, view) for call in calls)), strict=True) if calls else ():
        cells = [cell.ljust(width) for cell, width in zip(row[:-1], widths, strict=False)] + [row[-1]]
        if row is _HEADER:
            cells = [paint(cell, "bold", view.color) for cell in cells]
        else:
            cells[2] = paint(cells[2], _STYLES[row[2]], view.color)
        lines += ["  ".join(cells), *parted]
    if view.summary:
        lines += ["", _summary(report, calls)] if calls else [_summary(report, calls)]
    return "".join(f"{line}\n" for line in lines)


def _row(call: JudgedCall, view: View) -> tuple[str, str, str, str, str]:
    trace = decisive_trace(call)
    entry = f"{trace.entry.kind} {line_place(trace.entry.at, view)}" if trace else "-"
    others = len({one.entry for one in call.traces}) - 1
    more = f" (+{others})" if others > 0 else ""
    callee = printable(call.api_call.callee)
    if len(callee) > _WIDEST_CALLEE:
        callee = callee[: _WIDEST_CALLEE - 1] + "…"
    return place(call.api_call.at, view), callee, call.verdict.tier, call.verdict.confidence, f"{entry}{more}"


def _parted(call: JudgedCall, view: View) -> Iterator[str]:
    """Who waits and who does not, where a call serves both."""
    groups: dict[str, list[EntryPoint]] = {"waits": [], "nobody waits": [], "can wait": []}
    for entry in dict.fromkeys(trace.entry for trace in by_urgency(call.traces)):
        waits = somebody_waits(entry, call)
        if waits is not None:
            groups["waits" if waits else "can wait" if entry.kind in BY_HAND else "nobody waits"].append(entry)
    if not groups["waits"] or not (groups["nobody waits"] or groups["can wait"]):
        return
    for said, entries in groups.items():
        for entry in entries[:_MOST_NAMED]:
            yield f"  {said}: {entry.kind} {printable(entry.name)} ({line_place(entry.at, view)})"
        if len(entries) > _MOST_NAMED:
            yield f"  {said}: {len(entries) - _MOST_NAMED} more"


def _summary(report: Report, calls: list[JudgedCall]) -> str:
    tiers = [call.verdict.tier for call in calls]
    shares = [f"{tiers.count(tier)} {tier}" for tier in _STYLES if tier in tiers]
    verdicts = f" ({', '.join(shares)})" if shares else ""
    unread = len({problem.path for problem in report.problems})
    return (
        f"{count(len(calls), 'API call')}{verdicts}: {count(report.files_read, 'file')} read, {unread} not "
        f"readable, {count(report.unresolved_calls, 'call')} whose callee stayed unknown."
    )
