"""Every item of a table is one that a fixture needs: without it, something else is found there than was expected.

An item is one name, one argument, one glob of a list, or a whole entry that has no lists. The tables are taken as they
are: each item in turn is left out, and the fixtures in whose text its words stand are analysed again. What counts is
what a fixture can fail by: an expectation that is no longer met, a call or a finding where there was none.

That is thousands of analyses, so a usual run takes a sample of each table, another one whenever the table changes:

    pytest tests/test_catalogue.py -k celery --every-item
"""

from __future__ import annotations

import functools
import hashlib
import re
import shutil
import time
from collections.abc import Callable, Collection, Iterator
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any, Final, NamedTuple, Protocol

import msgspec
import pytest
from msgspec import Struct
from msgspec.structs import replace

from tierlint import cache, catalog, config, manifests, requirements
from tierlint.analysis import report_on
from tierlint.catalog import Catalog
from tierlint.catalog.framework_tables import FrameworkTable
from tierlint.catalog.sdk_tables import SdkTable
from tierlint.config import Settings
from tierlint.files import Files, index_all
from tierlint.model import JudgedCall, Reading, Report
from tierlint.pipeline import on_a_big_stack
from tierlint.project import Project, discover

Table = SdkTable | FrameworkTable

FIXTURES: Final = Path(__file__).parent / "fixtures"
CASES: Final = sorted(path for path in FIXTURES.glob("*/*") if path.is_dir())
NOT_ANALYSED: Final = ("fixed", "fixed-unsafe", "expected*.txt", "__pycache__", ".tierlint_cache")
SAMPLED: Final = 6  # one of so many
TABLES: Final = [*catalog.load().sdks, *catalog.load().frameworks]

# Items that no fixture can need today, by their label. One that a fixture does need is taken out of this list.
UNSEEN: Final = (
    # Nothing reads these.
    "* fan_out *, items: *",
    "* detach *, runs: receiver",
    "python: detach 1, runs: *",
    "python: detach 2, runs: *",
    "telegram: detach 1, runs: *",
    # An agent's requests each need the answer before, so it is Flex for one item as for many.
    "langgraph: method 3, items: *",
    # What streams is made by whoever waits; behind a detached step nobody makes a response.
    "fastapi: sink 2, *",
    "fastapi: alias fastapi.responses",
    "fastapi: alias sse_starlette.sse.EventSourceResponse",
)


class Expectation(Protocol):
    path: str
    line: int
    key: str
    value: str

    def is_true_of(self, call: JudgedCall) -> bool: ...


class Case(NamedTuple):
    """A fixture, read once, so that it can be judged with other tables.

    tables: those whose words stand in it, where the others change nothing.
    """

    name: str
    words: frozenset[str]
    root: Path
    settings: Settings
    project: Project
    files: Files
    readings: dict[str, dict[str, Reading]]
    tables: Catalog
    wanted: list[Expectation]
    expected: frozenset[tuple[object, ...]]
    cost: float


class Item(NamedTuple):
    """Something that can be left out of a table; one of these sets of words stands in code that uses it."""

    label: str
    words: list[set[str]]


# --- Tables with something left out ---------------------------------------------------------------


def items_of(table: Table) -> Iterator[Item]:
    for field, entries in fields_of(table):
        for number, entry in enumerate(entries, 1):
            lists = dict(lists_of(entry))
            if not lists:
                yield Item(label_of(table, field, entry), [words_in(first(entry))])
            strings = [item for value in lists.values() for item in value if isinstance(item, str)]
            names = [words_in(name) for name in strings if "." in name] or [words_in(name) for name in strings]
            for key, value in lists.items():
                for item in value:
                    words = [words_in(item)] if "." in str(item) else [name | words_in(str(item)) for name in names]
                    yield Item(label_of(table, field, number, key, item), words)


def without(table: Table, left_out: Collection[str]) -> Table:
    """The table without the items of these labels."""
    fields: dict[str, tuple[object, ...]] = {}
    for field, entries in fields_of(table):
        kept: list[object] = []
        for number, entry in enumerate(entries, 1):
            lists = dict(lists_of(entry))
            if lists:
                rest = {
                    key: tuple(item for item in value if label_of(table, field, number, key, item) not in left_out)
                    for key, value in lists.items()
                }
                kept.append(replace(entry, **rest))
            elif label_of(table, field, entry) not in left_out:
                kept.append(entry)
        fields[field] = tuple(kept)
    return replace(table, **fields)


def fields_of(table: Table) -> Iterator[tuple[str, tuple[Struct, ...]]]:
    for field in table.__struct_fields__:
        entries = getattr(table, field)
        if isinstance(entries, tuple) and all(isinstance(entry, Struct) for entry in entries):
            yield field, entries


def label_of(table: Table, field: str, entry: object, key: str = "", item: object = "") -> str:
    """`celery: detach 1, method: delay`, `celery: alias celery.current_app`; entries are counted from one."""
    which = first(entry) if isinstance(entry, Struct) else entry
    return f"{name_of(table)}: {field} {which}" + (f", {key}: {item}" if key else "")


def lists_of(entry: Struct) -> Iterator[tuple[str, tuple[Any, ...]]]:
    """The lists that the table writes; what is there by default says nothing of the table."""
    defaults = dict(zip(reversed(entry.__struct_fields__), reversed(entry.__struct_defaults__), strict=False))
    for key in entry.__struct_fields__:
        value = getattr(entry, key)
        if isinstance(value, tuple) and value != defaults.get(key):
            yield key, value


def name_of(table: Table) -> str:
    return table.sdk if isinstance(table, SdkTable) else table.framework


def first(entry: Struct) -> str:
    return str(getattr(entry, entry.__struct_fields__[0]))


@functools.cache
def words_of(name: str) -> tuple[set[str], ...]:
    """Sets of words, one of which stands in all code that a shipped table says something of."""
    named = [table for table in TABLES if name_of(table) == name]
    return tuple(words for table in named for item in items_of(table) for words in item.words) or (set(),)


def words_in(name: str) -> set[str]:
    """The package and the last identifier of a dotted name or glob; a glob that begins with a star has no package."""
    parts = [part for part in re.split(r"[^\w*?]+", name) if part and part != "builtins"]
    return {part for part in (*parts[:1], *parts[-1:]) if part.isidentifier()}


def put_in(tables: Catalog, *pairs: tuple[Table, Table]) -> Catalog:
    """The tables of a case with others in the place of some."""
    other = {id(table): instead for table, instead in pairs}
    return Catalog(
        tuple(other.get(id(table), table) for table in tables.sdks),  # type: ignore[misc]
        tuple(other.get(id(table), table) for table in tables.frameworks),  # type: ignore[misc]
    )


# --- Fixtures judged with other tables ------------------------------------------------------------


def read_case(case: Path, root: Path, expectations: Callable[[Path], list[Expectation]]) -> Case:
    shutil.copytree(case, root, ignore=shutil.ignore_patterns(*NOT_ANALYSED))
    (root / "pyproject.toml").touch()
    settings = config.load(root)
    project = discover(
        root,
        include=settings.include,
        exclude=(*settings.exclude, *settings.extend_exclude),
        manifest_globs=(*manifests.GLOBS, *requirements.REQUIREMENT_FILES),
    )
    files = index_all(project, cache.empty(), 1)
    tables = catalog.load(settings.raw_tables, settings.source, settings.prefix)
    text = " ".join(file.read_bytes().decode("utf-8", "replace") for file in root.rglob("*") if file.is_file())
    words = frozenset(re.findall(r"\w+", text))
    report, readings = report_on(root, settings, tables, project, files, {})
    wanted = expectations(root)
    expected = failable(wanted, report)
    name = f"{case.parent.name}/{case.name}"
    slim = Catalog(
        tuple(sdk for sdk in tables.sdks if words & set(sdk.roots)),
        tuple(table for table in tables.frameworks if any(each <= words for each in words_of(name_of(table)))),
    )
    read = Case(name, words, root, settings, project, files, readings, slim, wanted, expected, 0.0)
    start = time.perf_counter()
    is_same = found_in(read, slim) == expected
    return read._replace(tables=slim if is_same else tables, cost=time.perf_counter() - start)


def found_in(case: Case, tables: Catalog) -> frozenset[tuple[object, ...]]:
    try:
        report, _ = report_on(case.root, case.settings, tables, case.project, case.files, case.readings)
    except StopIteration:  # a call was found of which nothing is known without the rest of the tables
        return frozenset()
    return failable(case.wanted, report)


def failable(wanted: list[Expectation], report: Report) -> frozenset[tuple[object, ...]]:
    """All that a fixture can fail by: what is expected and found, and where there are calls and findings."""
    return frozenset(
        (
            *((one.path, one.line, one.key, one.value) for one in wanted if is_met(one, report)),
            *((call.api_call.at.path, call.api_call.at.line) for call in report.judged_calls),
            *((finding.rule, finding.at.path, finding.at.line) for finding in report.diagnostics),
        )
    )


def is_met(wanted: Expectation, report: Report) -> bool:
    places = [call.api_call.at for call in report.judged_calls if call.api_call.at.path == wanted.path]
    around = [at for at in places if at.line <= wanted.line <= at.end_line]
    if wanted.key != "expect":
        return any(wanted.is_true_of(call) for call in report.judged_calls if call.api_call.at in around)
    rule, _, text = wanted.value.partition(" ")
    lines = {wanted.line, *(line for at in around for line in range(at.line, at.end_line + 1))}
    return any(
        found.rule == rule
        and found.at.path == wanted.path
        and found.at.line in lines
        and text.strip('"') in found.message
        for found in report.diagnostics
    )


def cases_of(table: Table, cases: list[Case]) -> list[Case]:
    """The fixtures that need the table at all; those of its own name first, the quick ones before the slow."""
    items = list(items_of(table))
    nothing = without(table, {item.label for item in items})
    own = re.sub(r"\W", "_", name_of(table))
    found: list[tuple[bool, float, str, Case]] = []
    for case in cases:
        if not any(each is table for each in (*case.tables.sdks, *case.tables.frameworks)):
            continue
        is_own = case.name.partition("/")[2].startswith(own)
        if not is_own and not any(words <= case.words for item in items for words in item.words):
            continue
        if found_in(case, put_in(case.tables, (table, nothing))) != case.expected:
            found.append((not is_own, case.cost, case.name, case))
    return [case for *_, case in sorted(found)]


def is_needed(table: Table, item: Item, cases: list[Case]) -> bool:
    """A fixture notices that the item is left out; those in whose text its words stand are asked first."""
    pair = (table, without(table, {item.label}))
    order = sorted(cases, key=lambda case: not any(words <= case.words for words in item.words))
    return any(found_in(case, put_in(case.tables, pair)) != case.expected for case in order)


# --- Tests ----------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def known() -> list[Case]:
    return []


@pytest.fixture
def cases(
    known: list[Case],
    tmp_path_factory: pytest.TempPathFactory,
    read_expectations: Callable[[Path], list[Expectation]],
) -> list[Case]:
    if not known:
        root = tmp_path_factory.mktemp("cases")
        places = [(case, root / case.parent.name / case.name) for case in CASES]
        known += on_a_big_stack(lambda: [read_case(case, place, read_expectations) for case, place in places])
    return known


def is_unseen(item: Item) -> bool:
    return any(fnmatchcase(item.label, pattern) for pattern in UNSEEN)


@pytest.mark.parametrize("table", TABLES, ids=name_of)
def test_every_item_of_a_table_is_needed(table: Table, cases: list[Case], every_item: bool) -> None:
    asked = [item for item in items_of(table) if not is_unseen(item)]
    items = asked if every_item else sample_of(table, asked)
    missing = on_a_big_stack(lambda: list(not_needed(table, items, cases)))
    assert not missing, "no fixture needs these, write one or take them out of the table:\n" + "\n".join(missing)


def sample_of(table: Table, items: list[Item]) -> list[Item]:
    digest = hashlib.blake2b(msgspec.msgpack.encode(table)).digest()
    return items[digest[0] % SAMPLED :: SAMPLED]


def not_needed(table: Table, items: list[Item], cases: list[Case]) -> Iterator[str]:
    its_own = cases_of(table, cases)
    for item in items:
        if not is_needed(table, item, its_own):
            yield item.label


def test_what_is_excepted_is_not_needed(cases: list[Case]) -> None:
    excepted = [(item.label, table) for table in TABLES for item in items_of(table) if is_unseen(item)]
    stale = [pattern for pattern in UNSEEN if not any(fnmatchcase(label, pattern) for label, _ in excepted)]
    assert not stale, "no table has these: " + ", ".join(stale)

    def needed() -> list[str]:
        found: list[str] = []
        nothing_excepted = [(table, without(table, {label for label, _ in excepted})) for table in TABLES]
        for case in cases:
            if found_in(case, put_in(case.tables, *nothing_excepted)) != case.expected:
                for label, table in excepted:
                    if found_in(case, put_in(case.tables, (table, without(table, {label})))) != case.expected:
                        found.append(f"{label} ({case.name})")
        return found

    assert not (labels := on_a_big_stack(needed)), "a fixture needs these, take them out of the list: " + ", ".join(
        labels
    )
