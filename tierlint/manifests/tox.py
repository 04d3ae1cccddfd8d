"""tox.ini: the commands of the environments."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator, Mapping

from tierlint.manifests import ini_text
from tierlint.manifests.ini_text import Entry
from tierlint.manifests.places import folder, inside, page, span
from tierlint.manifests.recipes import Recipe
from tierlint.manifests.shell import lines as logical_lines
from tierlint.model import Command

GLOBS = ("tox.ini",)

_ENVIRONMENT = re.compile(r"testenv(?::(?P<names>.+))?|env_run_base")
_RUNS = ("commands_pre", "commands", "commands_post")
_REFERENCE = re.compile(r"\{\[(?P<section>[^\]]+)\](?P<key>\w+)\}")
_SUBSTITUTION = re.compile(r"\{(?P<name>\w+)(?::(?P<default>[^{}]*))?\}")
_DEEPEST = 5
_MOST_NAMES = 100


def read(path: str, text: str) -> Iterator[Command]:
    """Every line of every environment: a person starts them by its name."""
    for recipe in recipes(path, text):
        yield from recipe.commands


def recipes(path: str, text: str) -> Iterator[Recipe]:
    """First the default list of environments, then each by its name; those without a section share one."""
    sections = ini_text.sections(ini_text.parse(text))
    settings = sections.get("tox", {})
    listed = next((settings[key].value for key in ("envlist", "env_list") if key in settings), "")
    named = [name for item in re.split(r"[,\n]\s*(?![^{]*\})", listed) for name in _expanded(item.strip()) if name]
    environments: dict[str, dict[str, Entry]] = {}
    for section, entries in sections.items():
        found = _ENVIRONMENT.fullmatch(section)
        for name in _expanded(found["names"] or "") if found else ():
            environments[name] = entries
    base = environments.get("", {})
    yield Recipe("envlist", (), tuple(named))
    for name in dict.fromkeys([*environments, *named]):
        own = {**base, **environments.get(name, {})}
        if name:
            yield Recipe(name, tuple(_commands(path, text, own, sections)))


def _commands(
    path: str, text: str, environment: Mapping[str, Entry], sections: Mapping[str, Mapping[str, Entry]]
) -> Iterator[Command]:
    lines = page(text)
    changed = environment.get("changedir") or environment.get("change_dir")
    directory = inside(folder(path), _plain(changed.value) if changed else ".")
    for entry in (environment[key] for key in _RUNS if key in environment):
        body = _referred(entry.value, sections, 0)
        for line in logical_lines(body):
            # A leading `-` says that a failure does not matter, a leading `!` that it is wanted.
            command = _plain(line.text.lstrip("-! "))
            if command:
                first = entry.line + line.first + (1 if "\n" in entry.value and not _starts_inline(lines, entry) else 0)
                place = span(path, lines, min(first, entry.end_line), min(first, entry.end_line))
                yield Command(command, "manual", place, directory)


def _starts_inline(lines: list[str], entry: Entry) -> bool:
    """Whether the value begins in the line of its key."""
    return bool(re.split(r"[=:]", lines[entry.line - 1], maxsplit=1)[-1].strip())


def _referred(value: str, sections: Mapping[str, Mapping[str, Entry]], depth: int) -> str:
    """A value with those of other sections put in: `{[testenv]commands}`."""

    def other(found: re.Match[str]) -> str:
        entry = sections.get(found["section"], {}).get(found["key"])
        return _referred(entry.value, sections, depth + 1) if entry and depth < _DEEPEST else ""

    return _REFERENCE.sub(other, value)


def _plain(text: str) -> str:
    def value(found: re.Match[str]) -> str:
        name = found["name"]
        if name in ("toxinidir", "tox_root"):
            return "."
        if name == "posargs":
            return found["default"] or ""
        return {"envpython": "python", "env_python": "python"}.get(name, f"${name}")

    return _SUBSTITUTION.sub(value, text).strip()


def _expanded(name: str) -> list[str]:
    """The names that a generative one stands for: `py{310,311}-unit`."""
    # Every second part of it is a list of choices.
    parts = re.split(r"\{([^{}]*)\}", name)
    choices = [part.split(",") if index % 2 else [part] for index, part in enumerate(parts)]
    combinations = itertools.islice(itertools.product(*choices), _MOST_NAMES)
    return ["".join(piece.strip() for piece in pieces) for pieces in combinations]
