"""Findings for programs: a versioned JSON document."""

from __future__ import annotations

from typing import Any, Final

from tierlint.model import Diagnostic, Fix, Report
from tierlint.report.document import evidence, position, problems, to_text
from tierlint.report.view import View, in_order

VERSION: Final = 1


def render(report: Report, view: View) -> str:
    return to_text(
        {
            "version": VERSION,
            "tierlint": view.version,
            "models_as_of": view.models_as_of,
            "diagnostics": [_diagnostic(one, view) for one in in_order(report.diagnostics)],
            "problems": problems(report),
            "summary": {
                "files_seen": report.files_seen,
                "files_read": report.files_read,
                "calls_judged": len(report.judged_calls),
                "calls_with_unknown_callee": report.unresolved_calls,
                "hidden": len(report.hidden),
            },
        }
    )


def _diagnostic(one: Diagnostic, view: View) -> dict[str, Any]:
    return {
        "code": one.rule,
        "name": view.names[one.rule],
        "message": one.message,
        **position(one.at),
        "confidence": one.confidence,
        "fingerprint": one.fingerprint,
        "related": [evidence(step) for step in one.related],
        "fix": _fix(one.fix) if one.fix else None,
    }


def _fix(fix: Fix) -> dict[str, Any]:
    return {
        "title": fix.title,
        "safety": fix.safety,
        "why_unsafe": fix.why_unsafe,
        # Offsets count bytes of the file.
        "edits": [{"path": edit.path, "start": edit.start, "end": edit.end, "text": edit.text} for edit in fix.edits],
    }
