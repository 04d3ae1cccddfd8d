"""TOML files as plain values; where a key stands is searched for in the text."""

from __future__ import annotations

import re
import sys
from collections.abc import Sequence
from typing import Any

from tierlint.manifests.places import Unreadable


def parse(text: str) -> dict[str, Any]:
    """The values of a TOML file."""
    if sys.version_info >= (3, 11):
        import tomllib
    else:
        import tomli as tomllib
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        found = re.search(r"line (\d+)", str(error))
        raise Unreadable(int(found[1]) if found else 0, f"not readable as TOML: {error}") from error


def table(value: Any, *keys: str) -> dict[str, Any]:
    """The table under a path of keys; empty where there is none."""
    for key in keys:
        value = value.get(key) if isinstance(value, dict) else None
    return value if isinstance(value, dict) else {}


def line_of_key(lines: Sequence[str], header: str, key: str) -> int:
    """The line that sets a key in the table `[header]`, however it is spelt; 1 when there is none."""
    key_pattern = rf"[\"']?{re.escape(key)}[\"']?"
    inline = re.compile(rf"\s*(?:[\w.-]+\.)?{key_pattern}\s*[.=]|[^#]*[{{,]\s*{key_pattern}\s*=")
    own_header = re.compile(rf"\s*\[+\s*{re.escape(header)}\.{key_pattern}\s*\]")
    table_header = re.compile(rf"\s*\[+\s*{re.escape(header)}\s*\]")
    within, anywhere = False, 0
    for number, line in enumerate(lines, 1):
        if own_header.match(line):
            return number
        if line.lstrip().startswith("["):
            within = bool(table_header.match(line))
        if inline.match(line):
            if within:
                return number
            anywhere = anywhere or number
    return anywhere or 1
