"""Everything that was found out about one call: the ways to it, the verdict, the discount, the unknowns."""

from __future__ import annotations

from collections.abc import Iterator
from textwrap import wrap

from tierlint.catalog import BY_HAND, ENTRY_KINDS
from tierlint.model import Diagnostic, Evidence, JudgedCall, Missing, Report, Trace
from tierlint.report.frame import frame
from tierlint.report.view import (
    View,
    count,
    evidence_line,
    evidence_text,
    line_place,
    paint,
    place,
    printable,
    step_text,
)
from tierlint.rules.chain import by_urgency, chain, somebody_waits

# More places than these say nothing new of where an answer goes.
MOST_ENDS = 12


def render(report: Report, call: JudgedCall, view: View) -> str:
    at = call.api_call.at
    found = [one for one in (*report.diagnostics, *report.hidden) if one.at == at]
    lines = [paint(place(at, view), "bold", view.color), *frame(at, view.lines(at.path), view.color), ""]
    sections = (
        ("Request", _request(call, view)),
        (f"Verdict: {call.verdict.tier}, {call.verdict.confidence} confidence", _verdict(call, view)),
        ("Where the answer goes", _goes(call, view)),
        (f"Discount: {_route(call)}", _discount(call)),
        (_ways(call), _traces(call, view)),
        ("Findings", _findings(found, view)),
        ("What would settle it", _settle(call, view)),
    )
    for title, body in sections:
        rows = list(body)
        if rows:
            lines += [paint(title, "bold", view.color), *(f"  {row}".rstrip() for row in rows), ""]
    return "\n".join(lines[:-1]) + "\n"


def nearest_call(report: Report, path: str, line: int, cell: int | None = None) -> tuple[JudgedCall | None, bool]:
    """The API call of a file that is nearest to a line (of a notebook's cell, where one is given), the
    innermost of several; and whether the line is within it."""

    def distance(call: JudgedCall) -> tuple[bool, int, int, int]:
        at = call.api_call.at
        first = at.cell_line if cell is not None and at.cell_line is not None else at.line
        last = first + at.end_line - at.line
        away = first - line if line < first else max(0, line - last)
        return cell is not None and at.cell != cell, away, last - first, at.column

    here = [call for call in report.judged_calls if call.api_call.at.path == path]
    if not here:
        return None, False
    call = min(here, key=distance)
    return call, distance(call)[:2] == (False, 0)


def _request(call: JudgedCall, view: View) -> Iterator[str]:
    one = call.api_call
    certain = "" if one.certain else " (the receiver is not resolved; the name alone says so)"
    yield f"{one.method}{certain}, in `{printable(one.function_name)}`"
    model = one.model or (" or ".join(one.models) if one.models else "not a literal")
    streams = {True: ", streamed", False: "", None: ", perhaps streamed"}[one.stream]
    tier, timeout = one.tier or "not given", one.timeout or "not given"
    yield f"model {model}, service tier {tier}, timeout {timeout}{streams}"
    host = f" at {one.host}" if one.host else ""
    client = f", client built at {line_place(one.client, view)}" if one.client else ""
    yield f"answered by {one.provider}{host}{client}"
    for evidence in one.because:
        yield evidence_text(evidence, view)


def _verdict(call: JudgedCall, view: View) -> Iterator[str]:
    for evidence in call.verdict.because:
        yield evidence_text(evidence, view)


def _goes(call: JudgedCall, view: View) -> Iterator[str]:
    ends = dict.fromkeys(end for trace in by_urgency(call.traces) for end in trace.goes)
    for end in [*ends][:MOST_ENDS]:
        trail = "its trail ends here: " if end.kind == "lost" else ""
        yield f"{trail}{evidence_text(end.evidence, view)}"
    if len(ends) > MOST_ENDS:
        yield f"and to {count(len(ends) - MOST_ENDS, 'place')} more"


def _route(call: JudgedCall) -> str:
    if not call.route.discount:
        return "none"
    return f"{call.route.mechanism}, {call.route.discount:.0%} less"


def _discount(call: JudgedCall) -> Iterator[str]:
    if call.route.obstacle:
        yield printable(call.route.obstacle)
    if call.fix:
        because = f" ({call.fix.why_unsafe})" if call.fix.why_unsafe else ""
        yield f"{call.fix.safety} fix: {call.fix.title}{because}"
    elif call.route.discount:
        obstacle = call.reading.obstacle if call.reading else None
        in_notebook = "notebooks are not edited" if call.api_call.at.cell is not None else None
        yield f"no fix: {obstacle or in_notebook or 'it takes more than a keyword in this call'}"
    elif call.no_fix:
        yield f"no fix for the callers that can wait: {printable(call.no_fix)}"
    elif not call.route.obstacle:
        yield "nothing to gain: the answer is waited for" if call.verdict.tier == "standard" else "none known"


def _ways(call: JudgedCall) -> str:
    ways = f"Reached in {count(len(call.traces), 'way')}"
    return f"{ways}, the one that can wait least first" if len(call.traces) > 1 else ways


def _traces(call: JudgedCall, view: View) -> Iterator[str]:
    for number, trace in enumerate(by_urgency(call.traces), 1):
        certain = "" if trace.certain else " (not every step is certain)"
        steps = chain(trace, call)
        sent = f"; sent with `{printable(trace.tier)}`" if call.api_call.tier == "<expr>" and trace.tier else ""
        yield f"{number}. {evidence_line(steps[0], view)}{certain}{_who(trace, call)}{sent}"
        for step in steps[1:]:
            yield f"   -> {step_text(step, view)}"
        yield f"   -> {line_place(call.api_call.at, view)}: the call"
        for label, evidence in _marks(trace):
            yield f"   {label}: {evidence_text(evidence, view)}"


def _who(trace: Trace, call: JudgedCall) -> str:
    waits = somebody_waits(trace.entry, call)
    if waits and (call.verdict.tier != "standard" or (trace.detached and not trace.waits)):
        return ""  # whoever waits there does so for something else
    if waits is False and trace.entry.kind in BY_HAND:
        return "; whoever starts it can wait"
    return {True: "; somebody waits there", False: "; nobody waits there", None: ""}[waits]


def _marks(trace: Trace) -> Iterator[tuple[str, Evidence]]:
    for label, evidence in (
        ("goes on without waiting", trace.detached),
        ("waits after all", trace.waits),
        ("a person is asked", trace.interactive),
        ("once per item", trace.fan_out),
        ("needs an earlier answer", trace.chained),
    ):
        if evidence:
            yield label, evidence


def _settle(call: JudgedCall, view: View) -> Iterator[str]:
    if call.verdict.tier != "undetermined" or call.api_call.provider == "other":
        return
    module, _, qualname = call.api_call.function_name.rpartition(":")
    one = call.api_call
    first = call.missing[0] if call.missing else Missing(one.function_name, qualname.rpartition(".")[2], one.at, ())
    source = "tierlint.toml" if not view.table_prefix else "pyproject.toml"
    if first.function in ("<module>", "<lambda>", ""):
        yield f"Nothing in the project runs `{printable(module or qualname)}`. Add what runs it (a workflow,"
        yield "a Procfile, a Makefile), or call it from a function that is declared as an entry point."
        return
    yield f"No entry point is known to reach `{printable(first.name)}`. If something outside"
    yield f"starts it (or a function that calls it), say so in {source}:"
    yield ""
    yield f"[[{view.table_prefix}entry-point]]"
    yield from wrap(f"# kind: {', '.join(ENTRY_KINDS)}", 76, subsequent_indent="# ", break_on_hyphens=False)
    yield 'kind = "queue-task"'
    yield 'says = "who starts it, and who waits"'
    yield f'file = ["{printable(first.at.path)}"]'
    yield f'function = ["{printable(first.function)}"]'


def _findings(found: list[Diagnostic], view: View) -> Iterator[str]:
    for one in found:
        hidden = f" [hidden: {one.hidden_because}]" if one.hidden_because else ""
        yield f"{one.rule} {view.names[one.rule]}{hidden}: {printable(one.message)}"
