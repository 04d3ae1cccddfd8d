"""Railway services: the start command, and the schedule that starts it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from tierlint.manifests import json_text
from tierlint.manifests import toml_text as toml
from tierlint.manifests.places import folder, line_of, page, span
from tierlint.model import Command

GLOBS = ("railway.json", "railway.toml", "railway.*.json", "railway.*.toml")

_ONCE = (("build", "buildCommand"), ("deploy", "preDeployCommand"))


def read(path: str, text: str) -> Iterator[Command]:
    """The commands of the service, and of each environment that has others."""
    data = json_text.parse(text) if path.endswith(".json") else toml.parse(text)
    lines = page(text)
    for level in (data, *toml.table(data, "environments").values()):
        for header, key in _ONCE:
            yield from _commands(path, lines, toml.table(level, header).get(key), key, "manual")
        deploy = toml.table(level, "deploy")
        scheduled = deploy.get("cronSchedule") or toml.table(data, "deploy").get("cronSchedule")
        yield from _commands(
            path, lines, deploy.get("startCommand"), "startCommand", "schedule" if scheduled else "service"
        )


def _commands(path: str, lines: list[str], value: Any, key: str, when: str) -> Iterator[Command]:
    for text in value if isinstance(value, list) else [value]:
        if isinstance(text, str) and text.strip():
            start = line_of(lines, key)
            yield Command(text, when, span(path, lines, line_of(lines, text, start)), folder(path))
