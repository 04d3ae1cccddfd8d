"""Where something stands, and what is said of a place: positions, evidence, problems."""

from __future__ import annotations

from msgspec import Struct


class Location(Struct, frozen=True, array_like=True, order=True, gc=False):
    """A range of a file: posix path from the project root, 1-based lines and columns in code points.

    For a notebook, lines count through the joined code cells; `cell` (0-based index of the cell in the
    notebook) and `cell_line` (1-based) say where a person finds them.
    """

    path: str
    line: int
    column: int
    end_line: int
    end_column: int
    cell: int | None = None
    cell_line: int | None = None


class Evidence(Struct, frozen=True, array_like=True):
    """One sentence that a person can check at a place (or that holds for the whole project: no place)."""

    text: str
    at: Location | None


class Problem(Struct, frozen=True, array_like=True, order=True):
    """A file that could not be read, and why; `line` is 1-based, or 0 for the file as a whole."""

    path: str
    line: int
    message: str
