"""Notebooks become Python of exactly as many lines as their code cells have."""

from __future__ import annotations

import ast
import json
from typing import Any

import pytest

from tierlint.notebook import NotebookSource, UnreadableNotebook, locate, to_python

PYTHON = {"language_info": {"name": "python"}}


def notebook(*cells: str | list[str], metadata: dict[str, Any] = PYTHON) -> bytes:
    code = [{"cell_type": "code", "metadata": {}, "outputs": [], "source": cell} for cell in cells]
    return json.dumps({"cells": code, "metadata": metadata, "nbformat": 4}).encode()


def joined(data: bytes) -> NotebookSource:
    read = to_python(data)
    assert isinstance(read, NotebookSource), read
    return read


def python(cell: str) -> str:
    """The source of a notebook of one cell, which must parse and keep its lines."""
    source = joined(notebook(cell)).source.decode()
    ast.parse(source)
    assert source.count("\n") == cell.count("\n") + 1
    return source.removesuffix("\n")


# --- IPython's syntax ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("cell", "expected"),
    [
        ("%matplotlib inline\nx = 1", "pass\nx = 1"),
        ("x = 5\n%d", "x = 5\npass"),
        ("x = (5\n % 3)", "x = (5\n % 3)"),
        ("x = 5 \\\n % 3", "x = 5 \\\n % 3"),
        ("'''\n%time\n!ls\nwhat?\n'''", "'''\n%time\n!ls\nwhat?\n'''"),
        ("f(\n  '%s'\n  % x)", "f(\n  '%s'\n  % x)"),
        ("x = '''a''' # '''\n%magic", "x = '''a''' # '''\npass"),
        ("x = 'it\\'s (' # (\n%magic", "x = 'it\\'s (' # (\npass"),
        ("x = 'a\\\n%b'\n%magic", "x = 'a\\\n%b'\npass"),
        ("!pip install openai", "pass"),
        ("!pip install \\\n  openai \\\n  httpx\nx = 1", "pass\n\n\nx = 1"),
        ("!!ls", "pass"),
        ("x = !ls -la", "x = None"),
        ("a.b['c'] = %sql select 1", "a.b['c'] = None"),
        ("x = y != z", "x = y != z"),
        ("x = '= !ls'", "x = '= !ls'"),
        ("x = y == -1 and '%s' % y", "x = y == -1 and '%s' % y"),
        ("client?\n?client\nclient.chat??\n%%time?", "pass\npass\npass\npass"),
        ("# why?\nx = 'why?'  # why?", "# why?\nx = 'why?'  # why?"),
        ("if x:\n    %pip install y\n    !ls\n    z?", "if x:\n    pass\n    pass\n    pass"),
        ("pip install openai\ncd /content\nconda install x", "pass\npass\npass"),
        ("pip = 1\nls -la\ncd\npip if pip else ls", "pip = 1\nls -la\ncd\npip if pip else ls"),
        ("/f x\n,f a b\n;f a b", "pass\npass\npass"),
        ("await client.get()", "await client.get()"),
        (">>> x = f(\n...   1)\n>>> y", "x = f(\n  1)\ny"),
        ("In [1]: x = 1\n   ...: y = 2", "x = 1\ny = 2"),
        ("  x = 1\n  if x:\n    y", "x = 1\nif x:\n  y"),
        ("# -*- coding: latin-1 -*-\nx = 'ä'", "#\nx = 'ä'"),
    ],
)
def test_lines(cell: str, expected: str) -> None:
    assert python(cell) == expected


@pytest.mark.parametrize(
    ("cell", "expected"),
    [
        ("%time x = f(a)", "pass; x = f(a)"),
        ("%timeit -n 10 -r3 f(a)", "pass;             f(a)"),
        ("%prun -s cumulative f(a)", "pass;               f(a)"),
        ("x = %timeit -o f(a)", "x =            f(a)"),
        ("if a:\n    %time f(a)", "if a:\n    pass; f(a)"),
        ("%time f(a, \\\n  b)", "pass; f(a, \\\n  b)"),
        ("%time for a in b: f(a)", "for a in b: f(a)"),
        ("%time", "pass"),
        ("%timer f(a)", "pass"),
    ],
)
def test_code_behind_a_magic_stays_in_its_columns(cell: str, expected: str) -> None:
    assert python(cell) == expected


@pytest.mark.parametrize(
    ("cell", "expected"),
    [
        ("%%bash\nls *.py\necho 'x", "\n\n"),
        ("\n# about it\n%%html\n<b>x?</b>", "\n\n\n"),
        ("%%writefile x.py\nx = 1", "\n"),
        ("%%script python\nx = 1", "\n"),
        ("%%capture out --no-stderr\nx = f()", "\nx = f()"),
        ("%%time\nx = f()\n%pip install y", "pass\nx = f()\npass"),
        ("%%timeit x = 1\nf(x)", "pass;    x = 1\nf(x)"),
        ("%%capture\n%%time\nx = f()", "\npass\nx = f()"),
        ("%%capture\n%%bash\nls -la", "\n\n"),
        ("x = 1\n%%bash", "x = 1\npass"),
    ],
)
def test_cell_magics(cell: str, expected: str) -> None:
    assert python(cell) == expected


def test_databricks_names_the_language_of_a_cell_on_its_first_line() -> None:
    cells = ("%sql\nselect 1", "%md # Title\nwhat is this", "%python\nx = 1")
    metadata = {**PYTHON, "application/vnd.databricks.v1+notebook": {"language": "python"}}
    assert joined(notebook(*cells, metadata=metadata)).source == b"\n\n\n\npass\nx = 1\n"
    assert joined(notebook("%sql select 1\nx = 1")).source == b"pass\nx = 1\n"


# --- Cells and lines -------------------------------------------------------------------------------


def test_cells_are_found_again() -> None:
    markdown = {"cell_type": "markdown", "source": "# x = (", "metadata": {}}
    code = [
        {"cell_type": "code", "source": source, "metadata": {}} for source in ("a\nb", [], ["c\n", "d\r\n", "e"], "f\n")
    ]
    data = json.dumps({"cells": [markdown, code[0], markdown, *code[1:]], "metadata": PYTHON}).encode()
    read = joined(data)
    assert read.source == b"a\nb\n\nc\nd\ne\nf\n\n"
    assert read.cells == ((1, 1), (3, 3), (4, 4), (5, 7))
    places = [locate(read.cells, line) for line in range(1, 9)]
    assert places == [(1, 1), (1, 2), (3, 1), (4, 1), (4, 2), (4, 3), (5, 1), (5, 2)]


def test_format_3() -> None:
    cells = [
        {"cell_type": "heading", "source": "x"},
        {"cell_type": "code", "language": "python", "input": ["a\n", "b"]},
        {"cell_type": "code", "language": "R", "input": ["a <- b"]},
        {"cell_type": "code", "language": "python", "input": "c"},
    ]
    data = json.dumps({"nbformat": 3, "worksheets": [{"cells": cells[:2]}, {"cells": cells[2:]}]}).encode()
    assert joined(data) == NotebookSource(b"a\nb\nc\n", ((1, 1), (3, 3)))


@pytest.mark.parametrize(
    ("metadata", "is_python"),
    [
        ({}, True),
        ({"language_info": {"name": "ipython"}}, True),
        ({"kernelspec": {"language": "Python", "name": "x"}}, True),
        ({"kernelspec": {"name": "python3"}}, True),
        ({"kernelspec": {"name": "ir", "display_name": "R"}}, False),
        ({"kernelspec": {"language": "julia"}}, False),
        ({"language_info": {"name": "R"}, "kernelspec": None}, False),
    ],
)
def test_only_python_is_read(metadata: dict[str, Any], is_python: bool) -> None:
    assert (joined(notebook("x", metadata=metadata)).source == b"x\n") is is_python


def test_a_cell_in_another_language() -> None:
    cell = {"cell_type": "code", "source": "select 1", "metadata": {"vscode": {"languageId": "sql"}}}
    assert joined(json.dumps({"cells": [cell], "metadata": PYTHON}).encode()).source == b""


@pytest.mark.parametrize(
    "data",
    [
        b'\xef\xbb\xbf{"cells": [{"cell_type": "code", "source": "x"}]}',
        b'{"cells": [{"cell_type": "code", "source": "x", "outputs": [{"value": NaN}]}]}',
        b'{"cells": [{"cell_type": "code", "source": "x", "outputs": ["\\ud83d"]}]}',
        b'{"cells": [{"cell_type": "code", "source": "x", "metadata": null}], "metadata": null}',
    ],
)
def test_what_jupyter_opens_is_read(data: bytes) -> None:
    assert joined(data).source == b"x\n"


@pytest.mark.parametrize(
    ("data", "line", "message"),
    [
        (b"", 0, "the file is empty"),
        (b'{\n"cells": [\n{"cell_type": "code",}\n]}', 3, "broken JSON: "),
        (b'{\n"cells": [', 2, "broken JSON: "),
        (b'{\n"cells": [{"cell_type": "code", "source": "\xff"}]}', 2, "not in UTF-8"),
        (b"[]", 0, "Expected `object`"),
        (b"{}", 0, "it has neither `cells` nor `worksheets`"),
        (b'{"cells": [{"cell_type": "code", "source": 1}]}', 0, "$.cells[0].source"),
        (b'{"cells": [{"cell_type": "code", "outputs": [' + b"[" * 100_000, 0, "nested too deeply"),
    ],
)
def test_broken_notebooks_say_why_and_where(data: bytes, line: int, message: str) -> None:
    read = to_python(data)
    assert isinstance(read, UnreadableNotebook)
    assert read.line == line
    assert read.message.startswith("not a notebook: ")
    assert message in read.message
    assert "\n" not in read.message
