"""Taskfiles: tasks, what they need and what they run."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from tierlint.manifests import yaml_scripts
from tierlint.manifests import yaml_values as yaml
from tierlint.manifests.places import folder, inside, page
from tierlint.manifests.recipes import Recipe
from tierlint.manifests.yaml_values import Scalar, Yaml
from tierlint.model import Command

GLOBS = tuple(
    f"{name}{dist}.{ending}"
    for name in ("Taskfile", "taskfile")
    for dist in ("", ".dist")
    for ending in ("yml", "yaml")
)

_TEMPLATE = re.compile(r"\{\{\s*\.(\w+)\s*\}\}|\{\{.*?\}\}")


def read(path: str, text: str) -> Iterator[Command]:
    """Every command of every task: a person starts them by the task's name."""
    for recipe in recipes(path, text):
        yield from recipe.commands


def recipes(path: str, text: str) -> Iterator[Recipe]:
    """The tasks, `default` first, because that is what runs when none is named."""
    lines = page(text)
    for document in yaml.documents(text):
        common = _variables(document)
        tasks = yaml.mapping(yaml.at(document, "tasks"))
        if "default" not in tasks:
            yield Recipe("default", ())
        for name, task in sorted(tasks.items(), key=lambda item: item[0] != "default"):
            known = {**common, **_variables(task)}
            working = _plain(yaml.string(yaml.at(task, "dir")), known)
            directory = inside(folder(path), working or ".")
            found = [
                command
                for script in _scripts(task)
                for command in yaml_scripts.commands(path, lines, (_filled(script, known),), "manual", directory)
            ]
            yield Recipe(name, tuple(found), tuple(_needs(task)))


def _scripts(task: Yaml) -> Iterator[Scalar]:
    if isinstance(task, dict):
        value = task.get("cmds", task.get("cmd"))
    else:
        value = task
    for item in value if isinstance(value, list) else [value]:
        script = yaml.at(item, "cmd") if isinstance(item, dict) else item
        if isinstance(script, Scalar):
            yield script


def _needs(task: Yaml) -> Iterator[str]:
    called = [yaml.at(item, "task") for item in yaml.sequence(yaml.at(task, "cmds"))]
    needed = yaml.sequence(yaml.at(task, "deps"))
    for item in (*needed, *(yaml.at(item, "task") for item in needed), *called):
        if isinstance(item, Scalar):
            yield item.text


def _variables(level: Yaml) -> dict[str, str]:
    found = {**yaml.mapping(yaml.at(level, "env")), **yaml.mapping(yaml.at(level, "vars"))}
    return {name: value.text for name, value in found.items() if isinstance(value, Scalar)}


def _filled(script: Scalar, variables: Mapping[str, str]) -> Scalar:
    return Scalar(_plain(script.text, variables), script.line, script.end_line, script.literal)


def _plain(text: str, variables: Mapping[str, str]) -> str:
    return _TEMPLATE.sub(lambda found: variables.get(found[1] or "", f"${found[1] or 'template'}"), text)
