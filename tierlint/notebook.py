"""A Jupyter notebook as one Python source, and the way back from its lines to the cells."""

from __future__ import annotations

import bisect
import json
import re
from collections.abc import Iterator, Sequence
from typing import Any

import msgspec
from msgspec import Struct

# Magics that run the code on their own line (and, as `%%`, the cell below it) in the notebook's namespace.
RUNS_CODE = frozenset({"time", "timeit", "prun", "memit", "mprun", "lprun", "snakeviz", "pyinstrument", "heat"})
# Cell magics around Python code whose own line holds nothing but arguments.
WRAPS_CODE = frozenset(
    {
        "capture",
        "python",
        "python3",
        "px",
        "local",
        "wandb",
        "ipytest",
        "manim",
        "scalene",
        "notify",
        "profile",
    }
)
MAGIC = re.compile(r"(?P<escape>%%?)(?P<name>[\w.]+)[ \t]*")
MAGIC_OPTIONS = re.compile(r"(?:-[fmsDT][ \t]*\S+[ \t]+|--?[A-Za-z]+(?:[ \t]*[\d.]+(?=\s))?[ \t]+)*")
COMPOUND_STATEMENT = re.compile(r"(?:for|while|if|with|try|def|class|async|match)\b|@")

# Databricks writes the language of a whole cell as a magic on its first line.
CELL_LANGUAGE = re.compile(r"%(?:md|sql|sh|r|scala|fs|html)(?:-\w+)?(?:\s|$)")
DATABRICKS = "application/vnd.databricks.v1+notebook"

# Commands that IPython takes without a `%`: two words in a row, which no Python statement is.
BARE_COMMAND = re.compile(
    r"(?:pip3?|conda|mamba|cd|ls|ll|cat|mkdir|rmdir|rm|cp|mv|load_ext|reload_ext|matplotlib|autoreload)"
    r"[ \t]+(?!(?:and|or|in|is|not|if|else|for|as)\b)[\w~/.][^=(]*"
)
ASSIGNED_MAGIC = re.compile(r"(?<![=!<>:])=[ \t]*(?=!(?!=)|%)")
# At the start of a statement none of these can be Python.
ESCAPES = ("!", "?", "/", ",", ";")

PROMPT = re.compile(r"(?:>>> ?|\.\.\. ?|In \[\d+\]: ?|   \.\.\.+: ?)")
ENCODING_COOKIE = re.compile(r"[ \t\f]*#.*?coding[:=]")

TOKEN = re.compile(r"'''|\"\"\"|['\"#()\[\]{}]|\\\Z")
UNTIL = {quote: re.compile(rf"(?:\\.|(?!{quote})[^\\])*") for quote in ("'", '"', "'''", '"""')}


class NotebookSource(Struct, frozen=True):
    """The joined code cells. `cells`: (0-based index in the notebook, 1-based first line in the source)."""

    source: bytes
    cells: tuple[tuple[int, int], ...]


class UnreadableNotebook(Struct, frozen=True):
    """Why there is no source; `line` is a line of the notebook's JSON, 1-based, or 0 for the whole file."""

    line: int
    message: str


class Cell(Struct, frozen=True):
    cell_type: str
    source: str | list[str] | None = None
    input: str | list[str] | None = None
    language: str | None = None
    metadata: Any = None


class Worksheet(Struct, frozen=True):
    cells: list[Cell] = []


class Notebook(Struct, frozen=True):
    """What is read of nbformat 4 (`cells`) and 3 (`worksheets`)."""

    cells: list[Cell] | None = None
    worksheets: list[Worksheet] | None = None
    metadata: Any = None


class Open(Struct, frozen=True):
    """What is still open at the end of a line."""

    brackets: int = 0
    quote: str = ""
    continued: bool = False

    @property
    def statement_ends(self) -> bool:
        return not (self.brackets or self.quote or self.continued)


def to_python(data: bytes) -> NotebookSource | UnreadableNotebook:
    """The Python code of the notebook, IPython's own syntax replaced by Python of as many lines."""
    notebook = read(data)
    if isinstance(notebook, UnreadableNotebook):
        return notebook
    if notebook.cells is None and notebook.worksheets is None:
        return UnreadableNotebook(0, "not a notebook: it has neither `cells` nor `worksheets`")
    cells = [*(notebook.cells or ()), *(cell for sheet in notebook.worksheets or () for cell in sheet.cells)]
    is_databricks = isinstance(notebook.metadata, dict) and DATABRICKS in notebook.metadata
    lines: list[str] = []
    firsts: list[tuple[int, int]] = []
    for index, cell in enumerate(cells if is_python(language_of(notebook.metadata)) else ()):
        if cell.cell_type == "code" and is_python(cell.language or at(cell.metadata, "vscode", "languageId")):
            firsts.append((index, len(lines) + 1))
            lines += python_lines(text_of(cell), is_databricks)
    # Cells are text already: a cookie would only make the bytes be read in another encoding.
    lines[:2] = ["#" if ENCODING_COOKIE.match(line) else line for line in lines[:2]]
    source = "".join(f"{line}\n" for line in lines)
    return NotebookSource(source.encode("utf-8", "replace"), tuple(firsts))


def locate(cells: tuple[tuple[int, int], ...], line: int) -> tuple[int, int]:
    """Where a person finds a line of the joined source: cell index and 1-based line in the cell."""
    position = bisect.bisect_right(cells, line, key=lambda cell: cell[1]) - 1
    index, first = cells[max(position, 0)]
    return index, line - first + 1


# --- The notebook's JSON ---------------------------------------------------------------------------


def read(data: bytes) -> Notebook | UnreadableNotebook:
    data = data.removeprefix(b"\xef\xbb\xbf")
    if not data.strip():
        return UnreadableNotebook(0, "not a notebook: the file is empty")
    try:
        try:
            return msgspec.json.decode(data, type=Notebook)
        except msgspec.ValidationError:
            raise
        except (msgspec.DecodeError, UnicodeDecodeError):
            # Jupyter writes what strict JSON does not allow: `NaN` in outputs, and halves of surrogate pairs.
            return msgspec.convert(json.loads(data), type=Notebook)
    except msgspec.ValidationError as error:
        return UnreadableNotebook(0, f"not a notebook: {error}")
    except json.JSONDecodeError as error:
        return UnreadableNotebook(error.lineno, f"not a notebook: broken JSON: {error.msg}")
    except UnicodeDecodeError as error:
        return UnreadableNotebook(data.count(b"\n", 0, error.start) + 1, "not a notebook: not in UTF-8")
    except RecursionError:
        return UnreadableNotebook(0, "not a notebook: nested too deeply to be read")


def at(value: Any, *keys: str) -> str:
    """The text at a path of keys; "" where there is none."""
    for key in keys:
        value = value.get(key) if isinstance(value, dict) else None
    return value if isinstance(value, str) else ""


def language_of(metadata: Any) -> str:
    declared = at(metadata, "language_info", "name") or at(metadata, "kernelspec", "language")
    if declared or at(metadata, "language"):
        return declared or at(metadata, "language")
    # R's kernel declares its language nowhere else before the first run.
    return "R" if at(metadata, "kernelspec", "name") == "ir" else ""


def is_python(language: str) -> bool:
    """Also where nothing is declared, as in a notebook that never ran."""
    return not language or "python" in language.lower()


def text_of(cell: Cell) -> str:
    text = cell.source if cell.source is not None else cell.input or ""
    return text if isinstance(text, str) else "".join(text)


# --- IPython's syntax ------------------------------------------------------------------------------


def python_lines(text: str, is_databricks: bool) -> list[str]:
    """The lines of one cell, each replaced by one line of Python."""
    lines = unprompted(re.split(r"\r\n|\r|\n", text))
    for number, line in enumerate(lines):
        if not line.strip() or line.lstrip().startswith("#"):
            continue
        magic = MAGIC.match(line)
        if is_databricks and CELL_LANGUAGE.match(line):
            return [""] * len(lines)
        if magic is None or magic["escape"] != "%%":
            return lines[:number] + list(statement_lines(lines[number:]))
        if magic["name"] not in RUNS_CODE | WRAPS_CODE:
            return [""] * len(lines)
        lines[number] = python_of_magic(line) if magic["name"] in RUNS_CODE else ""
    return lines


def unprompted(lines: list[str]) -> list[str]:
    """Without the prompts of a pasted session, or the indent that the cell shares with its first line."""
    first = next((line for line in lines if line.strip()), "")
    if PROMPT.match(first):
        return [PROMPT.sub("", line, count=1) for line in lines]
    indent = first[: len(first) - len(first.lstrip(" \t"))]
    return [line.removeprefix(indent) for line in lines] if indent else lines


def statement_lines(lines: Sequence[str]) -> Iterator[str]:
    state = Open()
    command_goes_on = False
    for line in lines:
        if command_goes_on:
            command_goes_on = line.endswith("\\")
            yield ""
            continue
        python = python_of_statement(line) if state.statement_ends else line
        command_goes_on = line.endswith("\\") and not python.endswith("\\")
        _, state = masked(python, state)
        yield python


def python_of_statement(line: str) -> str:
    """The line itself, unless it is IPython's own syntax."""
    indent = line[: len(line) - len(line.lstrip(" \t\f"))]
    text = line[len(indent) :]
    if text.startswith("%"):
        return indent + python_of_magic(text)
    if text.startswith(ESCAPES):
        return f"{indent}pass"
    code, _ = masked(line, Open())
    if code.rstrip().endswith("?") or BARE_COMMAND.fullmatch(code.strip()):
        return f"{indent}pass"
    assigned = ASSIGNED_MAGIC.search(code)
    if assigned is None:
        return line
    target, value = line[: assigned.end()], line[assigned.end() :]
    start = code_of_magic(value)
    return target + ("None" if start is None else " " * start + value[start:])


def python_of_magic(text: str) -> str:
    """The code that a magic runs, in the columns where it stands, or `pass`."""
    start = code_of_magic(text)
    if start is None:
        return "pass"
    # Nothing can stand before a compound statement on its line, so these move to the left.
    return text[start:] if COMPOUND_STATEMENT.match(text, start) else "pass;".ljust(start) + text[start:]


def code_of_magic(text: str) -> int | None:
    """Where in the text of a magic the code begins that it runs, if it does."""
    magic = MAGIC.match(text)
    if magic is None or magic["name"] not in RUNS_CODE:
        return None
    options = MAGIC_OPTIONS.match(text, magic.end())
    start = options.end() if options else magic.end()
    rest = text[start:].strip()
    return None if not rest or rest.startswith(("-", "#", "?")) else start


def masked(line: str, state: Open) -> tuple[str, Open]:
    """The line with strings and comments blotted out, and what is open at its end."""
    brackets, quote, position = state.brackets, state.quote, 0
    code: list[str] = []
    while True:
        if quote:
            body = UNTIL[quote].match(line, position)
            end = body.end() if body else position
            if not line.startswith(quote, end):
                code.append('"' * (len(line) - position))
                # A quoted string of one line goes on only behind a backslash.
                still_open = len(quote) == 3 or line[end:] == "\\"
                return "".join(code), Open(brackets, quote if still_open else "")
            end += len(quote)
            code.append('"' * (end - position))
            quote, position = "", end
        token = TOKEN.search(line, position)
        if token is None:
            return "".join(code) + line[position:], Open(brackets)
        code.append(line[position : token.start()])
        text, position = token.group(), token.end()
        if text == "#":
            return "".join(code), Open(brackets)
        if text == "\\":
            return "".join(code) + text, Open(brackets, "", True)
        if text in UNTIL:
            quote = text
            code.append('"' * len(text))
        else:
            brackets = brackets + 1 if text in "([{" else max(brackets - 1, 0)
            code.append(text)
