"""What an edit would insert or remove, in every style a call can be written in."""

from __future__ import annotations

import ast
import hashlib
import subprocess
import sys
import sysconfig
import threading
from pathlib import Path

import pytest

from tierlint import fixes
from tierlint.model import Reading, Splice
from tierlint.parsing import decode
from tierlint.reading import read_calls

Place = tuple[int, int, int, int]


def places_of(data: bytes) -> dict[Place, ast.Call]:
    """Every call of a file that the interpreter can read, by its place as the index gives it."""
    lines = decode(data).removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n").split("\n")

    def column(line: int, offset: int) -> int:
        return len(lines[line - 1].encode()[:offset].decode(errors="replace")) + 1

    calls = [node for node in ast.walk(ast.parse(data)) if isinstance(node, ast.Call)]
    return {
        (
            call.lineno,
            column(call.lineno, call.col_offset),
            call.end_lineno or 0,
            column(call.end_lineno or 0, call.end_col_offset or 0),
        ): call
        for call in calls
    }


def reading_of(data: bytes, callee: str = "f") -> Reading:
    """The reading of the one call of that name."""
    named = [(place, call.func) for place, call in places_of(data).items() if isinstance(call.func, ast.Name)]
    found = [place for place, func in named if func.id == callee]
    assert len(found) == 1
    return read_calls(data, found)[found[0]]


def inserted(data: bytes, reading: Reading) -> bytes:
    assert reading.insert_at is not None
    return fixes.apply(data, [Splice("x.py", reading.insert_at, reading.insert_at, reading.insert)])


def removed(data: bytes, name: str, callee: str = "f") -> bytes:
    start, end = reading_of(data, callee).keywords[name]
    return data[:start] + data[end:]


TIER = 'service_tier="flex"'

INSERTIONS = {
    "f()": f"f({TIER})",
    "f( )": f"f({TIER} )",
    "f(a)": f"f(a, {TIER})",
    "f(a )": f"f(a, {TIER} )",
    "f(a,)": f"f(a, {TIER},)",
    "f(a, b=1)": f"f(a, b=1, {TIER})",
    "f(a, b=(1))": f"f(a, b=(1), {TIER})",
    "f(a, b=g(1))": f"f(a, b=g(1), {TIER})",
    "f(*a)": f"f(*a, {TIER})",
    "f(a, **k)": f"f(a, **k, {TIER})",
    "f(a, **k,)": f"f(a, **k, {TIER},)",
    "f((x for x in y))": f"f((x for x in y), {TIER})",
    "f([x for x in y])": f"f([x for x in y], {TIER})",
    "f(a=lambda: 1)": f"f(a=lambda: 1, {TIER})",
    "f(a := 1)": f"f(a := 1, {TIER})",
    "f(a, #c\n b)": f"f(a, #c\n b,\n {TIER})",
    # One argument per line.
    "f(\n    a\n)": f"f(\n    a,\n    {TIER}\n)",
    "f(\n    a,\n    b=1,\n)": f"f(\n    a,\n    b=1,\n    {TIER},\n)",
    "f(\n    a,\n    b=1\n)": f"f(\n    a,\n    b=1,\n    {TIER}\n)",
    "f(\n\ta,\n\tb=1,\n)": f"f(\n\ta,\n\tb=1,\n\t{TIER},\n)",
    "f(\n    a,\n    b=1)": f"f(\n    a,\n    b=1,\n    {TIER})",
    "f(\n    a,\n    b=1,)": f"f(\n    a,\n    b=1,\n    {TIER},)",
    "f(a,\n  b)": f"f(a,\n  b,\n  {TIER})",
    "f(\n    a=[\n        1,\n    ],\n)": f"f(\n    a=[\n        1,\n    ],\n    {TIER},\n)",
    "f(\n    a,\n\n    b=1,\n\n)": f"f(\n    a,\n\n    b=1,\n    {TIER},\n\n)",
    "f(\n    a,\n    **k,\n)": f"f(\n    a,\n    **k,\n    {TIER},\n)",
    "f(a, \\\n  b)": f"f(a, \\\n  b,\n  {TIER})",
    # Near misses: several arguments on a line, or a value that is hugged by the parentheses.
    "f(a, b,\n  c)": f"f(a, b,\n  c, {TIER})",
    "f(\n    a, b=1\n)": f"f(\n    a, b=1, {TIER}\n)",
    "f(\n    a, b=1,\n)": f"f(\n    a, b=1, {TIER},\n)",
    "f(a=[\n    1,\n])": f"f(a=[\n    1,\n], {TIER})",
    "f(a, b=[\n    1,\n])": f"f(a, b=[\n    1,\n], {TIER})",
    "f(a\n  , b\n  , c\n  )": f"f(a\n  , b\n  , c, {TIER}\n  )",
    # Comments stay with what they speak of.
    "f(\n    a,\n    b=1,  # why\n)": f"f(\n    a,\n    b=1,  # why\n    {TIER},\n)",
    "f(\n    a,\n    b=1,  # why\n    # c=2,\n)": f"f(\n    a,\n    b=1,  # why\n    {TIER},\n    # c=2,\n)",
    "f(\n    a,\n    b=1  # why, so\n)": f"f(\n    a,\n    b=1, {TIER}  # why, so\n)",
    "f(\n    a,\n    b=1\n    # c=2,\n)": f"f(\n    a,\n    b=1,\n    {TIER}\n    # c=2,\n)",
    "f(\n  a,\n  b=1  # one\n  ,  # two\n)": f"f(\n  a,\n  b=1  # one\n  ,  # two\n  {TIER},\n)",
    "f(\n    # none\n)": f"f({TIER}\n    # none\n)",
    "f(a)  # f(a)": f"f(a, {TIER})  # f(a)",
    # Line breaks and quotes as the call has them.
    "f(\r\n    a,\r\n)\r\n": f"f(\r\n    a,\r\n    {TIER},\r\n)\r\n",
    "x = 1\nf(\r\n    a,\n    b\r\n)": f"x = 1\nf(\r\n    a,\n    b,\n    {TIER}\r\n)",
    "f('a')": "f('a', service_tier='flex')",
    "f('a', 'b', \"it's\")": "f('a', 'b', \"it's\", service_tier='flex')",
    "f('a', \"b\")": f"f('a', \"b\", {TIER})",
    "f('''a''')": "f('''a''', service_tier='flex')",
    "f(a)  # isn't 'it'": f"f(a, {TIER})  # isn't 'it'",
    "f(\n  a,  # 'it' 'is'\n  b=\"c\",\n)": f"f(\n  a,  # 'it' 'is'\n  b=\"c\",\n  {TIER},\n)",
    # Surroundings.
    "x = (y\n     .z, f(a))": f"x = (y\n     .z, f(a, {TIER}))",
    "async def g():\n    return await f(a)": f"async def g():\n    return await f(a, {TIER})",
    "@f(a)\nclass A: pass": f"@f(a, {TIER})\nclass A: pass",
    "def g():\n\tif x: y; f(a); z": f"def g():\n\tif x: y; f(a, {TIER}); z",
    "'ä€😀'; f('ö')": "'ä€😀'; f('ö', service_tier='flex')",
    "\x0cf(a)": f"\x0cf(a, {TIER})",
    "f(a)(b)": f"f(a, {TIER})(b)",
}


@pytest.mark.parametrize("source", INSERTIONS)
def test_insertion(source: str) -> None:
    data = source.encode()
    reading = reading_of(data)
    fixed = inserted(data, reading)
    assert fixed.decode() == INSERTIONS[source]
    edit = Splice("x.py", reading.insert_at or 0, reading.insert_at or 0, reading.insert)
    assert fixes.check(data, fixed, [edit]) is None
    assert removed(fixed, "service_tier") == data


def test_calls_of_a_chain_are_told_apart() -> None:
    data = b"(a\n .b(x)\n .c(y,)\n)"
    results = {
        ast.unparse(call.func): inserted(data, read_calls(data, [place])[place])
        for place, call in places_of(data).items()
    }
    assert results == {
        "a.b": b"(a\n .b(x, " + TIER.encode() + b")\n .c(y,)\n)",
        "a.b(x).c": b"(a\n .b(x)\n .c(y, " + TIER.encode() + b",)\n)",
    }


REMOVALS = {
    "f(k=1)": "f()",
    "f(k=1,)": "f()",
    "f(k=1, a=2)": "f(a=2)",
    "f(a, k=1)": "f(a)",
    "f(a, k=1, b=2)": "f(a, b=2)",
    "f(a, k=1, **b)": "f(a, **b)",
    "f(a, k=1,)": "f(a,)",
    "f(a, k=(1,\n  2))": "f(a)",
    "f(\n    k=1\n)": "f()",
    "f(\n    a,\n    k=1,\n)": "f(\n    a,\n)",
    "f(\n    a,\n    k=1\n)": "f(\n    a\n)",
    "f(\n    a,\n    k=1,\n    b=2,\n)": "f(\n    a,\n    b=2,\n)",
    "f(\n    k=1,\n    b=2,\n)": "f(\n    b=2,\n)",
    "f(\n    a,  # of a\n    k=1,\n)": "f(\n    a,  # of a\n)",
    "f(\n    a,  # of a\n    k=1\n)": "f(\n    a,  # of a\n)",
    "f(\n    a,\n    k=1,  # of k\n)": "f(\n    a,\n    # of k\n)",
    "f(\n    a,\n    k=1,  # of k\n    b=2,\n)": "f(\n    a,\n    # of k\n    b=2,\n)",
    "f(\n    a,  # of a\n    k=1)": "f(\n    a,  # of a\n    )",
    "f(\n    a,  # of a\n    k=1, )": "f(\n    a,  # of a\n     )",
    "f(a,  # of a\n  # of k\n  k=1)": "f(a,  # of a\n  # of k\n  )",
    "f(\n    # of k\n    k=1,\n)": "f(\n    # of k\n    \n)",
    "f(a\n  , k=1\n  , b=2)": "f(a\n  , b=2)",
}


@pytest.mark.parametrize("source", REMOVALS)
def test_removal(source: str) -> None:
    data = source.encode()
    start, end = reading_of(data).keywords["k"]
    fixed = fixes.apply(data, [Splice("x.py", start, end, "")])
    assert fixed.decode() == REMOVALS[source]
    assert fixes.check(data, fixed, [Splice("x.py", start, end, "")]) is None


def test_values_and_keywords() -> None:
    data = "f(x, *y, tier = 'ö', timeout=( 30 ), **z)".encode()
    reading = reading_of(data)
    assert {name: data[a:b].decode() for name, (a, b) in reading.values.items()} == {
        "tier": "'ö'",
        "timeout": "( 30 )",
    }
    assert set(reading.keywords) == {"tier", "timeout"}


def test_a_call_with_a_tier_can_get_other_keywords() -> None:
    reading = reading_of(b'f(a, service_tier="flex")')
    assert reading.insert_at is not None
    assert reading.obstacle is None
    assert "service_tier" in reading.keywords


ENCODINGS = {
    "bom": b"\xef\xbb\xbf" + "x = 'ä'; f('ä')\n".encode(),
    "bom, first line": b"\xef\xbb\xbff('a')\n",
    "latin-1": "# coding: latin-1\nx = 'é'; f('é', a='é')\n".encode("latin-1"),
    "cp1252": "# -*- coding: cp1252 -*-\nx = '€'; f('€')\n".encode("cp1252"),
    "shift_jis": "# coding: shift_jis\nx = 'ソ表'; f('能')\n".encode("shift_jis"),
    "big5": "# coding: big5\nx = '功'; f('許')\n".encode("big5"),
    "gb18030": "# coding: gb18030\r\nx = '中文'; f(\r\n    '中',\r\n)\r\n".encode("gb18030"),
    "lone carriage returns": b"x = 1\rf('a')\rf2()\r",
    "cookie after a lone carriage return": "#\r# coding: latin-1\rf('é')\r".encode("latin-1"),
    "form feed and separators": "x = '\x0b\x0c\x1c\u2028'\nf('a')\n".encode(),
    "code that does not survive LibCST": b"try:\n    f('a')\nexcept X :\n    pass\n",
    "code that LibCST refuses": b"(name): str = 'x'\nf('a')\n",
}


@pytest.mark.parametrize("name", ENCODINGS)
def test_offsets_are_those_of_the_bytes(name: str) -> None:
    data = ENCODINGS[name]
    reading = reading_of(data)
    assert reading.insert_at is not None
    assert data[reading.insert_at :].lstrip(b",\r\n ").startswith(b")")
    fixed = inserted(data, reading)
    edit = Splice("x.py", reading.insert_at, reading.insert_at, reading.insert)
    assert fixes.check(data, fixed, [edit]) is None
    assert removed(fixed, "service_tier") == data


def chained(depth: int) -> bytes:
    return b"f(a" + b".b()" * depth + b")"


NOT_EDITABLE = {
    b"f(x for x in y)": "generator",
    b"z = f'{f(a)}'": "f-string",
    b'z = f"""\n{f(a)}"""': "",
    b"z = 'it''s' f'{f(a)} {g}'": "f-string",
    chained(320): "nested too deeply",
    chained(600): "nested too deeply",
    b"f(a" + b"+a" * 900 + b")": "nested too deeply",
    b"f(" + b"'a' " * 900 + b")": "nested too deeply",
    b"f('" + b"a" * 300_000 + b"')": "too large",
}


@pytest.mark.parametrize("data", NOT_EDITABLE, ids=lambda data: data[:20].decode() + str(len(data)))
def test_obstacles(data: bytes) -> None:
    reading = reading_of(data)
    assert reading.insert_at is None
    assert reading.obstacle is not None
    assert NOT_EDITABLE[data] in reading.obstacle


@pytest.mark.parametrize(
    "data",
    [
        chained(100),
        b"f([" + b"{'a': 'b.c.d-e-f'}, " * 2000 + b"])",
        b"f(" + b"(" * 90 + b"a" + b")" * 90 + b")",
    ],
    ids=["chained", "long", "brackets"],
)
def test_near_misses_of_obstacles(data: bytes) -> None:
    assert reading_of(data).insert_at is not None


def test_strings_and_comments_around_a_call_are_no_f_strings() -> None:
    assert reading_of(b"""x = 'a' "b" # it's\ny = '\\\\'; f(a); z = r'c\\''\n""").insert_at is not None
    assert reading_of(b"""x = f'{1}' + f(a) + f'{2}'\n""").insert_at is not None


def test_a_place_without_a_call_or_a_file_without_text() -> None:
    place = (1, 1, 1, 4)
    for data in (b"f(a)", b"x = 1", b"", b"# coding: nonsense\n", b"'\xff'", "f()".encode("utf-16")):
        reading = read_calls(data, [place, (9, 9, 9, 9)])
        assert reading[9, 9, 9, 9].insert_at is None
        assert reading[place].insert_at is None
        assert reading[place].obstacle
    assert read_calls(b"f()", []) == {}


def test_the_stack_of_other_threads_stays_as_it_was() -> None:
    before = threading.stack_size()
    reading_of(b"f(a)")
    assert threading.stack_size() == before


def test_deep_calls_are_read_where_the_stack_is_small() -> None:
    # In a process of its own: what is tested against is the end of the process.
    program = """
import threading
from tierlint.reading import read_calls
data = b"f(" + b"a[" * 95 + b"0" + b"]" * 95 + b")"
found = []
threading.stack_size(512 * 1024)
thread = threading.Thread(target=lambda: found.append(read_calls(data, [(1, 1, 1, len(data) + 1)])))
thread.start()
thread.join()
print(len(found))
"""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert (done.returncode, done.stdout.strip()) == (0, "1"), done.stderr


def test_libcst_is_not_imported_before_it_is_needed() -> None:
    program = "import sys, tierlint.reading, tierlint.fixes; print('libcst' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert done.stdout.strip() == "False", done.stderr


def sample(count: int) -> list[Path]:
    library = Path(sysconfig.get_paths()["stdlib"])
    files = [path for path in library.rglob("*.py") if "site-packages" not in path.parts]
    files = [path for path in files if path.stat().st_size < 150_000 and is_readable(path)]
    return sorted(files, key=lambda path: hashlib.sha256(path.name.encode()).digest())[:count]


def is_readable(path: Path) -> bool:
    return not {"bad_coding", "badsyntax", "bad"} & {path.stem, *path.stem.split("_")} and "lib2to3" not in path.parts


@pytest.mark.parametrize("path", sample(60), ids=lambda path: path.name)
def test_every_style_of_the_standard_library(path: Path) -> None:
    data = path.read_bytes()
    places = places_of(data)
    readings = read_calls(data, list(places))
    assert set(readings) == set(places)
    edits = {}
    for place, reading in readings.items():
        if reading.insert_at is None:
            assert reading.obstacle
            continue
        assert set(reading.keywords) == {keyword.arg for keyword in places[place].keywords} - {None}
        edits[place] = Splice(path.name, reading.insert_at, reading.insert_at, reading.insert)
    everywhere = list(edits.values())
    fixed = fixes.apply(data, everywhere)
    assert fixes.check(data, fixed, everywhere) is None
    with_tier = [call for call in places_of(fixed).values() if any(k.arg == "service_tier" for k in call.keywords)]
    assert len(with_tier) == len(edits)
    for place in sorted(edits)[:: max(1, len(edits) // 3)][:3]:
        fixed = fixes.apply(data, [edits[place]])
        again = read_calls(fixed, list(places_of(fixed))).values()
        ranges = [reading.keywords["service_tier"] for reading in again if "service_tier" in reading.keywords]
        assert [fixed[:start] + fixed[end:] for start, end in ranges] == [data]
    removals = [Splice(path.name, *span, "") for reading in readings.values() for span in reading.keywords.values()]
    for removal in removals[:: max(1, len(removals) // 3)][:3]:
        assert fixes.check(data, fixes.apply(data, [removal]), [removal]) is None
