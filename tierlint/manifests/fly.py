"""fly.toml: the processes of an app, and what runs before they are released."""

from __future__ import annotations

from collections.abc import Iterator

from tierlint.manifests import toml_text as toml
from tierlint.manifests.places import folder, page, span
from tierlint.model import Command

GLOBS = ("fly.toml", "fly.*.toml")


def read(path: str, text: str) -> Iterator[Command]:
    """The processes keep running; the release command runs once per deployment."""
    lines = page(text)
    data = toml.parse(text)
    for header, key, when in (("processes", None, "service"), ("deploy", "release_command", "manual")):
        for name, command in toml.table(data, header).items():
            if isinstance(command, str) and command.strip() and key in (None, name):
                place = span(path, lines, toml.line_of_key(lines, header, name))
                yield Command(command, when, place, folder(path))
