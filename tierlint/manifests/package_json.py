"""package.json: the scripts that `npm run` and its like start."""

from __future__ import annotations

from collections.abc import Iterator

from tierlint.manifests import json_text
from tierlint.manifests.places import folder, page, span
from tierlint.manifests.recipes import Recipe
from tierlint.model import Command

GLOBS = ("package.json",)


def read(path: str, text: str) -> Iterator[Command]:
    """The text of every script: a person starts it by its name."""
    for recipe in recipes(path, text):
        yield from recipe.commands


def recipes(path: str, text: str) -> Iterator[Recipe]:
    """The scripts by name; npm runs `prex` before `x` and `postx` after it."""
    if '"scripts"' not in text:
        return
    scripts = json_text.parse(text).get("scripts")
    if not isinstance(scripts, dict):
        return
    lines = page(text)
    found = {
        name: Command(body, "manual", span(path, lines, json_text.line_of_key(lines, "scripts", name)), folder(path))
        for name, body in scripts.items()
        if isinstance(body, str)
    }
    for name, command in found.items():
        after = (found[f"post{name}"],) if f"post{name}" in found else ()
        yield Recipe(name, (command, *after), (f"pre{name}",) if f"pre{name}" in found else ())
