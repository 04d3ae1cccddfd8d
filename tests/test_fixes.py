"""Edits change what they mean to change and nothing else, or no file is touched."""

from __future__ import annotations

import hashlib
import os
import stat
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

import pytest

from tierlint import fixes
from tierlint.model import Fix, Splice

CALL = b'client.create(model="a", timeout=30)\n'
TIER = ', service_tier="flex"'


def splice(data: bytes, old: bytes, new: str, path: str = "x.py") -> Splice:
    """The edit that replaces a piece of text that is there once; behind `old|`, the edit that inserts."""
    anchor = old.rstrip(b"|")
    assert data.count(anchor) == 1
    end = data.index(anchor) + len(anchor)
    return Splice(path, end if old.endswith(b"|") else end - len(anchor), end, new)


# --- apply -----------------------------------------------------------------------------------------

APPLIED = [
    (b"abc", [(1, 2, "x")], b"axc"),
    (b"abc", [(0, 0, "x"), (3, 3, "y")], b"xabcy"),
    (b"abc", [(3, 3, "y"), (0, 1, "")], b"bcy"),
    (b"abc", [(1, 1, "x"), (1, 2, "")], b"axc"),
    (b"abc", [(0, 1, ""), (1, 2, "x")], b"xc"),
    (b"abc", [(1, 1, "x"), (1, 1, "x")], b"axbc"),
    (b"abc", [], b"abc"),
    (b"a\r\nb", [(1, 1, "\r\n")], b"a\r\n\r\nb"),
    ("#é".encode(), [(3, 3, "é")], "#éé".encode()),
    (b"\xef\xbb\xbfa", [(4, 4, "é")], b"\xef\xbb\xbfa\xc3\xa9"),
    ("# coding: latin-1\né".encode("latin-1"), [(19, 19, "è")], "# coding: latin-1\néè".encode("latin-1")),
]


@pytest.mark.parametrize(("original", "edits", "expected"), APPLIED)
def test_apply(original: bytes, edits: list[tuple[int, int, str]], expected: bytes) -> None:
    assert fixes.apply(original, [Splice("x.py", *edit) for edit in edits]) == expected


CONFLICTS = [
    [(0, 2, "x"), (1, 3, "y")],
    [(0, 3, "x"), (1, 2, "y")],
    [(0, 3, "x"), (1, 1, "y")],
    [(1, 1, "x"), (1, 1, "y")],
    [(0, 2, "x"), (0, 2, "y")],
    [(2, 9, "x")],
    [(2, 1, "x")],
]


@pytest.mark.parametrize("edits", CONFLICTS)
def test_conflicting_edits(edits: list[tuple[int, int, str]]) -> None:
    with pytest.raises(fixes.ConflictingEdits):
        fixes.apply(b"abc", [Splice("x.py", *edit) for edit in edits])


# --- check -----------------------------------------------------------------------------------------

HARMLESS = [
    (CALL, b"30|", TIER),
    (CALL, b", timeout=30", ""),
    (CALL, b"30", "900.0"),
    (CALL, b"timeout=30", 'service_tier="flex"'),
    (b"f(a=1)  # tierlint: ignore\n", b"  # tierlint: ignore", ""),
    (b"f(g(1), b=2)\n", b"f(g(1|", TIER),
    (b"f(g(1), b=2)\n", b"f(g(1)|", TIER),
    (b"f(**a)\n", b"**a|", TIER),
    (b"x = [f(1) for i in y if g(i)]\n", b"f(1|", TIER),
    (b"f(a=g(b=1))\n", b"b=1", "b=2"),
    ("'ä'; f('ö', a=1)\n".encode(), b"a=1", "a=2"),
    (b"'x'\rf(a)\r", b"f(a|", TIER),
    ("# coding: latin-1\n'é'; f('é', a=1)\n".encode("latin-1"), b"a=1|", TIER),
    (b"\xef\xbb\xbff(a)\n", b"f(a|", TIER),
    (b"f(a=1, b=2)\n", b"a=1, b=2", "a=1"),
    (b"f(a, b=1)\n", b"b=1", 'c=2, service_tier="flex"'),
    (b"f(a)\n", b"f(a|", ', **({"x": x} if x else {})'),
    (b"f(\n  a,\n  **b,\n)\n", b"**b,|", "\n  **{},"),
    (b"def f(): pass\n", b"f(|", "x=None"),
    (b"def f(a, b=1) -> int: return a\n", b"b=1|", ", x: str | None = None"),
    (b"async def f(a, *, b): pass\n", b"b|", ", x=None"),
    (b"def f(a, /): pass\n", b"/|", ", x=None"),
    (b"def f(*a): pass\n", b"*a|", ", x=None"),
    (b"class A:\n  @b\n  def f(self, a):\n    pass\n", b"self, a|", ", x=None"),
    (b"from a import b\n", b"b|", ", c"),
]


@pytest.mark.parametrize(("original", "old", "new"), HARMLESS)
def test_a_harmless_change(original: bytes, old: bytes, new: str) -> None:
    edit = splice(original, old, new)
    assert fixes.check(original, fixes.apply(original, [edit]), [edit]) is None


HARMFUL = [
    (CALL, b"30|", ', service_tier="flex'),  # an open string
    (CALL, b"30|", ', timeout="flex"'),  # the keyword is there already
    (CALL, b'"a"|', ', "b"'),  # a positional argument behind a keyword
    (b"f(1)\n", b"f(1|", ", 2"),  # another positional argument
    (b"f(1)\n", b"f(1)|", TIER),  # a tuple, and an assignment to nothing
    (b"f(1)\n", b"f(1)|", "\nf(2)"),
    (b"f(1)\n", b"f(1)|", "; x = 1"),
    (b"f(1)\n", b"f", "g"),
    (b"f(a=1)\n", b"f(a=1)", "f(a=1), g()"),
    (b"f(a=1)\ng(b=1)\n", b"f(a=1)\ng(b=1)", "f()\ng()"),  # more than the arguments inside one call
    (b"f(x for x in y)\n", b"in y|", TIER),
    (b"x = 1\n", b"1", "2"),
    (b"x = 1\n", b"1", "True"),
    (b"x = 1\n", b"1", "1.0"),
    (b"x = {'a': 1}\n", b"1", "2"),
    (b"def f(a): pass\n", b"(a|", ", b=1"),
    (b"import a\n", b"import a", ""),
    (b"if a:\n    f(1)\n", b"    f", "f"),
    (b"f(a)\n", b"f(a|", ", **{}, **{}"),
    (b"def f(a=2): pass\n", b"a=2|", ", x=1"),  # a default that says something
    (b"def f(a, b=1): pass\n", b"(a|", ", x=None"),  # not the last one
    (b"def f(a): pass\n", b"(a|", ", *x"),
    (b"def f(a): pass\n", b"(a|", ", **x"),
    (b"def f(a): pass\n", b"(a|", "=None"),
    (b"def f(a): pass\n", b"(a|", ": int"),
    (b"def f(a): pass\n", b"f(a)|", " -> int"),
    (b"def f(a=None): pass\n", b"a=None", ""),
    (b"def f(a): pass\n", b"(a|", ", x=None, y=None"),
    (b"def f(a): pass\n", b"pass", "return"),
    (b"from a import b\n", b"b", "c"),
    (b"from a import b, c\n", b", c", ""),
    (b"from a import b\n", b"a", "x"),
]


@pytest.mark.parametrize(("original", "old", "new"), HARMFUL)
def test_a_change_that_is_not_meant(original: bytes, old: bytes, new: str) -> None:
    edit = splice(original, old, new)
    assert fixes.check(original, fixes.apply(original, [edit]), [edit])


def test_a_change_elsewhere_than_the_edits_is_noticed() -> None:
    edit = splice(CALL, b"30|", TIER)
    fixed = fixes.apply(CALL, [edit])
    assert fixes.check(CALL + b"f(1)\n", fixed + b"f(2)\n", [edit]) is not None
    assert fixes.check(CALL + b"f(a=1)\n", fixed + b"f(a=2)\n", [edit]) is not None
    assert fixes.check(CALL + b"f()\n", fixed + b'f(service_tier="flex")\n', [edit]) is not None
    assert fixes.check(CALL + b"f(1)\n", fixed + b"f(1)\n", [edit]) is None
    assert fixes.check(CALL, fixed, []) is not None


def test_a_parameter_that_no_edit_adds_is_noticed() -> None:
    data = b"def f(a): pass\ndef g(b): f(b)\n"
    edit = splice(data, b"f(b|", TIER)
    assert fixes.check(data, fixes.apply(data, [edit]), [edit]) is None
    assert fixes.check(data, fixes.apply(data, [edit]).replace(b"f(a)", b"f(a, x=None)"), [edit]) is not None


def test_imports_at_one_place_stand_one_below_the_other() -> None:
    data = b"import z\n"
    texts = ["from typing import Literal\n\n", "from openai import omit\n"]
    edits = [Splice("x.py", 0, 0, text) for text in texts]
    after = b"from typing import Literal\n\nfrom openai import omit\nimport z\n"
    assert fixes.apply(data, edits) == fixes.apply(data, edits[::-1]) == after
    assert fixes.check(data, after, edits) is None


def test_files_that_cannot_be_read_are_not_changed() -> None:
    assert fixes.check(b"print 1\n", b"print 1\n", []) is not None


# --- write -----------------------------------------------------------------------------------------


def test_write_keeps_the_mode(tmp_path: Path) -> None:
    file = tmp_path / "x.py"
    file.write_bytes(b"old")
    file.chmod(0o754)
    fixes.write(file, b"new\r\n")
    assert file.read_bytes() == b"new\r\n"
    assert stat.S_IMODE(file.stat().st_mode) == 0o754
    assert list(tmp_path.iterdir()) == [file]


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() != 0, reason="only root gives files away")
def test_write_keeps_the_owner(tmp_path: Path) -> None:
    file = tmp_path / "x.py"
    file.write_bytes(b"old")
    os.chown(file, 12345, 54321)
    fixes.write(file, b"new")
    assert (file.stat().st_uid, file.stat().st_gid) == (12345, 54321)


def test_write_follows_a_link(tmp_path: Path) -> None:
    target = tmp_path / "elsewhere" / "real.py"
    target.parent.mkdir()
    target.write_bytes(b"old")
    link = tmp_path / "x.py"
    link.symlink_to(target)
    fixes.write(link, b"new")
    assert link.is_symlink()
    assert target.read_bytes() == b"new"
    assert list(target.parent.iterdir()) == [target]


def test_write_refuses_a_protected_file(tmp_path: Path) -> None:
    file = tmp_path / "x.py"
    file.write_bytes(b"old")
    file.chmod(0o444)
    with pytest.raises(PermissionError):
        fixes.write(file, b"new")
    assert file.read_bytes() == b"old"
    with pytest.raises(FileNotFoundError):
        fixes.write(tmp_path / "missing.py", b"new")
    assert list(tmp_path.iterdir()) == [file]


def test_write_leaves_nothing_behind_when_it_fails(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    file = tmp_path / "x.py"
    file.write_bytes(b"old")
    monkeypatch.setattr(os, "fsync", fail)
    with pytest.raises(OSError, match="No space"):
        fixes.write(file, b"new")
    assert file.read_bytes() == b"old"
    assert list(tmp_path.iterdir()) == [file]


# --- diff ------------------------------------------------------------------------------------------


def test_diff() -> None:
    assert fixes.diff("a/x.py", b"1\n2\n3\n", b"1\n2!\n3\n") == (
        "--- a/a/x.py\n+++ b/a/x.py\n@@ -1,3 +1,3 @@\n 1\n-2\n+2!\n 3\n"
    )
    unended = "\\ No newline at end of file\n"
    assert fixes.diff("x.py", b"1", b"2") == (f"--- a/x.py\n+++ b/x.py\n@@ -1 +1 @@\n-1\n{unended}+2\n{unended}")
    assert fixes.diff("x.py", b"1\n", b"1\n") == ""
    assert fixes.diff("x.py", b"", b"1\n") == "--- a/x.py\n+++ b/x.py\n@@ -0,0 +1 @@\n+1\n"


PATCHED = [
    (b"a\r\nb\r\n", b"a\r\nc\r\n"),
    (b"a\r\nb", b"a\r\nc"),
    (b"a\x0cb\n\x0b\x1c\nb\n", b"a\x0cb\n\x0b\x1c\nc\n"),
    ("'ä\u2028'\nf('€')\n".encode(), "'ä\u2028'\nf('€', a=1)\n".encode()),
    (b"\xef\xbb\xbfa\nb\n", b"\xef\xbb\xbfa\nc\n"),
    (b"\xef\xbb\xbfa\n", b"\xef\xbb\xbfb\n"),
]


@pytest.mark.parametrize(("before", "after"), PATCHED)
def test_a_diff_can_be_applied(before: bytes, after: bytes, tmp_path: Path) -> None:
    (tmp_path / "x.py").write_bytes(before)
    patch = fixes.diff("x.py", before, after).encode()
    subprocess.run(["git", "apply", "--unsafe-paths", "-"], input=patch, cwd=tmp_path, check=True)
    assert (tmp_path / "x.py").read_bytes() == after


def test_diff_of_other_encodings() -> None:
    before = "# coding: latin-1\nf('é')\n".encode("latin-1")
    assert "-f('é')\n+f('é', a=1)\n" in fixes.diff("x.py", before, before.replace(b"')", b"', a=1)"))
    assert "+\xff" in fixes.diff("x.py", b"", b"\xff\n")


# --- fix_files -------------------------------------------------------------------------------------


def project(root: Path, files: Mapping[str, bytes]) -> dict[str, str]:
    """Write files; what their content is called."""
    for path, data in files.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_bytes(data)
    return {path: hashlib.sha256(data).hexdigest() for path, data in files.items()}


def fix(*edits: Splice, title: str = "Add") -> Fix:
    return Fix(title, "safe", edits)


def texts(outcome: fixes.FixOutcome) -> list[tuple[str, str]]:
    return [(problem.path, problem.message) for problem in outcome.problems]


def test_fix_files(tmp_path: Path) -> None:
    a, b = b"f(1)\nf(22)\n", b"g(1)\r\n"
    expected = project(tmp_path, {"a.py": a, "sub/b.py": b, "c.py": b"h(1)\n"})
    wanted = [
        fix(splice(a, b"f(1|", TIER, "a.py")),
        fix(splice(b, b"g(1|", TIER, "sub/b.py")),
        fix(splice(a, b"f(22|", TIER, "a.py")),
        fix(splice(a, b"f(1|", TIER, "a.py"), title="The same, said by another rule"),
    ]
    preview = fixes.fix_files(tmp_path, wanted, expected=expected, dry_run=True)
    assert (tmp_path / "a.py").read_bytes() == a
    outcome = fixes.fix_files(tmp_path, wanted, expected=expected, dry_run=False)
    assert outcome == preview
    assert outcome.applied == 3
    assert outcome.problems == ()
    assert [change.path for change in outcome.changed] == ["a.py", "sub/b.py"]
    assert (tmp_path / "a.py").read_bytes() == b'f(1, service_tier="flex")\nf(22, service_tier="flex")\n'
    assert (tmp_path / "sub/b.py").read_bytes() == b'g(1, service_tier="flex")\r\n'
    again = fixes.fix_files(tmp_path, wanted, expected=expected, dry_run=False)
    assert (again.changed, again.applied) == ((), 0)
    assert {path for path, _ in texts(again)} == {"a.py", "sub/b.py"}


def test_a_file_that_has_changed_is_left_alone(tmp_path: Path) -> None:
    data = b"f(1)\n"
    expected = project(tmp_path, {"x.py": data, "gone.py": data, "unknown.py": data})
    (tmp_path / "x.py").write_bytes(data + b"# edited\n")
    (tmp_path / "gone.py").unlink()
    del expected["unknown.py"]
    wanted = [fix(splice(data, b"f(1|", TIER, path)) for path in ("x.py", "gone.py", "unknown.py")]
    outcome = fixes.fix_files(tmp_path, wanted, expected=expected, dry_run=False)
    assert (outcome.changed, outcome.applied) == ((), 0)
    assert [path for path, _ in texts(outcome)] == ["gone.py", "unknown.py", "x.py"]
    assert "changed" in outcome.problems[2].message


def test_a_bad_fix_does_not_stop_the_good_ones(tmp_path: Path) -> None:
    data = b"f(1)\nf(22)\nf(333)\n"
    expected = project(tmp_path, {"x.py": data})
    wanted: Sequence[Fix] = [
        fix(splice(data, b"f(1|", TIER)),
        fix(splice(data, b"f(22|", "("), title="Breaks the file"),
        fix(splice(data, b"f(1|", ", timeout=900.0"), title="Wants the same place"),
        fix(splice(data, b"f(333|", TIER)),
    ]
    outcome = fixes.fix_files(tmp_path, wanted, expected=expected, dry_run=False)
    assert outcome.applied == 2
    assert (tmp_path / "x.py").read_bytes() == b'f(1, service_tier="flex")\nf(22)\nf(333, service_tier="flex")\n'
    assert [problem.line for problem in outcome.problems] == [1, 2]
    assert "another fix" in outcome.problems[0].message


def test_a_fix_of_two_files_is_all_or_nothing(tmp_path: Path) -> None:
    data = b"f(1)\n"
    expected = project(tmp_path, {"a.py": data, "b.py": data, "c.py": data})
    (tmp_path / "b.py").write_bytes(b"f(2)\n")
    here, there = splice(data, b"f(1|", TIER, "a.py"), splice(data, b"f(1|", TIER, "b.py")
    broken = splice(data, b"f(1|", "(", "c.py")
    outcome = fixes.fix_files(tmp_path, [fix(here, there), fix(here, broken)], expected=expected, dry_run=False)
    assert (outcome.changed, outcome.applied) == ((), 0)
    assert (tmp_path / "a.py").read_bytes() == data
    assert {path for path, _ in texts(outcome)} == {"b.py", "c.py"}


def test_a_file_that_cannot_be_written_is_a_problem(tmp_path: Path) -> None:
    data = b"f(1)\n"
    expected = project(tmp_path, {"a.py": data, "b.py": data})
    (tmp_path / "a.py").chmod(0o444)
    wanted = [fix(splice(data, b"f(1|", TIER, path)) for path in ("a.py", "b.py")]
    outcome = fixes.fix_files(tmp_path, wanted, expected=expected, dry_run=False)
    assert [change.path for change in outcome.changed] == ["b.py"]
    assert outcome.applied == 1
    assert texts(outcome) == [("a.py", "not fixed: the file is write-protected")]


def test_text_that_the_encoding_lacks_is_a_problem(tmp_path: Path) -> None:
    data = b"# coding: latin-1\nf(1)\n"
    expected = project(tmp_path, {"x.py": data})
    outcome = fixes.fix_files(tmp_path, [fix(splice(data, b"f(1|", ", a='€'"))], expected=expected, dry_run=False)
    assert outcome.applied == 0
    assert "encoding" in outcome.problems[0].message


def test_a_deep_file_is_checked(tmp_path: Path) -> None:
    data = b"x = " + b"+".join([b"1"] * 900) + b"\nf(a)\n"
    edit = splice(data, b"f(a|", TIER)
    assert fixes.check(data, fixes.apply(data, [edit]), [edit]) is None


def test_nothing_to_do(tmp_path: Path) -> None:
    assert fixes.fix_files(tmp_path, [], expected={}, dry_run=False) == fixes.FixOutcome((), 0, ())


def test_importing_costs_little() -> None:
    program = "import sys, tierlint.fixes; print(sorted({'libcst', 'openai', 'asyncio'} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert done.stdout.strip() == "[]", done.stderr
