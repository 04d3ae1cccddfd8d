"""Where in a manifest a command stands, and in which directory it runs."""

from __future__ import annotations

import posixpath
from collections.abc import Sequence
from fnmatch import fnmatchcase

from tierlint.model import Location


class Unreadable(Exception):
    """A manifest that does not follow its format; `line` is 1-based, or 0 for the file as a whole.

    path: which file it is, where that is not the one that is read but one that it includes.
    """

    def __init__(self, line: int, message: str, path: str = "") -> None:
        super().__init__(message)
        self.line = line
        self.message = message
        self.path = path


def page(text: str) -> list[str]:
    """The physical lines of a file, counted the way editors count them."""
    return [line.rstrip("\r") for line in text.split("\n")]


def span(path: str, lines: Sequence[str], first: int, last: int = 0) -> Location:
    """Lines `first` to `last` (1-based) of a file, without the indentation before and the blanks behind."""
    first = min(max(first, 1), len(lines))
    last = min(max(last, first), len(lines))
    opening, closing = lines[first - 1], lines[last - 1].rstrip()
    column = len(opening) - len(opening.lstrip()) + 1
    return Location(path, first, column, last, max(len(closing) + 1, column if last == first else 1))


def line_of(lines: Sequence[str], wanted: str, start: int = 1) -> int:
    """The first line from `start` on that contains a text; `start` itself when none does."""
    for number in range(start, len(lines) + 1):
        if wanted in lines[number - 1]:
            return number
    return start


def inside(directory: str, path: str) -> str:
    """`path` seen from `directory`, as a path from the project root; what leads out of it is the root."""
    joined = posixpath.normpath(posixpath.join(directory, path.strip()))
    if joined == "." or joined.startswith("../") or joined == "..":
        return ""
    return joined.lstrip("/")


def folder(path: str) -> str:
    """The directory of a file, as a path from the project root."""
    return posixpath.dirname(path)


def matches(path: str, globs: Sequence[str]) -> bool:
    """Whether a path, or the end of it from any directory on, is one that a glob names."""
    name = posixpath.basename(path)
    return any(
        fnmatchcase(path, glob) or fnmatchcase(path, f"*/{glob}") if "/" in glob else fnmatchcase(name, glob)
        for glob in globs
    )
