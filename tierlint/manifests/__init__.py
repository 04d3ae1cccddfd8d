"""Deployment files read as commands, and commands as what they start: one reader per file format."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

from msgspec import Struct

from tierlint.manifests import (
    compose,
    crontab,
    dockerfile,
    github_actions,
    justfile,
    kubernetes,
    makefile,
    procfile,
    pyproject,
    setuptools_files,
    shell_scripts,
)
from tierlint.manifests.interpreter import interpret
from tierlint.manifests.places import Unreadable, matches
from tierlint.model import Command, Problem

__all__ = ["GLOBS", "READERS", "Reader", "interpret", "read_manifests"]


class Reader(Struct, frozen=True):
    """A file format: which files have it, and how its commands are read."""

    globs: tuple[str, ...]
    read: Callable[[str, str], Iterator[Command]]


READERS = (
    Reader(github_actions.GLOBS, github_actions.read),
    Reader(crontab.GLOBS, crontab.read),
    Reader(kubernetes.GLOBS, kubernetes.read),
    Reader(procfile.GLOBS, procfile.read),
    Reader(compose.GLOBS, compose.read),
    Reader(dockerfile.GLOBS, dockerfile.read),
    Reader(pyproject.GLOBS, pyproject.read),
    Reader(setuptools_files.GLOBS, setuptools_files.read),
    Reader(makefile.GLOBS, makefile.read),
    Reader(justfile.GLOBS, justfile.read),
    Reader(shell_scripts.GLOBS, shell_scripts.read),
)

# A glob without a slash is for a file's name, any other for its whole path.
GLOBS = tuple(
    dict.fromkeys(
        form
        for reader in READERS
        for glob in reader.globs
        for form in ((glob, f"*/{glob}") if "/" in glob else (glob,))
    )
)


def read_manifests(files: Mapping[str, str]) -> tuple[tuple[Command, ...], tuple[Problem, ...]]:
    """The commands of all deployment files, by path; a file that does not follow its format is a problem."""
    commands: dict[Command, None] = {}
    problems: dict[Problem, None] = {}
    for path in sorted(files):
        text = files[path].replace("\r\n", "\n")
        for reader in READERS:
            if not matches(path, reader.globs):
                continue
            try:
                for command in reader.read(path, text):
                    commands[command] = None
            except Unreadable as error:
                problems[Problem(path, error.line, error.message)] = None
            except RecursionError:
                problems[Problem(path, 0, "nested too deeply")] = None
    return tuple(commands), tuple(problems)
