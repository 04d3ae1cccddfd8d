"""Which file of the project a path or a module name in a command means, seen from where the command runs."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Collection, Iterator, Mapping, Sequence

from msgspec import Struct

from tierlint.manifests.places import folder, inside
from tierlint.manifests.shell import own_directory, without_root

# The files that a module's name can stand for; the empty string is `name.py`.
_PARTS = ("", "__main__.py", "__init__.py")
_DOTTED = re.compile(r"[^\W\d]\w*(?:\.[^\W\d]\w*)*")


class Paths(Struct, frozen=True):
    """The paths of a project and how to find them by their last part; foreign: where nothing of it lies."""

    all: frozenset[str]
    directories: frozenset[str]
    by_name: Mapping[str, tuple[str, ...]]
    foreign: tuple[str, ...] = ()


class Place(Struct, frozen=True):
    """Where a command runs, and the file it is written in."""

    directory: str
    file: str


def index_paths(paths: Collection[str], foreign: tuple[str, ...] = ()) -> Paths:
    """Index a project's paths."""
    by_name: dict[str, list[str]] = {}
    directories: set[str] = {""}
    for path in sorted(paths):
        by_name.setdefault(posixpath.basename(path), []).append(path)
        directory = folder(path)
        while directory not in directories:
            directories.add(directory)
            directory = folder(directory)
    index = {name: tuple(found) for name, found in by_name.items()}
    return Paths(frozenset(paths), frozenset(directories), index, foreign)


def settled(place: Place, project: Paths) -> Place:
    """The place with the project's directory that a directory of an image or another machine stands for."""
    tails = (*_tails(place.directory), "")
    return Place(next(tail for tail in tails if tail in project.directories), place.file)


def locate(word: str, place: Place, project: Paths) -> str | None:
    """The file that a path means: from the command's directory, then from those above it, then by a suffix
    that only one file has. Of a path from the root of a machine or image, the part inside the project counts.
    """
    own = own_directory(word)
    if own is not None:
        path = inside(folder(place.file), f".{own}")
        return path if path in project.all else None
    if any(word == prefix or word.startswith(f"{prefix}/") for prefix in project.foreign):
        return None
    path = without_root(word)
    tails = tuple(_tails(posixpath.normpath(path))) if path != word else (path,)
    for tail in tails:
        for base in _bases(place):
            candidate = posixpath.normpath(posixpath.join(base, tail))
            if candidate in project.all:
                return candidate
    for tail in tails:
        found = _by_suffix(tail, project)
        if found:
            return found
    return None


def locate_module(name: str, place: Place, project: Paths, parts: Sequence[str] = _PARTS) -> str | None:
    """The file of a dotted module name: from the command's directory, those above it, a `src` directory in
    either, then by a suffix that only one file has; for a namespace package, its directory. parts: which
    files stand for a module that is found by its suffix."""
    if not _DOTTED.fullmatch(name):
        return None
    path = name.replace(".", "/")
    candidates = [posixpath.join(base, layout, path) for base in _bases(place) for layout in ("", "src")]
    for candidate in candidates:
        for file in (f"{candidate}/{part}" if part else f"{candidate}.py" for part in _PARTS):
            if file in project.all:
                return file
    for file in (f"{path}/{part}" if part else f"{path}.py" for part in parts):
        found = _by_suffix(file, project)
        if found:
            return found
    return next((candidate for candidate in candidates if candidate in project.directories), None)


def import_root(name: str, path: str, place: Place) -> str:
    """The directory from which a located module is imported; the command's own where that will do."""
    parts = name.replace(".", "/")
    own = f"{place.directory}/" if place.directory else ""
    if path.startswith((f"{own}{parts}", f"{own}src/{parts}")):
        return place.directory
    # What comes before the last time that the module's name stands in its path.
    return f"/{path}".rpartition(f"/{parts}")[0].lstrip("/")


def module_name(path: str, place: Place) -> str:
    """The dotted name of a file, from the command's directory if it lies below it."""
    below = path.removeprefix(f"{place.directory}/") if place.directory else path
    return below.removesuffix(".py").removesuffix("/__init__").replace("/", ".")


def _bases(place: Place) -> Iterator[str]:
    directory = place.directory
    while directory:
        yield directory
        directory = folder(directory)
    yield ""
    yield folder(place.file)


def _tails(path: str) -> Iterator[str]:
    while path and path != ".":
        yield path
        _, _, path = path.partition("/")


def _by_suffix(path: str, project: Paths) -> str | None:
    while path.startswith("../"):
        path = path[3:]
    path = posixpath.normpath(path)
    name = posixpath.basename(path)
    found = [p for p in project.by_name.get(name, ()) if p == path or p.endswith(f"/{path}")]
    return found[0] if len(found) == 1 else None
