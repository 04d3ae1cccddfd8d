"""JSON files as plain values; where a key stands is searched for in the text."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from tierlint.manifests.places import Unreadable, line_of


def parse(text: str) -> dict[str, Any]:
    """The object that a JSON file holds; empty when it holds something else."""
    try:
        data = json.loads(text.removeprefix("\ufeff"))
    except json.JSONDecodeError as error:
        raise Unreadable(error.lineno, f"not readable as JSON: {error.msg}") from error
    return data if isinstance(data, dict) else {}


def line_of_key(lines: Sequence[str], *keys: str) -> int:
    """The line where the last of some keys stands, each looked for from the one before it on."""
    line = 1
    for key in keys:
        line = line_of(lines, json.dumps(key, ensure_ascii=False), line)
    return line
