"""Remember what was learnt from a file, by its content."""

from __future__ import annotations

import contextlib
import hashlib
import os
import sys
import tempfile
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import TypeVar

import msgspec
from msgspec import Struct

from tierlint.model import Reading, Signature

DIRECTORY = ".tierlint_cache"
FILES = "files.msgpack"
RESULT = "result.msgpack"
T = TypeVar("T")


class Entry(Struct, frozen=True, array_like=True):
    """What is kept of one file: the hash of its bytes and its summary, encoded."""

    digest: str
    summary: msgspec.Raw


class Store(Struct, frozen=True, array_like=True):
    """What was learnt from files: summaries by path, readings by content and position."""

    version: str
    files: dict[str, Entry]
    readings: dict[str, dict[str, Reading | Signature]]


class Result(Struct, frozen=True, array_like=True):
    """The last result, and the name of everything it depends on."""

    version: str
    key: str
    report: bytes


@lru_cache(maxsize=1)
def version() -> str:
    """What the cached values depend on besides the files: tierlint's own code and tables, and the interpreter."""
    seen = hashlib.blake2b(digest_size=16)
    for path in sorted(Path(__file__).parent.rglob("*")):
        if path.suffix in (".py", ".toml"):
            seen.update(path.read_bytes())
    return f"{seen.hexdigest()}/{sys.version_info.major}.{sys.version_info.minor}"


def empty() -> Store:
    """A cache that knows nothing."""
    return Store(version(), {}, {})


def digest(data: bytes) -> str:
    """The name of a file's content."""
    return hashlib.blake2b(data, digest_size=16).hexdigest()


def result_key(parts: Mapping[str, str], *rest: str) -> str:
    """The name of everything a result depends on: every file's content, the tables, the settings."""
    seen = hashlib.blake2b(digest_size=16)
    for path in sorted(parts):
        seen.update(f"{path}\0{parts[path]}\n".encode(errors="surrogateescape"))
    for text in rest:
        seen.update(text.encode(errors="surrogateescape") + b"\0")
    return seen.hexdigest()


def read(root: Path) -> Store:
    """The cache of a project; an unusable one (another version, damaged) counts as empty."""
    store = _read(root / DIRECTORY / FILES, Store)
    return store if store is not None and store.version == version() else empty()


def read_result(root: Path) -> Result | None:
    """The last result of a project, if there is a usable one."""
    result = _read(root / DIRECTORY / RESULT, Result)
    return result if result is not None and result.version == version() else None


def write(root: Path, store: Store, result: Result) -> None:
    """Replace the cache, each file in one step. A project that cannot be written to simply has none."""
    directory = root / DIRECTORY
    with contextlib.suppress(OSError):
        directory.mkdir(exist_ok=True)
        ignore = directory / ".gitignore"
        if not ignore.exists():
            ignore.write_text("*\n")
        _replace(directory, FILES, msgspec.msgpack.encode(store))
        _replace(directory, RESULT, msgspec.msgpack.encode(result))


def _read(path: Path, kind: type[T]) -> T | None:
    try:
        return msgspec.msgpack.decode(path.read_bytes(), type=kind)
    except (OSError, msgspec.DecodeError):
        return None


def _replace(directory: Path, name: str, data: bytes) -> None:
    handle, temporary = tempfile.mkstemp(dir=directory)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
        Path(temporary).replace(directory / name)
    except OSError:
        Path(temporary).unlink(missing_ok=True)
        raise
