"""Zappa's settings: the functions of each stage that a schedule or an event calls."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from tierlint.manifests import json_text, toml_text
from tierlint.manifests.handlers import handler_command
from tierlint.manifests.places import folder, line_of, page, span
from tierlint.model import Command

GLOBS = ("zappa_settings.json", "zappa_settings.toml")


def read(path: str, text: str) -> Iterator[Command]:
    """`events` of a stage: `function` or `functions` with an `expression`, or with an `event_source`."""
    stages: dict[str, Any] = toml_text.parse(text) if path.endswith(".toml") else json_text.parse(text)
    lines = page(text)
    for stage in stages.values():
        events = stage.get("events") if isinstance(stage, dict) else None
        for event in events if isinstance(events, list) else []:
            timed = isinstance(event, dict) and ("expression" in event or "expressions" in event)
            for function in _functions(event):
                command = handler_command(function)
                if command is not None:
                    place = span(path, lines, line_of(lines, function))
                    yield Command(command, "schedule" if timed else "message", place, folder(path))


def _functions(event: object) -> Iterator[str]:
    if isinstance(event, dict):
        named = event.get("functions")
        for function in [event.get("function"), *(named if isinstance(named, list) else [])]:
            if isinstance(function, str):
                yield function
