"""Compose files: the command of each service."""

from __future__ import annotations

import posixpath
import shlex
from collections.abc import Iterator

from tierlint.manifests import yaml_values as yaml
from tierlint.manifests.command_table import with_environment
from tierlint.manifests.places import folder, inside, page, span
from tierlint.manifests.yaml_values import Scalar, Yaml
from tierlint.model import Command

GLOBS = (
    "*docker-compose*.yml",
    "*docker-compose*.yaml",
    "compose*.yml",
    "compose*.yaml",
    "*-stack.yml",
    "*-stack.yaml",
    "local.yml",
    "production.yml",
)


def read(path: str, text: str) -> Iterator[Command]:
    """Entry point and command of every service, in the directory that is built into its image."""
    if "services:" not in text:
        return
    lines = page(text)
    for document in yaml.documents(text):
        for service in yaml.mapping(yaml.at(document, "services")).values():
            entry, command = yaml.at(service, "entrypoint"), yaml.at(service, "command")
            words = (*yaml.words(entry), *yaml.words(command))
            if words:
                place = span(path, lines, words[0].line, words[-1].end_line)
                text = with_environment(f"{_text(entry)} {_text(command)}".strip(), _environment(service))
                yield Command(text, "service", place, _directory(path, service))


def _text(command: Yaml | None) -> str:
    if isinstance(command, Scalar):
        # Compose splits a string into words but does not run a shell, so a line break is a blank.
        return command.text.replace("$$", "$").replace("\n", " ").strip()
    return shlex.join(word.text.replace("$$", "$") for word in yaml.words(command))


def _environment(service: Yaml) -> dict[str, str]:
    declared = yaml.at(service, "environment")
    if isinstance(declared, dict):
        return {name: yaml.string(value) for name, value in declared.items()}
    pairs = (word.text.partition("=") for word in yaml.words(declared))
    return {name: value for name, equals, value in pairs if equals}


def _directory(path: str, service: Yaml) -> str:
    build = yaml.at(service, "build")
    context = yaml.string(build) or yaml.string(yaml.at(build, "context"))
    base = inside(folder(path), context or ".")
    working = yaml.string(yaml.at(service, "working_dir"))
    if not working:
        return base
    for volume in yaml.words(yaml.at(service, "volumes")):
        host, _, container = volume.text.partition(":")
        container = container.partition(":")[0].rstrip("/")
        if host.startswith(".") and container and f"{working}/".startswith(f"{container}/"):
            return inside(inside(folder(path), host), "." + working[len(container) :])
    return posixpath.join(base, posixpath.normpath(working).strip("/"))
