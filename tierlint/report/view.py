"""How a report is to be shown, and the spelling of places, counts and colours that all text formats share."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Final

from msgspec import Struct

from tierlint.model import Diagnostic, Evidence, JudgedCall, Location

_STYLES: Final = {"bold": "1", "dim": "2", "red": "1;31", "green": "32", "blue": "1;34", "cyan": "36"}

_WIDEST_STEP: Final = 80


class View(Struct, frozen=True):
    """What a renderer is told besides the report.

    lines: the lines of a file, by its path; of a notebook, those of its joined code cells; none where it
    cannot be read any more. names: code -> name of every rule. table_prefix: what stands before the name of a
    table in the project's settings file. summary: end with a line of counts. shown: a path from the project's root
    as it is reached from where tierlint was started.
    """

    version: str
    models_as_of: str
    names: dict[str, str]
    lines: Callable[[str], Sequence[str]]
    color: bool = False
    summary: bool = True
    table_prefix: str = "tool.tierlint."
    shown: Callable[[str], str] = str


def place(at: Location, view: View) -> str:
    """`path:line:column`, or `path:cell N:line:column` with cells counted from 1, as people see them."""
    return f"{line_place(at, view)}:{at.column}"


def line_place(at: Location, view: View) -> str:
    """`path:line` or `path:cell N:line`; the path alone for a file as a whole."""
    path = printable(view.shown(at.path))
    if at.cell is not None:
        return f"{path}:cell {at.cell + 1}:{at.cell_line}"
    return f"{path}:{at.line}" if at.line else path


def printable(text: str) -> str:
    """Without control characters, which in a terminal could rewrite what stands above."""
    if text.isprintable():
        return text
    return "".join(one if one.isprintable() or one == "\t" else ascii(one)[1:-1] for one in text)


def evidence_text(evidence: Evidence, view: View) -> str:
    where = f" ({line_place(evidence.at, view)})" if evidence.at else ""
    return f"{printable(evidence.text)}{where}"


def evidence_line(evidence: Evidence, view: View) -> str:
    where = f"{line_place(evidence.at, view)}: " if evidence.at else ""
    return f"{where}{printable(evidence.text)}"


def step_text(step: Evidence, view: View) -> str:
    """One step of the way to a call: the place, what happens there, and its line of code."""
    lines = view.lines(step.at.path) if step.at else ()
    line = lines[step.at.line - 1].strip() if step.at and 1 <= step.at.line <= len(lines) else ""
    code = (
        f"  {paint('|', 'blue', view.color)} {paint(printable(line[:_WIDEST_STEP]), 'dim', view.color)}" if line else ""
    )
    return f"{evidence_line(step, view)}{code}"


def paint(text: str, style: str, color: bool) -> str:
    return f"\x1b[{_STYLES[style]}m{text}\x1b[0m" if color else text


def wants_color(is_terminal: bool, environment: Mapping[str, str]) -> bool:
    """https://no-color.org and https://force-color.org; a CI log is no terminal, whatever it says."""
    if environment.get("NO_COLOR"):
        return False
    if environment.get("FORCE_COLOR"):
        return True
    return is_terminal and not environment.get("CI") and environment.get("TERM") != "dumb"


def count(number: int, noun: str, plural: str | None = None) -> str:
    return f"{number} {noun if number == 1 else plural or f'{noun}s'}"


def in_order(diagnostics: Iterable[Diagnostic]) -> list[Diagnostic]:
    return sorted(diagnostics, key=lambda one: (_position(one.at), one.rule))


def calls_in_order(calls: Iterable[JudgedCall]) -> list[JudgedCall]:
    return sorted(calls, key=lambda call: _position(call.api_call.at))


def _position(at: Location) -> tuple[str, int, int, int, int]:
    return at.path, at.line, at.column, at.end_line, at.end_column
