"""One more parameter goes where a person would write it, and nothing else of the file changes."""

from __future__ import annotations

import ast
import subprocess
import sys

import pytest

from tierlint import fixes
from tierlint.model import Splice
from tierlint.signatures import read_signatures

# Source, and what the parameter makes of its first line or lines.
SIGNATURES = [
    ("def f(): return 1\n", "def f(x=None): return 1\n"),
    ("def f( ): pass\n", "def f(x=None ): pass\n"),
    ("def f(a): return a\n", "def f(a, x=None): return a\n"),
    ("def f(a, b,): pass\n", "def f(a, b, x=None,): pass\n"),
    ("async def f(a, *, c) -> int: ...\n", "async def f(a, *, c, x=None) -> int: ...\n"),
    ("def f(a, /): pass\n", "def f(a, /, x=None): pass\n"),
    ("def f(a, /, b, *c): pass\n", "def f(a, /, b, *c, x=None): pass\n"),
    ("def f(a = 1 , *b , c = 2 , ) : pass\n", "def f(a = 1 , *b , c = 2, x=None , ) : pass\n"),
    (
        "def f(a=lambda y: (y), b={'k': 1}) -> 'x:y': pass\n",
        "def f(a=lambda y: (y), b={'k': 1}, x=None) -> 'x:y': pass\n",
    ),
    ("def f(\n    a,\n    b,  # b: )\n):\n    pass\n", "def f(\n    a,\n    b,  # b: )\n    x=None,\n):\n    pass\n"),
    ("def f(\n    a,\n    b  # b\n): pass\n", "def f(\n    a,\n    b, x=None  # b\n): pass\n"),
    ("def f(\n    a\n): pass\n", "def f(\n    a,\n    x=None\n): pass\n"),
    ("def f(a,\n      b) -> int: ...\n", "def f(a,\n      b,\n      x=None) -> int: ...\n"),
    ("def f(\r\n    a,\r\n): pass\r\n", "def f(\r\n    a,\r\n    x=None,\r\n): pass\r\n"),
    ("@g(a=(1))\ndef f(a): pass\n", "@g(a=(1))\ndef f(a, x=None): pass\n"),
    ("class A:\n    def f(self): pass\n", "class A:\n    def f(self, x=None): pass\n"),
    ("# é\n'ä'; b = 'ö'\ndef f(ä='('): pass\n", "# é\n'ä'; b = 'ö'\ndef f(ä='(', x=None): pass\n"),
    ("\ufeffdef f(a): pass\n", "\ufeffdef f(a, x=None): pass\n"),
]


@pytest.mark.parametrize(("source", "expected"), SIGNATURES)
def test_one_more_parameter(source: str, expected: str) -> None:
    data = source.encode()
    place = first_function(source)
    signature = read_signatures(data, [place])[place]
    assert signature.insert_at is not None, signature.obstacle
    edit = Splice("x.py", signature.insert_at, signature.insert_at, f"{signature.before}x=None{signature.after}")
    after = fixes.apply(data, [edit])
    assert after.decode() == expected
    assert fixes.check(data, after, [edit]) is None


HINTED = [("def f(a): pass\n", False), ("def f(a: int): pass\n", True), ("def f() -> int: pass\n", True)]


@pytest.mark.parametrize(("source", "hinted"), HINTED)
def test_whether_a_signature_has_type_hints(source: str, hinted: bool) -> None:
    assert read_signatures(source.encode(), [(1, 1)])[1, 1].hinted is hinted


SPEAKS = [
    ("def f(a):\n    return service_tier\n", True),
    ("def f(a):\n    return g(service_tier)\n", True),
    ("def f(a):\n    return f'{service_tier}'\n", True),
    ("def f(a):\n    return service_tier == a\n", True),
    ("def f(a):\n    return g(service_tier=a)\n", False),
    ("def f(a):\n    return a.service_tier\n", False),
    ("def f(a):\n    return a['service_tier']  # service_tier\n", False),
    ("def f(a):\n    return a\nservice_tier\n", False),
]


@pytest.mark.parametrize(("source", "speaks"), SPEAKS)
def test_whether_the_name_means_something_there(source: str, speaks: bool) -> None:
    assert read_signatures(source.encode(), [(1, 2)])[1, 2].speaks is speaks


NOT_READ = [
    (b"f = lambda a: a\n", "no definition"),
    (b"def f(a: pass\n", "no end"),
    (b"'''\ndef f(a): pass\n'''\n", "no definition"),
    (b"def f(a=" + b"(" * 500 + b")" * 500 + b"): pass\n", "nested too deeply"),
    (b"# coding: klingon\ndef f(a): pass\n", "cannot be decoded"),
    (b"def f(a b): pass\n", "cannot read"),
]


@pytest.mark.parametrize(("data", "why"), NOT_READ)
def test_what_cannot_be_edited_says_why(data: bytes, why: str) -> None:
    place = (2, 2) if data.startswith((b"#", b"'")) else (1, 1)
    signature = read_signatures(data, [place])[place]
    assert signature.insert_at is None
    assert why in (signature.obstacle or "")


def test_libcst_is_not_imported_before_it_is_needed() -> None:
    program = "import sys, tierlint.signatures, tierlint.readings; print('libcst' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert done.stdout.strip() == "False", done.stderr


def first_function(source: str) -> tuple[int, int]:
    tree = ast.parse(source.removeprefix("\ufeff"))
    found = next(node for node in ast.walk(tree) if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)))
    return found.lineno, found.end_lineno or 0
