"""app.json of Heroku and Dokku: scheduled commands, and what runs around a deployment."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from tierlint.manifests import json_text
from tierlint.manifests.places import folder, line_of, page, span
from tierlint.model import Command

GLOBS = ("app.json",)


def read(path: str, text: str) -> Iterator[Command]:
    """The commands of `cron`, and those of `scripts`, which run once."""
    if '"cron"' not in text and '"scripts"' not in text:
        return
    data = json_text.parse(text)
    cron = data.get("cron")
    for entry in cron if isinstance(cron, list) else []:
        paused = isinstance(entry, dict) and entry.get("maintenance") is True
        yield from _command(path, text, entry, "manual" if paused else "schedule")
    scripts = data.get("scripts")
    if isinstance(scripts, dict):
        dokku = scripts.get("dokku")
        for body in (*scripts.values(), *(dokku.values() if isinstance(dokku, dict) else ())):
            yield from _command(path, text, {"command": body}, "manual")


def _command(path: str, text: str, entry: Any, when: str) -> Iterator[Command]:
    command = entry.get("command") if isinstance(entry, dict) else None
    if isinstance(command, str) and command.strip():
        lines = page(text)
        yield Command(command, when, span(path, lines, line_of(lines, command)), folder(path))
