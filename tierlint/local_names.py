"""What something of the outside world goes by in a file; where it has no name there, the import that gives it one."""

from __future__ import annotations

import re
import sys
from collections.abc import Sequence
from pathlib import Path

from tierlint.model import Import, Splice
from tierlint.program import Program
from tierlint.program.values import External
from tierlint.tier_edits import LocalNames

_BOM = b"\xef\xbb\xbf"
_STATEMENT = rb"(?:\xef\xbb\xbf)?[ \t]*from %s import (?P<names>\w+(?:, \w+)*)[ \t]*(?:#.*)?[\r\n]*"
_WORD = re.compile(r"\w+")


def local_names(root: Path, program: Program, path: str) -> LocalNames:
    """The names for one file. An import is added beside others of the same package; those of the standard
    library may also stand before the first import of all."""
    module = program.modules[path]
    lines = (root / path).read_bytes().splitlines(keepends=True)
    # An import under `if TYPE_CHECKING:` gives no name to a program that runs.
    guarded = "TYPE_CHECKING" in module.names(0)
    items = [
        item
        for same in module.imports(0).values()
        for item in same
        if not (guarded and lines[item.line - 1][:1].isspace())
    ]

    def named(name: str) -> str | None:
        package, _, last = name.rpartition(".")
        for item in items:
            found = program.resolver.imported(path, item.module, item.level, item.attribute)
            if External(name) in found:
                return item.name
            if item.attribute is None and External(package) in found:
                return f"{item.name}.{last}"
        return None

    def known_names(names: tuple[str, ...]) -> tuple[dict[str, str], tuple[Splice, ...]] | None:
        known = {name: local for name in names if (local := named(name)) is not None}
        missing = sorted(set(names).difference(known))
        if not missing:
            return known, ()
        package = missing[0].rpartition(".")[0]
        last = {name: name.rpartition(".")[2] for name in missing}
        if any(name.rpartition(".")[0] != package for name in missing):
            return None
        if not module.names(0).isdisjoint(last.values()):
            return None
        edits = _imports(path, lines, items, package, [*last.values()])
        return ({**known, **last}, edits) if edits else None

    return known_names


def _imports(
    path: str, lines: Sequence[bytes], items: Sequence[Import], package: str, names: Sequence[str]
) -> tuple[Splice, ...]:
    """The edits that import names of a package: into a statement that is there, or as one of their own."""
    ours = [item for item in items if not item.level and item.attribute]
    pattern = re.compile(_STATEMENT % re.escape(package.encode()))
    for number in sorted({item.line for item in ours if item.module == package}):
        if found := pattern.fullmatch(lines[number - 1]):
            return _into(path, _start(lines, number) + found.start("names"), found["names"].decode(), names)
    statement = f"from {package} import {', '.join(names)}"
    top = package.partition(".")[0]
    beside = [item.line for item in ours if item.module.partition(".")[0] == top]
    if beside:
        return (_before(path, lines, min(beside), statement, ""),)
    return _from_library(path, lines, items, package, statement) if top in sys.stdlib_module_names else ()


def _from_library(
    path: str, lines: Sequence[bytes], items: Sequence[Import], package: str, statement: str
) -> tuple[Splice, ...]:
    """An import from the standard library, among its like or before all others."""
    at_margin = sorted(
        (item for item in items if item.module != "__future__" and not lines[item.line - 1][:1].isspace()),
        key=lambda item: item.line,
    )
    if not at_margin:
        return ()
    like = [i for i in at_margin if not i.level and i.module.partition(".")[0] in sys.stdlib_module_names]
    earlier = [item for item in like if item.attribute is None or item.module < package]
    if earlier and (last := _last_line(lines, earlier[-1].line)) < len(lines):
        start = _start(lines, last + 1)
        return (Splice(path, start, start, statement + _newline(lines[last - 1])),)
    return (_before(path, lines, at_margin[0].line, statement, "" if like else _newline(lines[at_margin[0].line - 1])),)


def _into(path: str, start: int, there: str, names: Sequence[str]) -> tuple[Splice, ...]:
    """Names put into a statement in the order that import sorters like: constants, classes, functions."""
    added: dict[int, str] = {}
    for name in sorted(names, key=_rank):
        behind = next((found for found in _WORD.finditer(there) if _rank(found.group()) > _rank(name)), None)
        place = len(there) if behind is None else behind.start()
        added[place] = added.get(place, "") + (f", {name}" if behind is None else f"{name}, ")
    return tuple(Splice(path, start + place, start + place, text) for place, text in added.items())


def _rank(name: str) -> tuple[bool, bool, str]:
    return not name.isupper(), not name[0].isupper(), name


def _before(path: str, lines: Sequence[bytes], line: int, statement: str, gap: str) -> Splice:
    """An import on a line of its own, with what separates it from the next."""
    text = lines[line - 1]
    mark = len(_BOM) if line == 1 and text.startswith(_BOM) else 0
    indent = len(text) - mark - len(text[mark:].lstrip())
    start = _start(lines, line) + mark + indent
    return Splice(path, start, start, f"{statement}{_newline(text)}{gap}{text[mark : mark + indent].decode('ascii')}")


def _start(lines: Sequence[bytes], line: int) -> int:
    return sum(len(text) for text in lines[: line - 1])


def _last_line(lines: Sequence[bytes], line: int) -> int:
    """Where a statement ends that may go over several lines."""
    depth = lines[line - 1].count(b"(") - lines[line - 1].count(b")")
    while (depth > 0 or lines[line - 1].rstrip(b"\r\n").endswith(b"\\")) and line < len(lines):
        line += 1
        depth += lines[line - 1].count(b"(") - lines[line - 1].count(b")")
    return line


def _newline(text: bytes) -> str:
    return "\r\n" if text.endswith(b"\r\n") else "\n"
