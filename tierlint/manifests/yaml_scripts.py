"""Lists of shell lines in YAML, run one after the other in the same shell, as CI systems write them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from msgspec.structs import replace

from tierlint.manifests.places import span
from tierlint.manifests.shell import changed_directory, script_commands, statements
from tierlint.manifests.yaml_values import Scalar, Yaml
from tierlint.model import Command


def scalars(value: Yaml | None) -> Iterator[Scalar]:
    """The scalars of a scalar or of a list, whose items may be lists again: that is how aliases add lines."""
    if isinstance(value, Scalar):
        yield value
    elif isinstance(value, list):
        for item in value:
            yield from scalars(item)


def directory_after(command: Command) -> str:
    """Where the next line of the same script runs."""
    directory = command.directory
    for statement in statements(command.text) if "cd" in command.text or "pushd" in command.text else ():
        if not statement.depth:
            moved = changed_directory(statement.words, directory, command.at.path)
            directory = directory if moved is None else moved
    return directory


def commands(
    path: str,
    page: Sequence[str],
    script: Sequence[Scalar],
    when: str,
    directory: str,
    variables: Mapping[str, str] | None = None,
) -> Iterator[Command]:
    """One command per logical line of a script that is written as one scalar or as several."""
    body: list[str] = []
    places: list[tuple[int, int]] = []
    for scalar in script:
        for number, line in enumerate(scalar.text.rstrip("\n").split("\n")):
            body.append(line)
            at = scalar.line + 1 + number
            places.append((at, at) if scalar.literal else (scalar.line, scalar.end_line))
    for command in script_commands("\n".join(body), path, body, when, directory, 1, variables):
        first, last = places[command.at.line - 1][0], places[command.at.end_line - 1][1]
        yield replace(command, at=span(path, page, first, last))
