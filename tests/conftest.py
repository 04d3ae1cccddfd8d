"""The comments by which fixtures say what is found in them (grammar: CONTRIBUTING.md), and `--update`."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Final, NamedTuple

import pytest

from tierlint.model import JudgedCall
from tierlint.report.frame import read_lines

FACTS: Final[dict[str, Callable[[JudgedCall], set[str]]]] = {
    "api": lambda call: {call.api_call.api},
    "api-call": lambda call: {""},
    "callee": lambda call: {call.api_call.method},
    "confidence": lambda call: {call.verdict.confidence},
    "entry": lambda call: {trace.entry.kind for trace in call.traces} or {"none"},
    "fix": lambda call: {call.fix.safety if call.fix else "none"},
    "goes": lambda call: {end.kind for trace in call.traces for end in trace.goes} or {"nowhere"},
    "host": lambda call: {call.api_call.host or "none"},
    "vendor": lambda call: {(call.api_call.vendor or "none").replace(" ", "")},
    "model": lambda call: {call.api_call.model or "none", *call.api_call.models},
    "provider": lambda call: {call.api_call.provider},
    "route": lambda call: {call.route.mechanism},
    "sdk": lambda call: {call.api_call.sdk},
    "tier": lambda call: {call.verdict.tier},
}
KEYS: Final = "|".join(["expect", *FACTS])
COMMENT: Final = re.compile(rf"#\s*(?P<said>(?:todo-)?(?:{KEYS})\s*(?::|$|\s\s|\|)[^#]*)")
FIELD: Final = re.compile(rf"(?P<todo>todo-)?(?P<key>{KEYS})(?::\s*(?P<value>\S.*))?")
SEPARATOR: Final = re.compile(r"(?:\s{2,}|\s*\|\s*)(?=(?:todo-)?[a-z]+(?:-[a-z]+)*(?::|\s|$))")
FINDING: Final = re.compile(r'(?P<rule>TL\d{3})(?:\s+"(?P<text>.*)")?')


class Expectation(NamedTuple):
    path: str
    line: int
    key: str
    value: str
    todo: bool

    def is_true_of(self, call: JudgedCall) -> bool:
        said, found = set(self.value.replace(" ", "").split(",")), FACTS[self.key](call)
        return said == found if self.key == "goes" else said <= found

    def __str__(self) -> str:
        return f"{self.path}:{self.line}: # {self.key}: {self.value}".removesuffix(": ")


def expectations(root: Path) -> Iterator[Expectation]:
    for file in sorted((*root.rglob("*.py"), *root.rglob("*.ipynb"))):
        lines = read_lines(file)
        for number, line in enumerate(lines, 1):
            for comment in COMMENT.finditer(line):
                stands_alone = line.lstrip().startswith("#")
                said_of = next((n for n in range(number, len(lines) + 1) if code(lines[n - 1])), number)
                for field in SEPARATOR.split(comment["said"].strip()):
                    path = file.relative_to(root).as_posix()
                    yield expectation(path, said_of if stands_alone else number, field)


def code(line: str) -> bool:
    return bool(line.strip()) and not line.lstrip().startswith("#")


def expectation(path: str, line: int, field: str) -> Expectation:
    said = FIELD.fullmatch(field.strip())
    where = f"{path}:{line}: {field!r}"
    assert said, f"{where} is not `key: value` with a known key"
    key, value = said["key"], said["value"] or ""
    assert bool(value) == (key != "api-call"), f"{where}: wrong value"
    assert key != "expect" or FINDING.fullmatch(value), f'{where} is not `expect: TL101 ["text"]`'
    return Expectation(path, line, key, value, bool(said["todo"]))


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--update", action="store_true", help="rewrite fixed/ folders and snapshots")
    parser.addoption("--every-item", action="store_true", help="check every item of the tables, not a sample")


@pytest.fixture
def update(request: pytest.FixtureRequest) -> bool:
    return bool(request.config.getoption("--update"))


@pytest.fixture
def every_item(request: pytest.FixtureRequest) -> bool:
    return bool(request.config.getoption("--every-item"))


@pytest.fixture(scope="session")
def read_expectations() -> Callable[[Path], list[Expectation]]:
    return lambda root: list(expectations(root))
