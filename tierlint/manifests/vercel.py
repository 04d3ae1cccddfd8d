"""vercel.json: the functions whose address a schedule asks for."""

from __future__ import annotations

from collections.abc import Iterator

from tierlint.manifests import json_text
from tierlint.manifests.places import folder, line_of, page, span
from tierlint.model import Command

GLOBS = ("vercel.json", "now.json")


def read(path: str, text: str) -> Iterator[Command]:
    """A Python function answers in the file under its address: `class handler` with `do_GET`."""
    if '"crons"' not in text:
        return
    lines = page(text)
    crons = json_text.parse(text).get("crons")
    for cron in crons if isinstance(crons, list) else []:
        address = cron.get("path") if isinstance(cron, dict) else None
        if isinstance(address, str):
            file = address.partition("?")[0].strip("/")
            start = json_text.line_of_key(lines, "crons")
            place = span(path, lines, line_of(lines, address, start))
            yield Command(f"handler {file}.py:handler.do_GET", "schedule", place, folder(path))
