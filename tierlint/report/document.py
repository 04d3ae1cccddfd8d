"""The parts that the JSON documents have in common."""

from __future__ import annotations

import json
from typing import Any

from tierlint.model import Evidence, Location, Report


def to_text(document: dict[str, Any]) -> str:
    return json.dumps(document, indent=2) + "\n"


def position(at: Location) -> dict[str, Any]:
    """In a notebook a line counts from the top of its cell; the notebook's own file has no such line."""
    in_cell = at.cell is not None
    return {
        "path": at.path,
        "line": None if in_cell else at.line,
        "column": at.column,
        "end_line": None if in_cell else at.end_line,
        "end_column": at.end_column,
        "cell": at.cell,
        "cell_line": at.cell_line,
    }


def path_and_line(at: Location | None) -> dict[str, Any]:
    line = at.line if at and at.cell is None and at.line else None
    return {"path": at.path if at else None, "line": line}


def evidence(one: Evidence) -> dict[str, Any]:
    return {"text": one.text, **path_and_line(one.at)}


def problems(report: Report) -> list[dict[str, Any]]:
    return [{"path": one.path, "line": one.line or None, "message": one.message} for one in sorted(report.problems)]
