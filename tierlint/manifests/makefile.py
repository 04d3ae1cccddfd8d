"""Makefiles: targets, what they need and what they run."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from msgspec import Struct

from tierlint.manifests.places import folder, page, span
from tierlint.manifests.recipes import Recipe
from tierlint.model import Command

GLOBS = ("Makefile", "makefile", "GNUmakefile", "Makefile.*", "*.mk")

_VARIABLE = re.compile(r"(?:(?:export|override)\s+)*(?P<name>[\w.-]+)\s*(?P<how>[:?+!]{0,2}=)\s*(?P<value>.*)")
_RULE = re.compile(r"(?P<targets>[^\s:=#][^:=]*?)\s*::?(?!=)\s*(?P<needs>[^;]*?)\s*(?:;\s*(?P<recipe>.*))?")
_REFERENCE = re.compile(r"\$(?:\((?P<round>[\w.-]+)\)|\{(?P<curly>[\w.-]+)\}|(?P<dollar>\$)|(?P<target>@))")
_LONGEST_VALUE = 1000


class Logical(Struct, frozen=True):
    """A line with its continuation lines joined; lines are 1-based."""

    text: str
    first: int
    last: int


def read(path: str, text: str) -> Iterator[Command]:
    """Every line of every recipe: a person starts them by the target's name."""
    for recipe in recipes(path, text):
        yield from recipe.commands


def recipes(path: str, text: str) -> Iterator[Recipe]:
    """The targets in the order of the file; each line of a recipe runs in a shell of its own."""
    lines = page(text)
    variables = {"MAKE": "make", "SHELL": "sh", "CURDIR": "."}
    names: list[str] = []
    needs: tuple[str, ...] = ()
    found: list[Command] = []
    in_definition = False
    for line in [*_logical(lines), Logical(".end:", len(lines), len(lines))]:
        stripped = line.text.strip()
        if in_definition or re.match(r"define\b", line.text):
            in_definition = stripped != "endef"
            continue
        if line.text.startswith("\t"):
            if names and stripped:
                found.append(_command(path, lines, line, stripped, variables, names[0], folder(path)))
            continue
        variable, rule = _VARIABLE.fullmatch(stripped), _RULE.fullmatch(stripped.split(" #")[0])
        if variable:
            variables[variable["name"]] = _assigned(variable, variables)
        elif rule:
            for name in names:
                yield Recipe(name, tuple(found), needs)
            names = _expand(rule["targets"], variables, "").split()
            needs = tuple(_expand(rule["needs"], variables, "").replace("|", " ").split())
            found = []
            if rule["recipe"] and names:
                found.append(_command(path, lines, line, rule["recipe"], variables, names[0], folder(path)))


def _command(
    path: str,
    lines: list[str],
    line: Logical,
    text: str,
    variables: Mapping[str, str],
    target: str,
    directory: str,
) -> Command:
    text = _expand(text.lstrip("@-+ \t"), variables, target)
    return Command(text, "manual", span(path, lines, line.first, line.last), directory)


def _assigned(found: re.Match[str], variables: Mapping[str, str]) -> str:
    value = found["value"].split(" #")[0].strip()
    name, how = found["name"], found["how"]
    if how == "+=":
        value = f"{variables.get(name, '')} {value}".strip()
    if how == "?=" and name in variables:
        return variables[name]
    return value if len(value) <= _LONGEST_VALUE else ""


def _expand(text: str, variables: Mapping[str, str], target: str, depth: int = 0) -> str:
    """Text with make's references put in; those that are not known become variables of the shell."""

    def value(found: re.Match[str]) -> str:
        if found["dollar"]:
            return "$"
        if found["target"]:
            return target
        name = found["round"] or found["curly"]
        if name in variables and depth < 5:
            return _expand(variables[name], variables, target, depth + 1)[:_LONGEST_VALUE]
        return f"${name}"

    return _REFERENCE.sub(value, text)


def _logical(lines: list[str]) -> Iterator[Logical]:
    number = 0
    while number < len(lines):
        first, pieces = number, [lines[number]]
        while pieces[-1].endswith("\\") and number + 1 < len(lines):
            number += 1
            pieces.append(lines[number])
        number += 1
        joined = " ".join([pieces[0].rstrip("\\").rstrip(), *(p.rstrip("\\").strip() for p in pieces[1:])])
        if joined.strip() and not joined.startswith("#"):
            yield Logical(joined if len(pieces) > 1 else pieces[0], first + 1, number)
