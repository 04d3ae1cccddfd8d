"""Remember what was learnt from a file, by its content."""

from __future__ import annotations

import contextlib
import hashlib
import os
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path

import msgspec
from msgspec import Struct

from tierlint.model import Reading

DIRECTORY = ".tierlint_cache"
# Raise it whenever a summary, a reading or a report changes its shape or its meaning.
SCHEMA = 2


class Entry(Struct, frozen=True, array_like=True):
    """What is kept of one file: the hash of its bytes and its summary, encoded."""

    digest: str
    summary: msgspec.Raw


class Store(Struct, frozen=True, array_like=True):
    """The cache file: summaries by path, readings by content and position, and the last result by its inputs."""

    version: str
    files: dict[str, Entry]
    readings: dict[str, dict[str, Reading]]
    result_key: str
    result: bytes


def version() -> str:
    """What the cached values depend on besides the bytes of the files."""
    import tierlint

    return f"{tierlint.__version__}/{SCHEMA}/{sys.version_info.major}.{sys.version_info.minor}"


def empty() -> Store:
    """A cache that knows nothing."""
    return Store(version(), {}, {}, "", b"")


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
    try:
        data = (root / DIRECTORY / "cache.msgpack").read_bytes()
        store = msgspec.msgpack.decode(data, type=Store)
    except (OSError, msgspec.DecodeError):
        return empty()
    return store if store.version == version() else empty()


def write(root: Path, store: Store) -> None:
    """Replace the cache in one step. A project that cannot be written to simply has none."""
    directory = root / DIRECTORY
    with contextlib.suppress(OSError):
        directory.mkdir(exist_ok=True)
        ignore = directory / ".gitignore"
        if not ignore.exists():
            ignore.write_text("*\n")
        handle, name = tempfile.mkstemp(dir=directory)
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(msgspec.msgpack.encode(store))
            Path(name).replace(directory / "cache.msgpack")
        except OSError:
            Path(name).unlink(missing_ok=True)
            raise
