"""Every file of the project parsed and indexed: from the cache, or now, in several processes where that pays."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from pathlib import Path

import msgspec
from msgspec import Struct

from tierlint import cache, project
from tierlint.indexing import index, unreadable
from tierlint.model import ModuleSummary, Problem
from tierlint.notebook import NotebookSource, to_python
from tierlint.parsing import Unreadable, decode, parse

# Below this many bytes a second process costs more than it saves.
WORTH_A_PROCESS = 700_000


class Files(Struct, frozen=True):
    """What was read: summaries (encoded) by path, the texts of manifests, and the hash of every file."""

    entries: dict[str, cache.Entry]
    manifests: dict[str, str]
    digests: dict[str, str]
    problems: tuple[Problem, ...]


def index_all(found: project.Project, store: cache.Store, processes: int | None) -> Files:
    """Read every file; index those whose content the cache does not know."""
    entries: dict[str, cache.Entry] = {}
    problems: list[Problem] = []
    missing: list[tuple[str, int]] = []
    if store.files:
        for path in found.sources:
            known = store.files.get(path)
            data = project.read_source(found.root, path)
            if isinstance(data, Problem):
                problems.append(data)
            elif known is not None and known.digest == cache.digest(data):
                entries[path] = known
            else:
                missing.append((path, len(data)))
    else:
        missing = [(path, _size(found.root, path)) for path in found.sources]
    for path, result in _index_missing(found.root, missing, processes):
        if isinstance(result, Problem):
            problems.append(result)
        else:
            entries[path] = cache.Entry(result[0], msgspec.Raw(result[1]))
    manifests: dict[str, str] = {}
    digests = {path: entries[path].digest for path in sorted(entries)}
    for path in found.manifests:
        data = project.read_source(found.root, path)
        if isinstance(data, Problem):
            digests[path] = data.message
        else:
            manifests[path] = data.decode("utf-8", errors="replace")
            digests[path] = cache.digest(data)
    digests.update({problem.path: problem.message for problem in problems})
    return Files(dict(sorted(entries.items())), manifests, digests, tuple(problems))


def digests_of(found: project.Project) -> dict[str, str]:
    """The hash of every file that a result depends on; for one that cannot be read, why."""
    digests = {}
    for path in (*found.sources, *found.manifests):
        data = project.read_source(found.root, path)
        digests[path] = data.message if isinstance(data, Problem) else cache.digest(data)
    return digests


def summaries_of(files: Files) -> dict[str, ModuleSummary]:
    """The summaries, decoded."""
    decoder = msgspec.msgpack.Decoder(ModuleSummary)
    return {path: decoder.decode(entry.summary) for path, entry in files.entries.items()}


def summarise(path: str, data: bytes) -> ModuleSummary:
    """One file's bytes -> its summary. Pure; a file that cannot be read says why in its summary."""
    cells: tuple[tuple[int, int], ...] = ()
    if path.endswith(".ipynb"):
        notebook = to_python(data)
        if not isinstance(notebook, NotebookSource):
            return unreadable(notebook.line, notebook.message)
        data, cells = notebook.source, notebook.cells
    tree = parse(data)
    if isinstance(tree, Unreadable):
        return unreadable(tree.line, tree.message)
    try:
        return index(tree, decode(data), cells)
    except RecursionError:
        return unreadable(1, "nested too deeply to be followed")


_Indexed = tuple[str, Problem | tuple[str, bytes]]


def _index_missing(root: Path, missing: Sequence[tuple[str, int]], processes: int | None) -> Iterator[_Indexed]:
    total = sum(size for _, size in missing)
    wanted = processes if processes is not None else min(os.cpu_count() or 1, 1 + total // WORTH_A_PROCESS, 8)
    if wanted <= 1 or len(missing) < 2:
        yield from _index_some((root, [path for path, _ in missing]))
        return
    import multiprocessing
    from concurrent.futures import ProcessPoolExecutor

    # Forking costs nothing here: nothing else runs in this process yet.
    method = "fork" if "fork" in multiprocessing.get_all_start_methods() and os.name == "posix" else "spawn"
    context = multiprocessing.get_context(method)
    with ProcessPoolExecutor(wanted, mp_context=context) as pool:
        for part in pool.map(_index_some, [(root, chunk) for chunk in _chunks(missing, wanted * 4)]):
            yield from part


def _chunks(missing: Sequence[tuple[str, int]], count: int) -> list[list[str]]:
    """Parts of about the same size in bytes, the largest files first so that no process is left with one at the end."""
    parts: list[tuple[int, list[str]]] = [(0, []) for _ in range(count)]
    for path, size in sorted(missing, key=lambda item: (-item[1], item[0])):
        lightest = min(range(count), key=lambda n: parts[n][0])
        weight, names = parts[lightest]
        names.append(path)
        parts[lightest] = (weight + size + 500, names)
    return [names for _, names in parts if names]


def _index_some(job: tuple[Path, Sequence[str]]) -> list[_Indexed]:
    import gc

    root, paths = job
    gc.disable()
    found: list[_Indexed] = []
    for path in paths:
        data = project.read_source(root, path)
        if isinstance(data, Problem):
            found.append((path, data))
        else:
            found.append((path, (cache.digest(data), msgspec.msgpack.encode(summarise(path, data)))))
    return found


def _size(root: Path, path: str) -> int:
    try:
        return (root / path).stat().st_size
    except OSError:
        return 0
