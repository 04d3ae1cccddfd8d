"""INI files as entries that remember where they stand: sections, keys, and values over several lines."""

from __future__ import annotations

import re
from collections.abc import Iterator

from msgspec import Struct

from tierlint.manifests.places import Unreadable, page

_SECTION = re.compile(r"\[(?P<name>[^\]]+)\]\s*(?:[#;].*)?")
_ENTRY = re.compile(r"(?P<key>[^=:\s\[][^=:]*?)\s*[=:]\s*(?P<value>.*)")
_FLAG = re.compile(r"[\w.-]+")


class Entry(Struct, frozen=True):
    """A key of a section with its value, whose lines are kept; lines are counted from 1."""

    section: str
    key: str
    value: str
    line: int
    end_line: int


def parse(text: str) -> tuple[Entry, ...]:
    """The entries in the order of the file; a key may come more than once."""
    return tuple(_entries(page(text)))


def _entries(lines: list[str]) -> Iterator[Entry]:
    section, number = "", 0
    while number < len(lines):
        line, first = lines[number].rstrip(), number + 1
        number += 1
        stripped = line.strip()
        # `{% if %}` and its like stand in files that are templates.
        if not stripped or stripped[0] in "#;{":
            continue
        header, found = _SECTION.fullmatch(stripped), _ENTRY.fullmatch(stripped)
        if header:
            section = header["name"].strip()
            continue
        if not found:
            if section and _FLAG.fullmatch(stripped):
                continue
            raise Unreadable(first, f"not readable as INI: {stripped[:60]!r} is neither a section nor a setting")
        pieces = [found["value"]]
        while number < len(lines) and _goes_on(pieces[-1], lines[number]):
            if lines[number].strip()[:1] not in ("#", ";"):
                pieces.append(lines[number].strip())
            number += 1
        yield Entry(section, found["key"].strip(), "\n".join(pieces).strip(), first, number)


def _goes_on(value: str, following: str) -> bool:
    """Whether a value goes on in the next line: after a backslash (systemd), or indented (everybody else)."""
    return value.endswith("\\") or (following[:1] in (" ", "\t") and bool(following.strip()))


def sections(entries: tuple[Entry, ...]) -> dict[str, dict[str, Entry]]:
    """The entries by section and key; the last of several counts."""
    found: dict[str, dict[str, Entry]] = {}
    for entry in entries:
        found.setdefault(entry.section, {})[entry.key] = entry
    return found
