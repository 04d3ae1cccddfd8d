"""Which version of an SDK a project runs with, by its lock files and requirements."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from fnmatch import fnmatchcase
from typing import Final

import msgspec
from msgspec import Struct

from tierlint.model import Location

# Files that say which version of a distribution a project runs with: globs over the end of the path.
REQUIREMENT_FILES: Final = (
    "uv.lock",
    "poetry.lock",
    "pdm.lock",
    "pylock*.toml",
    "Pipfile.lock",
    "Pipfile",
    "pyproject.toml",
    "setup.cfg",
    "*requirements*.txt",
    "*requirements*.in",
    "requirements/*.txt",
    "requirements/*.in",
    "environment*.yml",
    "environment*.yaml",
)


class Requirement(Struct, frozen=True):
    """The version of a distribution that a project runs with: pinned (`exact`), or the lowest it admits.

    version: None where the distribution is named without a lower bound. at: where it is said, if in a file.
    """

    distribution: str
    version: str | None
    exact: bool
    at: Location | None


_LOCKED: Final = re.compile(
    r'^\[\[packages?\]\]\s*\nname = "(?P<name>[^"]+)"\s*\nversion = "(?P<version>[^"]+)"', re.MULTILINE
)
_LISTED: Final = re.compile(
    r"^[ \t]*(?:-[ \t]+)?[\"']?(?:[\w-]+::)?(?P<name>[A-Za-z][\w.-]*)[ \t]*(?:\[[^\]\n]*\])?"
    r"[ \t]*(?P<bounds>(?:[(=<>~!][^;#@\"'\n\\]*)?)",
    re.MULTILINE,
)
_INSTALLS: Final = re.compile(r"^install_requires *=", re.MULTILINE)
_BOUND: Final = re.compile(r"\s*\(?(?P<operator>[=<>~!^]*)\s*v?(?P<version>\d[\w.]*?)(?P<wild>\.?\*)?(?:=\w+)?[\s)]*$")
_PARTS: Final = re.compile(r",|\s+(?=[<>=!~^])")
_TABLES: Final[tuple[tuple[str, ...], ...]] = (
    ("tool", "poetry", "dependencies"),
    ("tool", "poetry", "dev-dependencies"),
    ("tool", "poetry", "group", "*", "dependencies"),
    ("packages",),
    ("dev-packages",),
    ("default",),
    ("develop",),
)
_LISTS: Final[tuple[tuple[str, ...], ...]] = (
    ("project", "dependencies"),
    ("project", "optional-dependencies", "*"),
    ("dependency-groups", "*"),
    ("tool", "uv", "dev-dependencies"),
    ("tool", "pdm", "dev-dependencies", "*"),
)


def names_requirements(path: str) -> bool:
    """Whether a file (posix path) may say which version of a distribution the project runs with."""
    tail = "/".join(path.split("/")[-2:])
    return any(fnmatchcase(tail if "/" in glob else tail.split("/")[-1], glob) for glob in REQUIREMENT_FILES)


def required_version(files: Mapping[str, str], distribution: str, *, used_in: str = "") -> Requirement | None:
    """Which version of `distribution` runs with the file `used_in`, by the texts of the project's files."""
    return nearest(requirements(files, distribution), used_in)


def requirements(files: Mapping[str, str], distribution: str) -> tuple[Requirement, ...]:
    """Everything that the files say of the distribution, in the files' order."""
    found = []
    name = _normal(distribution)
    for path, text in sorted(files.items()):
        # Lock files are long, and most have nothing to say.
        if names_requirements(path) and name.partition("-")[0] in text.lower():
            for bounds, line in _mentions(path, text, name):
                version, exact = _lowest(bounds)
                at = Location(path, line, 1, line, len(text.splitlines()[line - 1]) + 1)
                found.append(Requirement(distribution, version, exact, at))
    return tuple(found)


def nearest(said: Iterable[Requirement], used_in: str) -> Requirement | None:
    """The requirement that holds for a file: the one beside or above it, the nearest before the others.

    A pin speaks before a range. Of several the lowest version counts: a fix has to be right for all of them.
    """
    return min(said, key=lambda requirement: _rank(requirement, used_in), default=None)


def _rank(requirement: Requirement, used_in: str) -> tuple[int, bool, bool, tuple[int, ...]]:
    folders = requirement.at.path.split("/")[:-1] if requirement.at else []
    if folders and folders[-1] == "requirements":
        folders.pop()
    beside = used_in.split("/")[: len(folders)] == folders
    nearness = -len(folders) if beside else 1
    version = requirement.version
    return nearness, version is None, not requirement.exact, release(version or "0")


def _mentions(path: str, text: str, distribution: str) -> Iterator[tuple[str, int]]:
    """Bounds on the distribution and the line of each."""
    name = path.rpartition("/")[2]
    if name.endswith((".toml", ".lock")) or name == "Pipfile":
        for match in _LOCKED.finditer(text):
            if _normal(match["name"]) == distribution:
                yield f"=={match['version']}", text.count("\n", 0, match.start("name")) + 1
    if name in ("pyproject.toml", "Pipfile", "Pipfile.lock"):
        try:
            document = (msgspec.json if name == "Pipfile.lock" else msgspec.toml).decode(text)
        except msgspec.DecodeError:
            return
        for raw, bounds in _declared(document):
            if _normal(raw) == distribution:
                yield bounds, _line_of(text, raw, bounds)
    elif not name.endswith((".toml", ".lock")):
        for match in _LISTED.finditer(_INSTALLS.sub(lambda key: " " * len(key[0]), text)):
            if _normal(match["name"]) == distribution:
                yield match["bounds"], text.count("\n", 0, match.start("name")) + 1


def _declared(document: object) -> Iterator[tuple[str, str]]:
    for bounds in _under([document], ("project", "requires-python")):
        yield "python", str(bounds or "")
    for keys in _LISTS:
        for items in _under([document], keys):
            for item in items if isinstance(items, list) else ():
                if isinstance(item, str) and (match := _LISTED.match(item)):
                    yield match["name"], match["bounds"]
    for keys in _TABLES:
        for table in _under([document], keys):
            for name, value in table.items() if isinstance(table, dict) else ():
                for constraint in value if isinstance(value, list) else [value]:
                    said = constraint.get("version", "") if isinstance(constraint, dict) else constraint
                    yield name, str(said)


def _under(documents: Iterable[object], keys: tuple[str, ...]) -> Iterator[object]:
    for document in documents:
        if not keys:
            yield document
        elif isinstance(document, dict):
            step = document.values() if keys[0] == "*" else [document.get(keys[0])]
            yield from _under(step, keys[1:])


def _line_of(text: str, name: str, bounds: str) -> int:
    mentions = [match.start() for match in re.finditer(rf"(?<![\w.-]){re.escape(name)}(?![\w-])", text)]
    lines = [text.count("\n", 0, start) + 1 for start in mentions]
    said = [line for line in lines if bounds in text.splitlines()[line - 1]]
    return next(iter(said or lines), 1)


def _lowest(bounds: str) -> tuple[str | None, bool]:
    """The lowest version the bounds admit (as pip, Poetry or conda write them), and whether it is a pin."""
    lowest: list[tuple[str, bool]] = []
    for alternative in bounds.split("||"):
        admitted = [match for part in _PARTS.split(alternative) if (match := _BOUND.match(part))]
        lower = [match for match in admitted if match["operator"] not in ("<", "<=", "!=")]
        if not lower:
            return None, False
        highest = max(lower, key=lambda match: release(match["version"]))
        pinned = highest["operator"] in ("", "=", "==", "===") and not highest["wild"]
        lowest.append((highest["version"], pinned))
    return min(lowest, key=lambda pair: release(pair[0]))


def release(version: str) -> tuple[int, ...]:
    """Ordered like the versions: `1.75.0rc1` comes before `1.75`, and `1.75` equals `1.75.0`."""
    numbers = [int(number) for number in re.split(r"[^\d.]", version)[0].split(".") if number]
    preview = re.search(r"\d[._-]?(a|b|rc|alpha|beta|dev|pre)", version) is not None
    return (*(numbers + [0] * 6)[:6], -1 if preview else 0)


def _normal(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()
