"""Any bytes give a tree or one line of reason, and both parsers give the same tree."""

from __future__ import annotations

import ast
import os
import subprocess
import sys
import sysconfig
import threading
import warnings
from pathlib import Path

import pytest

from tierlint.parsing import Unreadable, decode, parse, parse_newer

STDLIB = Path(sysconfig.get_path("stdlib"))
SITE_PACKAGES = Path(sysconfig.get_path("purelib"))
FULL = os.environ.get("TIERLINT_FULL") == "1"
REFUSED = Unreadable(0, "refused")
POSITION = ("lineno", "col_offset", "end_lineno", "end_col_offset")

PARENTHESISED_TARGET = "LibCST does not read an annotated target in parentheses: `(x): int`"
KNOWN_DEFECTS = {
    "test/test_grammar.py": PARENTHESISED_TARGET,
    "test/ann_module.py": PARENTHESISED_TARGET,
    "test/typinganndata/ann_module.py": PARENTHESISED_TARGET,
}
if sys.version_info >= (3, 12):
    KNOWN_DEFECTS["test/test_fstring.py"] = "f-strings with comments in them: CPython drops what `{x = }` shows"


def sources(directory: Path, how_many: int) -> list[Path]:
    """All Python files with TIERLINT_FULL=1; else some of them, of ordinary size, from everywhere."""
    found = sorted(path for path in directory.rglob("*.py") if path.is_file())
    if directory == STDLIB:
        found = [path for path in found if "site-packages" not in path.parts]
    if FULL:
        return found
    ordinary = [path for path in found if path.stat().st_size < 60_000]
    return ordinary[:: max(len(ordinary) // how_many, 1)]


def comparable(tree: ast.Module, *, positions: bool = True) -> str:
    """The tree as text, without what differs between releases and is not known outside of the interpreter."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant):
            node.kind = None
        if not isinstance(node, ast.JoinedStr):
            continue
        # Some releases of 3.12 have empty texts in format specifications.
        node.values = [each for each in node.values if not (isinstance(each, ast.Constant) and each.value == "")]
        if sys.version_info < (3, 12):  # inside f-strings, positions were wrong before
            for inner in ast.walk(node):
                for name in POSITION:
                    if inner is not node and hasattr(inner, name):
                        setattr(inner, name, 0)
    return ast.dump(tree, include_attributes=positions, indent=1)


def converted(data: bytes) -> ast.Module:
    tree = parse_newer(data, REFUSED)
    assert isinstance(tree, ast.Module), tree
    return tree


# --- Both parsers agree ----------------------------------------------------------------------------


def library_files() -> list[object]:
    files = [path.relative_to(STDLIB).as_posix() for path in sources(STDLIB, 150)]
    marks = {name: pytest.mark.xfail(reason=reason, strict=False) for name, reason in KNOWN_DEFECTS.items()}
    return [pytest.param(name, marks=marks[name]) if name in marks else name for name in files]


@pytest.mark.parametrize("name", library_files())
def test_converted_tree_equals_parsed_tree(name: str) -> None:
    data = (STDLIB / name).read_bytes()
    parsed = parse(data)
    if isinstance(parsed, Unreadable):
        pytest.skip(parsed.message)
    assert comparable(converted(data)).splitlines() == comparable(parsed).splitlines()


@pytest.mark.parametrize(
    "source",
    [
        "((a))\n(a, b), ((c,)), ()\nf((x for x in y))\nf(x for x in y)\n(f)(*a, k=(1), **(b))\n",
        "x = 1,\nfor a, in b: pass\ndel a, (b, c), (d)\nreturn_ = yield_ = *a, b\ny[1,], y[::2, *z], y[*z]\n",
        "a and b and (c and d) or not e\na < b <= c is not d not in e\n-a ** -b\nif (n := 10) > 5: pass\n",
        "@a\n@b.c(1)\nasync def f(a, /, b: int = 1, *c: d, e, f=2, **g) -> h:\n  await a; return\n",
        "class A(B, *c, metaclass=D, **e): x: int = 1; y.z: int; (w)\n",
        "if a: b; c;\nelif d: e\nelse:\n  f  # comment\n\n# tail\n",
        "with (a as b, c): pass\nwith (a, b): pass\nwith (a): pass\nwith (a, b) as c: pass\n",
        "with a, b as (c): pass\nasync def f():\n  async with a: pass\n  async for b, in c: pass\n",
        "try: a\nexcept* (B, C) as d : e\nfinally:\n  f\n",
        "'a' \"b\" '''c\nd'''\nx = ('é' f'{é!r:>{w}}{{x}}' rf'\\{y}\\d')\nz = 'é'; w = u'u'\nb'a' rb'\\b'\n",
        "f'{x = }{y=!r}{z:}' f'\\N{EM DASH} \\x41 \\\n{q}'\nf'''a\"{x}\"'''\nf'\\{x}'\n",
        "match a, *b:\n  case [1, *_, -2.5+3j] | {'k': v, **rest} | P(x, y=None) as z if w: pass\n",
        "match a,:\n  case 'a' 'b', : pass\n",
        "match x:\n  case (1): pass\n  case (a, b): pass\n  case (((c))): pass\n",
        "match (x):\n  case _: pass\n  case [*d], A.B: pass\n",
        "lambda: (yield)\nlambda *a, b=1, **c: (a if b else c)\n[x async for x in y if z if w for v in u]\n",
        "from . import a\nfrom .. b.c import (d as e, f,)\nfrom ... import *\nimport a.b as c, d . e\n",
        "x = [\n  1,  # one\n  \\\n  2]\\\n  .y\n\x0cz = 0x_ff, 1_0.5e3, 1j, 0b1, ...\n",
        "ﬁ = µ.ﬀ\nglobal ª\n",
        "{**a, 'b': c}, {*a, b}, {a: b for c in d}, {a for b in c}\nassert a, b\nraise A from b\n",
        "if x:\n\ty\n\tif z:\n\t\tw\nwhile a: break\nelse: continue\n",
    ],
)
@pytest.mark.parametrize("newline", ["\n", "\r\n", "\r"])
def test_agreement_on_corner_cases(source: str, newline: str) -> None:
    data = source.replace("\n", newline).encode()
    parsed = parse(data)
    assert isinstance(parsed, ast.Module)
    assert comparable(converted(data)) == comparable(parsed)


# --- Syntax newer than the interpreter -------------------------------------------------------------


@pytest.mark.parametrize(
    ("newer", "shape"),
    [
        ("type X = client.get()", "X = client.get()"),
        ("type X[T: int, *Ts, **P] = list[T]", "X = list[T]"),
        ("def f[T](x: T) -> T: return g(x)", "def f(x: T) -> T: return g(x)"),
        ("class A[T: str](B[T]): pass", "class A(B[T]): pass"),
        ("f'{d['k']} {f'{x}'}'", "f\"{d['k']} {f'''{x}'''}\""),
        ("f'{a\n}'", "f'''{a}'''"),
        ("t'{a!r:>{w}} b'", "f'{a!r:>{w}} b'"),
        ("try: a\nexcept A, B: c", "try: a\nexcept (A, B): c"),
        ("lazy import a.b as c", "import a.b as c"),
        ("lazy from .a import b", "from .a import b"),
        ("{**a for a in f()}", "{None: a for a in f()}"),
    ],
)
def test_newer_syntax_takes_the_nearest_older_shape(newer: str, shape: str) -> None:
    try:
        ast.parse(newer)
    except SyntaxError:
        tree = parse(newer.encode())
        assert isinstance(tree, ast.Module)
        assert comparable(tree, positions=False) == comparable(ast.parse(shape), positions=False)
    else:
        pytest.skip("this interpreter reads it")


@pytest.mark.parametrize("default", ["[T = int]", "[*Ts = *tuple[int]]", "[**P = [int]]"])
def test_type_parameters_with_defaults_are_read(default: str) -> None:
    tree = converted(f"type X{default} = f(y)\nclass A{default}(B): pass\n".encode())
    names = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)}
    assert {"X", "f", "y", "B"} <= names


def test_unpacking_in_a_comprehension_keeps_its_names() -> None:
    tree = converted(b"[*a for a in f(b)]\n")
    assert [node.id for node in ast.walk(tree) if isinstance(node, ast.Name)] == ["a", "a", "f", "b"]


@pytest.mark.parametrize("newline", ["\n", "\r\n", "\r"])
def test_positions_next_to_newer_syntax(newline: str) -> None:
    source = "type Ä = int\n\ndef f[T](x): return 'ä', client.create(\n  model=(x),\n)\n"
    tree = parse(source.replace("\n", newline).encode())
    assert isinstance(tree, ast.Module)
    call = next(node for node in ast.walk(tree) if isinstance(node, ast.Call))
    assert ast.get_source_segment(source, call) == "client.create(\n  model=(x),\n)"
    assert ast.get_source_segment(source, call.keywords[0]) == "model=(x)"
    assert ast.get_source_segment(source, call.keywords[0].value) == "x"


# --- What cannot be read ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("data", "line", "message"),
    [
        (b"x = 1\n\nprint 'a'\n", 3, "Missing parentheses in call to 'print'"),
        (b"x = 1\ny = \0\n", 2, "null byte"),
        ("x = 'ä'\n".encode("utf-16"), 1, "null byte"),
        (b"# coding: klingon\nx\n", 0, "unknown encoding"),
        (b"# coding: rot13\nx\n", 0, "not a text encoding"),
        (b"x = 1\ny = 2\nz = '\xe9'\n", 3, "not text in the encoding utf-8, because of the byte 0xe9"),
        (b"x = 1\ny = 2\nz = 3  # \xe9\n", 3, "not text in the encoding utf-8"),
        (b"\xef\xbb\xbf# coding: latin-1\nx\n", 0, "encoding problem"),
        (b"x = (\n", 1, "never closed"),
        (b"if x:\n\ty\n        z\n", 3, "tabs and spaces"),
        (b"def f[T](): pass\ntype X = 1\n\nx = = 1\n", 4, "invalid syntax"),
    ],
)
def test_unreadable_files_say_why_and_where(data: bytes, line: int, message: str) -> None:
    result = parse(data)
    assert isinstance(result, Unreadable)
    assert (result.line, "\n" in result.message) == (line, False)
    assert message in result.message
    assert result.message.startswith("not readable as Python 3: ")


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\n\n",
        b"# only a comment",
        b"\xef\xbb\xbfx = 1\n",
        b"\xef\xbb\xbf# coding: utf-8\nx = 1\n",
        b"# coding: latin-1\nx = '\xe9'\n",
        b"\n# -*- coding: cp1252 -*-\nx = '\x80'\n",
        b"x = 1\ry = 2\r",
        b"x = 1\n\x0c\ny = 2\n",
        b"await x\nreturn 1\n",
        b"x = '\\d'\n",
        b"(" * 150 + b")" * 150,
    ],
)
def test_unusual_files_that_are_readable(data: bytes) -> None:
    assert isinstance(parse(data), ast.Module)


@pytest.mark.parametrize(
    "expression",
    [
        b"(" * 5_000 + b")" * 5_000,
        b"[" * 195 + b"0" + b"]" * 195,
        b"a" + b".b()" * 30_000,
        b"-" * 200_000 + b"a",
        b"+".join([b"a"] * 50_000),
        b"a" + b"[0]" * 3_000,
        b"[" + b"0," * 20_000 + b"]",
        b"x if y else " * 3_000 + b"z",
    ],
)
@pytest.mark.parametrize("before", [b"", b"lazy import x\n"])
def test_deep_nesting_neither_raises_nor_hangs(expression: bytes, before: bytes) -> None:
    limit, stack = sys.getrecursionlimit(), threading.stack_size()
    result = parse(before + expression + b"\n")
    assert isinstance(result, ast.Module) or "nested too deeply" in result.message
    assert (sys.getrecursionlimit(), threading.stack_size()) == (limit, stack)


def test_a_long_chain_next_to_newer_syntax_is_read() -> None:
    # 3.12 limits recursion outside of Python code, and nothing can raise that limit.
    links = 100 if sys.version_info[:2] == (3, 12) else 500
    tree = converted(b"lazy import x\nx" + b".filter(y)" * links + b"\n")
    assert sum(isinstance(node, ast.Call) for node in ast.walk(tree)) == links


@pytest.mark.parametrize("directory", [STDLIB, SITE_PACKAGES], ids=["stdlib", "site-packages"])
def test_no_file_raises(directory: Path) -> None:
    bad = sorted(STDLIB.rglob("bad*.py")) + sorted(STDLIB.rglob("lib2to3/tests/data/*.py"))
    for path in [*sources(directory, 400), *bad]:
        data = path.read_bytes()
        result = parse(data)
        if isinstance(result, Unreadable):
            assert "\n" not in result.message and result.line >= 0, path
        else:
            decode(data)


def test_cut_off_and_damaged_files_do_not_raise() -> None:
    data = (STDLIB / "ast.py").read_bytes()[:4_000]
    damage = (
        b"(",
        b'"""',
        b"\\",
        b"\0",
        b"\xff",
        b"type X = 1\n",
        b"f'{",
        b"\n\t",
        b"\x0c",
        b"match x:\n case ",
    )
    for position in range(0, len(data), 131):
        parse(data[:position])
        parse(data[:position] + damage[position % len(damage)] + data[position:])


def test_an_ordinary_file_costs_no_import_of_libcst() -> None:
    program = "import sys; from tierlint.parsing import parse; parse(b'x = 1'); sys.exit('libcst' in sys.modules)"
    subprocess.run([sys.executable, "-c", program], check=True, cwd=Path(__file__).parent.parent)


def test_invalid_escapes_do_not_warn() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        parse(b"x = '\\d'\n")
        assert isinstance(parse(b"lazy import x\ny = '\\d' f'\\d{x}'\n"), ast.Module)


# --- Text ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("data", "text"),
    [
        ("x = 'ä'\r\ny\n\rz".encode(), "x = 'ä'\r\ny\n\rz"),
        (b"\xef\xbb\xbfx\n", "x\n"),
        (
            b"#!/x\n# vim: set fileencoding=latin-1 :\n'\xe4'\n",
            "#!/x\n# vim: set fileencoding=latin-1 :\n'ä'\n",
        ),
        (b"# a\r# coding: latin-1\r'\xe4'\r", "# a\r# coding: latin-1\r'ä'\r"),
        (b"", ""),
    ],
)
def test_decode(data: bytes, text: str) -> None:
    assert decode(data) == text


@pytest.mark.parametrize("data", [b"\xe4", b"# a\n# b\n# coding: latin-1\n'\xe4'\n", b"# coding: klingon\n"])
def test_decode_refuses_what_the_interpreter_refuses(data: bytes) -> None:
    with pytest.raises(SyntaxError):
        decode(data)
