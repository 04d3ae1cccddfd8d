"""What is read of deployment files, in rows that a test can write down."""

from __future__ import annotations

from tierlint.manifests import read_manifests

# (when, line, directory, text)
Row = tuple[str, int, str, str]


def read(path: str, text: str) -> list[Row]:
    commands, problems = read_manifests({path: text})
    assert not problems
    assert all(command.at.path == path for command in commands)
    return [(c.when, c.at.line, c.directory, c.text) for c in commands]


def problems(path: str, text: str) -> list[tuple[str, int]]:
    commands, found = read_manifests({path: text})
    assert not commands
    return [(problem.path, problem.line) for problem in found]


def read_all(files: dict[str, str]) -> list[tuple[str, str, int, str, str]]:
    commands, found = read_manifests(files)
    assert not found
    return [(c.when, c.at.path, c.at.line, c.directory, c.text) for c in commands]
