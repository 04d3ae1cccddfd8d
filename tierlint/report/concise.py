"""One finding a line, for editors and grep: `path:line:column: CODE message`."""

from __future__ import annotations

from tierlint.model import Report
from tierlint.report.view import View, in_order, paint, place, printable


def render(report: Report, view: View) -> str:
    return "".join(
        f"{paint(place(one.at, view), 'bold', view.color)}: {paint(one.rule, 'red', view.color)} "
        f"{printable(one.message)}\n"
        for one in in_order(report.diagnostics)
    )
