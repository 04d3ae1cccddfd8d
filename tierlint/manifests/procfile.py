"""Procfiles: one process type per line."""

from __future__ import annotations

import re
from collections.abc import Iterator

from tierlint.manifests.places import folder, page, span
from tierlint.model import Command

GLOBS = ("Procfile*",)

_LINE = re.compile(r"(?P<process>[A-Za-z0-9_-]+):\s*(?P<command>\S.*?)\s*")


def read(path: str, text: str) -> Iterator[Command]:
    """The commands; all keep running but `release`, which runs once per deployment."""
    lines = page(text)
    for number, line in enumerate(lines, 1):
        found = _LINE.fullmatch(line)
        if found:
            when = "manual" if found["process"] == "release" else "service"
            yield Command(found["command"], when, span(path, lines, number), folder(path))
