"""How many findings each rule has."""

from __future__ import annotations

from collections import Counter

from tierlint.model import Report
from tierlint.report.view import View, paint


def render(report: Report, view: View) -> str:
    totals = Counter(one.rule for one in report.diagnostics)
    fixable = Counter(one.rule for one in report.diagnostics if one.fix)
    width = max((len(str(total)) for total in totals.values()), default=0)
    lines = []
    for rule, total in sorted(totals.items(), key=lambda item: (-item[1], item[0])):
        fixes = f", {fixable[rule]} with a fix" if fixable[rule] else ""
        lines.append(f"{total:>{width}}  {paint(rule, 'red', view.color)}  {view.names[rule]}{fixes}\n")
    return "".join(lines)
