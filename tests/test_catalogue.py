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
from collections.abc import Callable, Collection, Iterator
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any, Final, NamedTuple

import msgspec
import pytest
from msgspec import Struct
from msgspec.structs import replace

from tests.test_fixtures import CASES, NOT_ANALYSED, Expectation, answers, mistakes
from tierlint import cache, catalog, config, manifests, requirements
from tierlint.analysis import report_on
from tierlint.catalog import Catalog
from tierlint.catalog.framework_tables import FrameworkTable
from tierlint.catalog.sdk_tables import SdkTable
from tierlint.config import Settings
from tierlint.files import Files, index_all
from tierlint.model import Reading, Report
from tierlint.pipeline import on_a_big_stack
from tierlint.project import Project, discover

Table = SdkTable | FrameworkTable

SAMPLED: Final = 10  # one of so many
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


class Fixture(NamedTuple):
    """A copy of a fixture, with the words that stand in it and how much text they are."""

    name: str
    root: Path
    words: frozenset[str]
    size: int


class Case(NamedTuple):
    """A fixture, read once, so that it can be judged with other tables.

    tables: those whose words stand in it, where the others change nothing.
    """

    fixture: Fixture
    settings: Settings
    project: Project
    files: Files
    readings: dict[str, dict[str, Reading]]
    tables: Catalog
    wanted: list[Expectation]
    expected: frozenset[tuple[object, ...]]


Reader = Callable[[Fixture], Case]


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
    parts = [part for part in re.split(r"[^\w*?]+", re.sub(r"\[.*?\]", "?", name)) if part and part != "builtins"]
    return {part for part in (*parts[:1], *parts[-1:]) if part.isidentifier()}


def put_in(tables: Catalog, *pairs: tuple[Table, Table]) -> Catalog:
    """The tables of a case with others in the place of some."""
    other = {id(table): instead for table, instead in pairs}
    return Catalog(
        tuple(other.get(id(table), table) for table in tables.sdks),  # type: ignore[misc]
        tuple(other.get(id(table), table) for table in tables.frameworks),  # type: ignore[misc]
    )


# --- Fixtures judged with other tables ------------------------------------------------------------


def copied(case: Path, root: Path) -> Fixture:
    shutil.copytree(case, root, ignore=shutil.ignore_patterns(*NOT_ANALYSED))
    (root / "pyproject.toml").touch()
    text = " ".join(file.read_bytes().decode("utf-8", "replace") for file in root.rglob("*") if file.is_file())
    return Fixture(f"{case.parent.name}/{case.name}", root, frozenset(re.findall(r"\w+", text)), len(text))


def read_case(fixture: Fixture, wanted: list[Expectation]) -> Case:
    settings = config.load(fixture.root)
    project = discover(
        fixture.root,
        include=settings.include,
        exclude=(*settings.exclude, *settings.extend_exclude),
        manifest_globs=(*manifests.GLOBS, *requirements.REQUIREMENT_FILES),
    )
    files = index_all(project, cache.empty(), 1)
    tables = catalog.load(settings.raw_tables, settings.source, settings.prefix)
    slim = Catalog(
        tuple(sdk for sdk in tables.sdks if fixture.words & set(sdk.roots)),
        tuple(table for table in tables.frameworks if any(each <= fixture.words for each in words_of(name_of(table)))),
    )
    # tests/test_fixtures.py holds all tables against what is wanted; here, as often as they do, the few do as well.
    for few in (slim, tables):
        report, readings = report_on(fixture.root, settings, few, project, files, {})
        if not mistakes(report, wanted):
            break
    return Case(fixture, settings, project, files, readings, few, wanted, failable(wanted, report))


def found_in(case: Case, tables: Catalog) -> frozenset[tuple[object, ...]]:
    try:
        report, _ = report_on(case.fixture.root, case.settings, tables, case.project, case.files, case.readings)
    except StopIteration:  # a call was found of which nothing is known without the rest of the tables
        return frozenset()
    return failable(case.wanted, report)


def failable(wanted: list[Expectation], report: Report) -> frozenset[tuple[object, ...]]:
    """All that a fixture can fail by: what is expected and found, and where there are calls and findings."""
    return frozenset(
        (
            *((one.path, one.line, one.key, one.value) for one in wanted if answers(report, one)),
            *((call.api_call.at.path, call.api_call.at.line) for call in report.judged_calls),
            *((finding.rule, finding.at.path, finding.at.line) for finding in report.diagnostics),
        )
    )


def differs(case: Case, *pairs: tuple[Table, Table]) -> bool:
    return found_in(case, put_in(case.tables, *pairs)) != case.expected


def not_needed(table: Table, asked: list[Item], fixtures: list[Fixture], read: Reader) -> Iterator[str]:
    """The items that no fixture notices to be left out.

    Of the fixtures that may notice, those of the table's own name are asked first, and those with more of its words.
    """
    items = list(items_of(table))
    nothing = without(table, {item.label for item in items})
    own = re.sub(r"\W", "_", name_of(table))

    def stands(item: Item, fixture: Fixture) -> bool:
        return any(words <= fixture.words for words in item.words)

    def distance(fixture: Fixture) -> tuple[bool, int, int, str]:
        said = sum(stands(item, fixture) for item in items)
        return not is_own(fixture), -said, fixture.size, fixture.name

    def is_own(fixture: Fixture) -> bool:
        return fixture.name.partition("/")[2].startswith(own)

    needs_the_table: dict[Fixture, bool] = {}  # of those that were asked in vain

    def notices(fixture: Fixture, other: Table) -> bool:
        case = read(fixture)
        has_it = any(each is table for each in (*case.tables.sdks, *case.tables.frameworks))
        if not (has_it and needs_the_table.get(fixture, True)):
            return False
        if differs(case, (table, other)):
            return True
        if fixture not in needs_the_table:
            needs_the_table[fixture] = differs(case, (table, nothing))
        return False

    able = [one for one in fixtures if is_own(one) or any(stands(item, one) for item in items)]
    nearest = sorted(able, key=distance)
    for item in asked:
        other = without(table, {item.label})
        order = sorted(nearest, key=lambda fixture: not stands(item, fixture))
        if not any(notices(fixture, other) for fixture in order):
            yield item.label


# --- Tests ----------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def fixtures(tmp_path_factory: pytest.TempPathFactory) -> list[Fixture]:
    root = tmp_path_factory.mktemp("cases")
    return [copied(case, root / case.parent.name / case.name) for case in CASES]


@pytest.fixture(scope="module")
def read(read_expectations: Callable[[Path], list[Expectation]]) -> Reader:
    """Reads a fixture when it is first asked for."""
    return functools.cache(lambda fixture: read_case(fixture, read_expectations(fixture.root)))


def is_unseen(item: Item) -> bool:
    return any(fnmatchcase(item.label, pattern) for pattern in UNSEEN)


@pytest.mark.parametrize("table", TABLES, ids=name_of)
def test_every_item_of_a_table_is_needed(table: Table, fixtures: list[Fixture], read: Reader, every_item: bool) -> None:
    asked = [item for item in items_of(table) if not is_unseen(item)]
    items = asked if every_item else sample_of(table, asked)
    missing = on_a_big_stack(lambda: list(not_needed(table, items, fixtures, read)))
    assert not missing, "no fixture needs these, write one or take them out of the table:\n" + "\n".join(missing)


def sample_of(table: Table, items: list[Item]) -> list[Item]:
    digest = hashlib.blake2b(msgspec.msgpack.encode(table)).digest()
    return items[digest[0] % SAMPLED :: SAMPLED]


def test_what_is_excepted_is_not_needed(fixtures: list[Fixture], read: Reader, every_item: bool) -> None:
    excepted = [(item.label, table) for table in TABLES for item in items_of(table) if is_unseen(item)]
    stale = [pattern for pattern in UNSEEN if not any(fnmatchcase(label, pattern) for label, _ in excepted)]
    assert not stale, "no table has these: " + ", ".join(stale)
    nothing_excepted = [(table, without(table, {label for label, _ in excepted})) for table in TABLES]

    def needed() -> Iterator[str]:
        for fixture in fixtures if every_item else fixtures[::SAMPLED]:
            if differs(case := read(fixture), *nothing_excepted):
                for label, table in excepted:
                    if differs(case, (table, without(table, {label}))):
                        yield f"{label} ({fixture.name})"

    labels = on_a_big_stack(lambda: list(needed()))
    assert not labels, "a fixture needs these, take them out of the list: " + ", ".join(labels)
