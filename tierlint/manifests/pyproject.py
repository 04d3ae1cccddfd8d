"""pyproject.toml and Pipfile: console scripts, and the tasks of the task runners that keep theirs there."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from typing import Any

from tierlint.manifests import toml_text as toml
from tierlint.manifests.places import folder, page, span
from tierlint.manifests.recipes import Recipe
from tierlint.model import Command

GLOBS = ("pyproject.toml", "Pipfile")

_SCRIPTS = (
    ("project", "scripts"),
    ("project", "gui-scripts"),
    ("tool", "poetry", "scripts"),
)
_TASKS = (
    ("tool", "poe", "tasks"),
    ("tool", "pdm", "scripts"),
    ("tool", "taskipy", "tasks"),
    ("tool", "rye", "scripts"),
    ("tool", "pixi", "tasks"),
)
# How the task runners spell "this shell text", "this function" and "these in turn".
_TEXT_KEYS = ("cmd", "shell", "command")
_FUNCTION_KEYS = ("script", "call")
_LIST_KEYS = ("sequence", "composite", "chain")
_NEEDS_KEYS = ("deps", "depends-on", "depends_on")
_FUNCTION = re.compile(r"(?P<module>[\w.]+):(?P<attribute>[\w.]+)(?:\(.*\))?", re.DOTALL)


def read(path: str, text: str) -> Iterator[Command]:
    """Console scripts, spelt `name = package.module:function`, and the commands of the tasks."""
    lines = page(text)
    data = toml.parse(text)
    for keys in _SCRIPTS:
        for name, target in toml.table(data, *keys).items():
            line = toml.line_of_key(lines, ".".join(keys), name)
            found = target if isinstance(target, str) else toml.table(target).get("reference")
            if isinstance(found, str) and ":" in found:
                yield Command(f"{name} = {found}", "manual", span(path, lines, line), folder(path))
    for recipe in _recipes(path, lines, data):
        yield from recipe.commands


def recipes(path: str, text: str) -> Iterator[Recipe]:
    """The tasks by name."""
    yield from _recipes(path, page(text), toml.parse(text))


def _recipes(path: str, lines: list[str], data: dict[str, Any]) -> Iterator[Recipe]:
    tasks_of = (("scripts",),) if path.endswith("Pipfile") else _TASKS
    places = [(".".join(keys), toml.table(data, *keys)) for keys in tasks_of]
    for name, environment in toml.table(data, "tool", "hatch", "envs").items():
        places.append((f"tool.hatch.envs.{name}.scripts", toml.table(environment, "scripts")))
    for header, tasks in places:
        for name, task in tasks.items():
            place = span(path, lines, toml.line_of_key(lines, header, name))
            texts = dict.fromkeys(_texts(task))
            commands = tuple(Command(text, "manual", place, folder(path)) for text in texts)
            yield Recipe(name, commands, tuple(_needs(task, tasks)))


def _texts(task: Any) -> Iterator[str]:
    if isinstance(task, str):
        yield from (line for line in task.splitlines() if line.strip())
    elif isinstance(task, list):
        for part in task:
            yield from _texts(part)
    elif isinstance(task, dict):
        for key, value in task.items():
            if key in _TEXT_KEYS and isinstance(value, list):
                yield shlex.join(str(word) for word in value)
            elif key in (*_TEXT_KEYS, *_LIST_KEYS):
                yield from _texts(value)
            elif key in _FUNCTION_KEYS and isinstance(value, str):
                found = _FUNCTION.fullmatch(value.strip())
                if found:
                    yield f"call = {found['module']}:{found['attribute']}"


def _needs(task: Any, tasks: dict[str, Any]) -> Iterator[str]:
    """The tasks that this one names: those it depends on, and in a list those that are no command."""
    parts: list[Any] = []
    if isinstance(task, list):
        parts = task
    elif isinstance(task, dict):
        for key in (*_NEEDS_KEYS, *_LIST_KEYS):
            value = task.get(key, [])
            parts.extend(value if isinstance(value, list) else [value])
        parts.append(task.get("ref"))
    for part in parts:
        name = part.get("ref", "") if isinstance(part, dict) else part
        if isinstance(name, str) and name.split(" ")[0] in tasks:
            yield name.split(" ")[0]
