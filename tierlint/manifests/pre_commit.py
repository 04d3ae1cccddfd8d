"""pre-commit: the hooks that are commands of the project itself."""

from __future__ import annotations

import shlex
from collections.abc import Iterator

from tierlint.manifests import yaml_values as yaml
from tierlint.manifests.places import folder, page, span
from tierlint.manifests.recipes import Recipe
from tierlint.manifests.yaml_values import Scalar
from tierlint.model import Command

GLOBS = (".pre-commit-config.yaml", ".pre-commit-config.yml", "prek.yaml")


def read(path: str, text: str) -> Iterator[Command]:
    """The entry and arguments of every local hook: a person starts them with a commit."""
    for recipe in recipes(path, text):
        yield from recipe.commands


def recipes(path: str, text: str) -> Iterator[Recipe]:
    """First all hooks, because that is what runs when none is named; then each by its id."""
    lines = page(text)
    found: dict[str, Command] = {}
    for document in yaml.documents(text):
        for repository in yaml.sequence(yaml.at(document, "repos")):
            for hook in yaml.sequence(yaml.at(repository, "hooks")):
                entry = yaml.at(hook, "entry")
                # Hooks of other repositories bring their own code.
                if yaml.string(yaml.at(repository, "repo")) != "local" or not isinstance(entry, Scalar):
                    continue
                arguments = shlex.join(word.text for word in yaml.words(yaml.at(hook, "args")))
                place = span(path, lines, entry.line, entry.end_line)
                name = yaml.string(yaml.at(hook, "id"))
                found[name] = Command(f"{entry.text.strip()} {arguments}".strip(), "manual", place, folder(path))
    yield Recipe("all", (), tuple(found))
    for name, command in found.items():
        yield Recipe(name, (command,))
