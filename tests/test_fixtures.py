"""Every directory of tests/fixtures is a little project that says in its comments what tierlint finds there.

CONTRIBUTING.md has the grammar. No comment means that nothing is found: neither a diagnostic nor an API call.
"""

from __future__ import annotations

import hashlib
import re
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Final, Protocol

import pytest

from tierlint import config, fixes
from tierlint.model import Diagnostic, JudgedCall, Report
from tierlint.pipeline import analyze
from tierlint.report import calls_json, text
from tierlint.report.frame import read_lines
from tierlint.report.view import View
from tierlint.rules import rule_names

FIXTURES: Final = Path(__file__).parent / "fixtures"
CASES: Final = sorted(path for path in FIXTURES.glob("*/*") if path.is_dir())
NOT_ANALYSED: Final = ("fixed", "fixed-unsafe", "expected*.txt", "__pycache__", ".tierlint_cache")

FINDING: Final = re.compile(r'(?P<rule>TL\d{3})(?:\s+"(?P<text>.*)")?')


class Expectation(Protocol):
    path: str
    line: int
    key: str
    value: str
    todo: bool

    def is_true_of(self, call: JudgedCall) -> bool: ...


def covers(found: JudgedCall | Diagnostic, path: str, line: int) -> bool:
    at = found.api_call.at if isinstance(found, JudgedCall) else found.at
    return at.path == path and at.line <= line <= at.end_line


def answers(report: Report, wanted: Expectation) -> list[JudgedCall | Diagnostic]:
    """What was found that meets the expectation."""
    calls = [call for call in report.judged_calls if covers(call, wanted.path, wanted.line)]
    finding = FINDING.fullmatch(wanted.value)
    if wanted.key != "expect" or not finding:
        return [call for call in calls if wanted.is_true_of(call)]
    # A finding may point at one argument of a call that goes over many lines.
    lines = {
        wanted.line,
        *(n for call in calls for n in range(call.api_call.at.line, call.api_call.at.end_line + 1)),
    }
    there = [one for one in report.diagnostics if any(covers(one, wanted.path, line) for line in lines)]
    return [one for one in there if one.rule == finding["rule"] and (finding["text"] or "") in one.message]


def mistakes(report: Report, wanted: list[Expectation]) -> list[str]:
    """Expectations that nothing meets, known misses that are none, and results that nothing expects."""
    wrong = [f"{'at last' if one.todo else 'no'}: {one}" for one in wanted if one.todo == bool(answers(report, one))]
    met = [found for one in wanted if one.key == "expect" for found in answers(report, one)]
    for diagnostic in report.diagnostics:
        missed = any(one.todo and covers(diagnostic, one.path, one.line) for one in wanted)
        if diagnostic not in met and not missed:
            at = diagnostic.at
            wrong.append(f"not expected: {at.path}:{at.line}: {diagnostic.rule} {diagnostic.message}")
    for call in report.judged_calls:
        if not any(covers(call, one.path, one.line) for one in wanted):
            at = call.api_call.at
            wrong.append(f"not expected: {at.path}:{at.line}: API call {call.api_call.method}")
    return wrong


Reader = Callable[[Path], list[Expectation]]


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.parent.name}/{case.name}")
def test_fixture(case: Path, tmp_path: Path, update: bool, read_expectations: Reader) -> None:
    root = copy(case, tmp_path / "project")
    report, warm = (analyze(root, config.load(root), processes=1) for _ in range(2))
    view = View("0", "", rule_names(), lambda path: read_lines(root / path))
    assert calls_json.render(warm, view) == calls_json.render(report, view)
    wanted = read_expectations(root)
    assert not (wrong := mistakes(report, wanted)), "\n" + "\n".join(wrong)
    if (snapshot := case / "expected.txt").exists():
        if update:
            snapshot.write_text(text.render(report, view), encoding="utf-8")
        assert text.render(report, view) == snapshot.read_text(encoding="utf-8")
    check_fixes(report, copy(case, tmp_path / "safe"), case / "fixed", "safe", update)
    if (case / "fixed-unsafe").exists():
        check_fixes(report, copy(case, tmp_path / "unsafe"), case / "fixed-unsafe", "safe unsafe", update)
    if missed := [str(one) for one in wanted if one.todo]:
        pytest.xfail("known: " + "; ".join(missed))


def copy(case: Path, root: Path) -> Path:
    shutil.copytree(case, root, ignore=shutil.ignore_patterns(*NOT_ANALYSED))
    (root / "pyproject.toml").touch()  # so that this is the root, wherever the copy stands
    return root


def check_fixes(report: Report, root: Path, expected: Path, safety: str, update: bool) -> None:
    """The changed files are those expected, they are read as before, and a second run leaves them alone."""
    before = contents(root)
    fix(report, root, safety)
    after = contents(root)
    changed = {name: content for name, content in after.items() if content != before[name]}
    if changed:
        again = analyze(root, config.load(root), processes=1, use_cache=False)
        fix(again, root, safety)
        assert (again.problems, contents(root)) == (report.problems, after), "a second run changes something again"
    if update and changed != contents(expected):
        shutil.rmtree(expected, ignore_errors=True)
        for name, content in changed.items():
            (expected / name).parent.mkdir(parents=True, exist_ok=True)
            (expected / name).write_bytes(content)
    assert changed == contents(expected)


def fix(report: Report, root: Path, safety: str) -> None:
    analysed = {name: hashlib.sha256(content).hexdigest() for name, content in contents(root).items()}
    found = [one.fix for one in report.diagnostics if one.fix and one.fix.safety in safety.split()]
    outcome = fixes.fix_files(root, found, expected=analysed, dry_run=False)
    assert not outcome.problems


def contents(folder: Path) -> dict[str, bytes]:
    files = (path for path in folder.rglob("*") if path.is_file())
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in files}
