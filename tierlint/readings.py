"""What LibCST said of calls and signatures, remembered by the content of their files; it reads only what is new."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import TypeVar

from tierlint.files import Files
from tierlint.model import CallId, FunctionId, Reading, Signature
from tierlint.program import Program

Read = Reading | Signature
K = TypeVar("K", CallId, FunctionId)
P = TypeVar("P")


class Readings:
    """Reads what is asked for. `kept`: all of it, by content and place, with what earlier runs kept of these files."""

    def __init__(self, root: Path, program: Program, files: Files, known: Mapping[str, Mapping[str, Read]]) -> None:
        self.root = root
        self.program = program
        self.files = files
        self.kept = {digest: dict(known[digest]) for digest in files.digests.values() if digest in known}

    def of_calls(self, calls: Iterable[CallId]) -> dict[CallId, Reading]:
        """What is to be known of calls before they can be edited; nothing of those in notebooks."""

        def read(data: bytes, places: Sequence[tuple[int, int, int, int]]) -> Mapping[tuple[int, int, int, int], Read]:
            from tierlint.reading import read_calls

            return read_calls(data, places)

        places = {}
        for call in calls:
            at = self.program.location(call)
            if at.cell is None:
                places[call] = (at.line, at.column, at.end_line, at.end_column)
        return {one: found for one, found in self._read(places, read).items() if isinstance(found, Reading)}

    def of_functions(self, functions: Iterable[FunctionId]) -> dict[FunctionId, Signature]:
        """What is to be known of functions before they can be given a parameter."""

        def read(data: bytes, places: Sequence[tuple[int, int]]) -> Mapping[tuple[int, int], Read]:
            from tierlint.signatures import read_signatures

            return read_signatures(data, places)

        places = {}
        for function in functions:
            defined = self.program.modules[function.path].function(function.index)
            if not function.path.endswith(".ipynb"):
                places[function] = (defined.line, defined.end_line)
        return {one: found for one, found in self._read(places, read).items() if isinstance(found, Signature)}

    def _read(self, places: Mapping[K, P], read: Callable[[bytes, Sequence[P]], Mapping[P, Read]]) -> dict[K, Read]:
        by_path: dict[str, dict[K, P]] = {}
        for one, place in places.items():
            by_path.setdefault(one.path, {})[one] = place
        answers: dict[K, Read] = {}
        for path, wanted in by_path.items():
            digest = self.files.digests[path]
            found = self.kept.setdefault(digest, {})
            missing = [place for place in dict.fromkeys(wanted.values()) if repr(place) not in found]
            if missing:
                data = (self.root / path).read_bytes()
                found.update({repr(place): said for place, said in read(data, missing).items()})
            answers.update({one: found[repr(place)] for one, place in wanted.items()})
        return answers
