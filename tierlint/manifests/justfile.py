"""Justfiles: recipes, what they need and what they run."""

from __future__ import annotations

import re
import shlex
import textwrap
from collections.abc import Iterator

from tierlint.manifests.places import folder, page, span
from tierlint.manifests.recipes import Recipe
from tierlint.manifests.shell import script_commands
from tierlint.model import Command

GLOBS = ("justfile", "Justfile", ".justfile", "*.just")

_VARIABLE = re.compile(r"""(?:export\s+)?(?P<name>[\w-]+)\s*:=\s*["'](?P<value>[^"']*)["']\s*""")
_RECIPE = re.compile(r"@?(?P<name>[A-Za-z_][\w-]*)(?P<parameters>[^:]*):(?!=)(?P<needs>.*)")
_REFERENCE = re.compile(r"\{\{\s*([\w-]+)\s*\}\}|\{\{.*?\}\}")


def read(path: str, text: str) -> Iterator[Command]:
    """Every line of every recipe: a person starts them by the recipe's name."""
    for recipe in recipes(path, text):
        yield from recipe.commands


def recipes(path: str, text: str) -> Iterator[Recipe]:
    """The recipes in the order of the file."""
    lines = page(text)
    variables: dict[str, str] = {}
    number = 0
    while number < len(lines):
        header, number = lines[number].rstrip(), number + 1
        variable, found = _VARIABLE.fullmatch(header), _RECIPE.fullmatch(header)
        if variable:
            variables[variable["name"]] = variable["value"]
        elif found:
            first = number
            while number < len(lines) and (not lines[number].strip() or lines[number][0] in " \t"):
                number += 1
            body = [_plain(line, variables) for line in lines[first:number]]
            yield Recipe(found["name"], tuple(_commands(path, lines, body, first + 1)), _needs(found["needs"]))


def _plain(line: str, variables: dict[str, str]) -> str:
    return _REFERENCE.sub(lambda found: variables.get(found[1] or "", f"${found[1] or 'expression'}"), line)


def _commands(path: str, lines: list[str], body: list[str], first: int) -> Iterator[Command]:
    written = next((line.strip() for line in body if line.strip()), "")
    if written.startswith("#!") and "python" in written:
        code = textwrap.dedent("\n".join(body))
        place = span(path, lines, first, first + len(body) - 1)
        yield Command(f"python -c {shlex.quote(code)}", "manual", place, folder(path))
        return
    if written.startswith("#!") and "sh" not in written:
        return
    if written.startswith("#!"):
        yield from script_commands("\n".join(body), path, lines, "manual", folder(path), first)
        return
    number = 0
    while number < len(body):
        start, pieces = number, [body[number].strip()]
        while pieces[-1].endswith("\\") and number + 1 < len(body):
            number += 1
            pieces.append(body[number].strip())
        number += 1
        text = " ".join(piece.rstrip("\\").rstrip() for piece in pieces).lstrip("@-").strip()
        if text and not text.startswith("#"):
            yield Command(text, "manual", span(path, lines, first + start, first + number - 1), folder(path))


def _needs(text: str) -> tuple[str, ...]:
    # `a (b "argument") && c`: what stands in parentheses is a recipe with its arguments.
    plain = re.sub(r"\(\s*([\w-]+)[^)]*\)", r"\1", text.split("#")[0])
    return tuple(re.findall(r"[\w-]+", plain))
