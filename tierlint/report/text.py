"""Findings for people: the call in its file, the way to it from the entry point, the reasons, what to do."""

from __future__ import annotations

from tierlint.model import Diagnostic, JudgedCall, Location, Report
from tierlint.report.frame import frame
from tierlint.report.view import (
    View,
    count,
    evidence_line,
    evidence_text,
    in_order,
    paint,
    place,
    printable,
    step_text,
)


def render(report: Report, view: View) -> str:
    calls = {call.api_call.at: call for call in report.judged_calls}
    blocks = [_block(diagnostic, calls, view) for diagnostic in in_order(report.diagnostics)]
    if view.summary:
        blocks.append(summary(report) + "\n")
    return "\n".join(blocks)


def summary(report: Report) -> str:
    """One line: what was found, and how much was looked at."""
    found = count(len(report.diagnostics), "finding") if report.diagnostics else "No findings"
    safe = sum(one.fix is not None and one.fix.safety == "safe" for one in report.diagnostics)
    unsafe = sum(one.fix is not None and one.fix.safety != "safe" for one in report.diagnostics)
    ways = [f"{safe} fixable with --fix"] if safe else []
    if unsafe:
        ways.append(f"{unsafe} {'more' if safe else 'fixable'} with --fix --unsafe-fixes")
    fixable = f" ({', '.join(ways)})" if ways else ""
    undetermined = sum(call.verdict.tier == "undetermined" for call in report.judged_calls)
    unsettled = f" ({undetermined} undetermined)" if undetermined else ""
    parts = [
        f"{count(len(report.judged_calls), 'call')} judged{unsettled}",
        f"{count(report.files_read, 'file')} read",
        f"{len({problem.path for problem in report.problems})} not readable",
        f"{count(report.unresolved_calls, 'call')} whose callee stayed unknown",
    ]
    return f"{found}{fixable}: {', '.join(parts)}."


def _block(diagnostic: Diagnostic, calls: dict[Location, JudgedCall], view: View) -> str:
    code = paint(diagnostic.rule, "red", view.color)
    name = view.names[diagnostic.rule]
    where = paint(place(diagnostic.at, view), "bold", view.color)
    lines = [f"{where}: {code} {name}: {printable(diagnostic.message)}"]
    lines += frame(diagnostic.at, view.lines(diagnostic.at.path), view.color)
    for number, step in enumerate(diagnostic.related):
        text = step_text(step, view) if number else evidence_line(step, view)
        lines.append(_note("then" if number else "from", text, view))
    call = calls.get(diagnostic.at)
    shown = {step.at for step in diagnostic.related}
    for evidence in call.verdict.because if call else ():
        if evidence.at not in shown:
            lines.append(_note("because", evidence_text(evidence, view), view))
    lines.append(_note("help", _help(diagnostic), view))
    return "\n".join(lines) + "\n"


def _note(label: str, text: str, view: View) -> str:
    return f"  {paint('=', 'blue', view.color)} {paint(label, 'bold', view.color)}: {text}"


def _help(diagnostic: Diagnostic) -> str:
    fix = diagnostic.fix
    if fix is None:
        return f"see `tierlint rule {diagnostic.rule}`"
    if fix.safety == "safe":
        return f"{fix.title} (--fix)"
    because = f": {fix.why_unsafe}" if fix.why_unsafe else ""
    return f"{fix.title} (--fix --unsafe-fixes; unsafe{because})"
