"""The lines of a call as they stand in its file, with the call underlined."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from tierlint.model import Location
from tierlint.report.view import paint, printable

_MOST_LINES: Final = 6
_WIDEST: Final = 160


def read_lines(file: Path) -> list[str]:
    """The lines of a file, of a notebook those of its joined code cells; none where it cannot be read."""
    from tierlint.notebook import NotebookSource, to_python  # a run without findings reads no source again
    from tierlint.parsing import decode

    try:
        data = file.read_bytes()
        if file.suffix == ".ipynb":
            source = to_python(data)
            data = source.source if isinstance(source, NotebookSource) else b""
        text = decode(data)
    except (OSError, SyntaxError, UnicodeDecodeError):  # it has gone or changed since it was analysed
        return []
    return re.split(r"\r\n|\r|\n", text)


def frame(at: Location, lines: Sequence[str], color: bool) -> list[str]:
    """The frame's lines; none where the file no longer has such lines."""
    if not 1 <= at.line <= len(lines):
        return []
    last = min(at.end_line, len(lines))
    # In a notebook people count lines from the top of the cell.
    shift = at.line - at.cell_line if at.cell_line is not None else 0
    shown = list(range(at.line, last + 1))
    cut = len(shown) > _MOST_LINES
    if cut:
        shown = [*shown[: _MOST_LINES - 1], shown[-1]]
    width = len(str(last - shift))
    bar = paint("|", "blue", color)
    framed = [f"{' ' * width} {bar}"]
    for number in shown:
        if cut and number == last:
            framed.append(f"{' ' * width} {paint(':', 'blue', color)}")
        text = _clean(lines[number - 1])
        gutter = paint(f"{number - shift:>{width}}", "blue", color)
        framed.append(f"{gutter} {bar} {text[:_WIDEST]}".rstrip())
        if number == at.line:
            framed.append(f"{' ' * width} {bar} {paint(_carets(at, lines[number - 1]), 'red', color)}")
    framed.append(f"{' ' * width} {bar}")
    return framed


def _carets(at: Location, line: str) -> str:
    end = at.end_column - 1 if at.end_line == at.line else len(line.rstrip())
    before, under = _clean(line[: at.column - 1]), _clean(line[at.column - 1 : end])
    start = min(_width(before), _WIDEST - 1)
    return " " * start + "^" * max(1, min(_width(under), _WIDEST - start))


def _clean(text: str) -> str:
    return printable(text.rstrip("\r\n").replace("\t", "    ").replace("\f", " "))


def _width(text: str) -> int:
    """Columns in a terminal, in which East Asian characters take two."""
    if text.isascii():
        return len(text)
    wide = sum(unicodedata.east_asian_width(one) in "WF" for one in text)
    return len(text) + wide - sum(unicodedata.combining(one) > 0 for one in text)
