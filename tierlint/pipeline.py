"""analyze(): the whole story on one page."""

from __future__ import annotations

import sys
import threading
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TypeVar

import msgspec

from tierlint import cache, catalog, manifests, project, requirements
from tierlint.config import Settings
from tierlint.files import digests_of, index_all
from tierlint.model import Report

T = TypeVar("T")

# Following a value takes some twenty Python frames for each step, more than a thread's usual stack holds.
STACK = 256 * 1024 * 1024
FRAMES = 20_000


def analyze(
    root: Path,
    settings: Settings,
    *,
    named: Sequence[Path] = (),
    processes: int | None = None,
    use_cache: bool = True,
) -> Report:
    """Judge every API call of the project at `root`; report on the named paths only (none: on everything).

    processes: how many to index with (None: as many as pay). Raises ConfigError for the user's mistakes and
    MissingPath for a named path that does not exist.
    """
    found = project.discover(
        root,
        include=settings.include,
        exclude=(*settings.exclude, *settings.extend_exclude),
        manifest_globs=(*manifests.GLOBS, *requirements.REQUIREMENT_FILES),
    )
    found = project.with_selection(found, named)
    rest = (repr(settings), "all" if found.selected is None else repr(sorted(found.selected)))
    last = cache.read_result(root) if use_cache else None
    if last is not None and last.key == cache.result_key(digests_of(found), *rest):
        return msgspec.msgpack.decode(last.report, type=Report)
    # Only a run that has something to find out imports what finds it out.
    from tierlint.analysis import report_on

    store = cache.read(root) if use_cache else cache.empty()
    files = index_all(found, store, processes)
    tables = catalog.load(settings.raw_tables, settings.source, settings.prefix)
    report, readings = on_a_big_stack(lambda: report_on(root, settings, tables, found, files, store.readings))
    if use_cache:
        key = cache.result_key(files.digests, *rest)
        result = cache.Result(store.version, key, msgspec.msgpack.encode(report))
        cache.write(root, cache.Store(store.version, files.entries, readings), result)
    return report


def on_a_big_stack(work: Callable[[], T]) -> T:
    """What the work gives, done where functions may call each other deeper than usual; what it raises is raised."""
    recursion, stack = sys.getrecursionlimit(), threading.stack_size(STACK)
    sys.setrecursionlimit(max(recursion, FRAMES))
    done: list[T] = []
    failed: list[BaseException] = []

    def run() -> None:
        try:
            done.append(work())
        except BaseException as error:  # raised again below, in the thread that asked
            failed.append(error)

    try:
        thread = threading.Thread(target=run)
        thread.start()
        thread.join()
    finally:
        threading.stack_size(stack)
        sys.setrecursionlimit(recursion)
    if failed:
        raise failed[0]
    return done[0]
