"""Findings as GitHub workflow commands, which become annotations on the pull request."""

from __future__ import annotations

from typing import Final

from tierlint.model import Diagnostic, Report
from tierlint.report.view import View, count, in_order, line_place

# https://github.com/actions/toolkit/blob/main/docs/problem-matchers.md
_SHOWN_PER_STEP: Final = 10


def render(report: Report, view: View) -> str:
    lines = [_command(one, view) for one in in_order(report.diagnostics)]
    if len(lines) > _SHOWN_PER_STEP:
        note = f"{count(len(lines), 'finding')}, of which GitHub annotates the first {_SHOWN_PER_STEP} of a step"
        lines.append(f"::notice title=tierlint::{_data(note)}")
    return "".join(f"{line}\n" for line in lines)


def _command(one: Diagnostic, view: View) -> str:
    at, message = one.at, one.message
    properties = {"file": view.shown(at.path)}
    if at.cell is None:
        properties |= {"line": str(at.line), "col": str(at.column), "endLine": str(at.end_line)}
        if at.line == at.end_line:
            properties["endColumn"] = str(at.end_column)
    else:  # the lines of a notebook's file are JSON
        message = f"{line_place(at, view)}: {message}"
    properties["title"] = f"tierlint {one.rule} {view.names[one.rule]}"
    listed = ",".join(f"{key}={_property(value)}" for key, value in properties.items())
    return f"::warning {listed}::{_data(message)}"


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
