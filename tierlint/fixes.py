"""Applies fixes to source files: splices of the original bytes, checked before anything is written."""

from __future__ import annotations

import ast
import contextlib
import difflib
import errno
import hashlib
import os
import re
import tempfile
from bisect import bisect_right
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Final

from msgspec import Struct

from tierlint.anchors import encoding_of
from tierlint.model import Fix, Problem, Splice
from tierlint.parsing import Unreadable, parse

_BOM: Final = b"\xef\xbb\xbf"
_LINE_BREAK = re.compile(rb"\r\n|\r|\n")
_WORD = re.compile(r"\w+")
_LINE = re.compile(r"[^\n]*\n|[^\n]+")


_FUNCTIONS: Final = (ast.FunctionDef, ast.AsyncFunctionDef)


class ConflictingEdits(ValueError):
    """Two edits that cannot both be applied."""


class FileChange(Struct, frozen=True):
    """A file before and after its fixes; `path` is posix, from the project root."""

    path: str
    before: bytes
    after: bytes


class FixOutcome(Struct, frozen=True):
    """What fixing did: the files that changed, how many fixes are in them, what was not fixed and why."""

    changed: tuple[FileChange, ...]
    applied: int
    problems: tuple[Problem, ...]


def fix_files(root: Path, fixes: Sequence[Fix], *, expected: Mapping[str, str], dry_run: bool) -> FixOutcome:
    """Apply fixes to the files under `root`; each is applied as a whole or not at all.

    `expected`: path -> SHA-256 (hexadecimal) of the bytes that were analysed. A file that has changed since
    is left alone. With `dry_run` nothing is written.
    """
    originals, problems = _read(root, fixes, expected)
    distinct = {fix.edits: fix for fix in fixes}.values()
    possible = [fix for fix in distinct if all(edit.path in originals for edit in fix.edits)]
    accepted, refused = _accept(originals, possible)
    problems += refused
    changed: list[FileChange] = []
    unwritten: set[str] = set()
    for path, after in _result(originals, accepted).items():
        before = originals[path]
        if after == before:
            continue
        try:
            if not dry_run:
                write(root / path, after)
        except OSError as error:
            problems.append(Problem(path, 0, f"not fixed: {error.strerror or error}"))
            unwritten.add(path)
        else:
            changed.append(FileChange(path, before, after))
    applied = sum(not unwritten.intersection(edit.path for edit in fix.edits) for fix in accepted)
    return FixOutcome(tuple(changed), applied, tuple(sorted(problems)))


def _read(root: Path, fixes: Sequence[Fix], expected: Mapping[str, str]) -> tuple[dict[str, bytes], list[Problem]]:
    originals: dict[str, bytes] = {}
    problems: list[Problem] = []
    for path in sorted({edit.path for fix in fixes for edit in fix.edits}):
        try:
            data = (root / path).read_bytes()
        except OSError as error:
            problems.append(Problem(path, 0, f"not fixed: {error.strerror or error}"))
            continue
        if hashlib.sha256(data).hexdigest() == expected.get(path):
            originals[path] = data
        else:
            problems.append(Problem(path, 0, "not fixed: the file has changed since it was analysed"))
    return originals, problems


def _accept(originals: Mapping[str, bytes], fixes: Sequence[Fix]) -> tuple[list[Fix], list[Problem]]:
    """The fixes that hold together; one that does not is left out, and a second run sees it again."""
    if _objection(originals, fixes) is None:
        return list(fixes), []
    accepted: list[Fix] = []
    problems: list[Problem] = []
    for fix in fixes:
        touched = {edit.path for edit in fix.edits}
        neighbours = [other for other in accepted if touched.intersection(edit.path for edit in other.edits)]
        objection = _objection(originals, [*neighbours, fix])
        if objection is None:
            accepted.append(fix)
        else:
            path, line, message = objection
            problems.append(Problem(path, line, f"not fixed: {message}"))
    return accepted, problems


def _objection(originals: Mapping[str, bytes], fixes: Sequence[Fix]) -> tuple[str, int, str] | None:
    """Path, line and reason why these fixes cannot be applied together."""
    for path, edits in _by_path(fixes).items():
        original = originals[path]
        line = original.count(b"\n", 0, edits[-1].start) + 1
        try:
            message = check(original, apply(original, edits), edits)
        except ConflictingEdits:
            message = "another fix changes the same place"
        except (UnicodeError, SyntaxError, LookupError):
            message = "the text cannot be written in the file's encoding"
        if message:
            return path, line, message
    return None


def _by_path(fixes: Sequence[Fix]) -> dict[str, list[Splice]]:
    edits = dict.fromkeys(edit for fix in fixes for edit in fix.edits)
    return {path: [edit for edit in edits if edit.path == path] for path in sorted({e.path for e in edits})}


def _result(originals: Mapping[str, bytes], fixes: Sequence[Fix]) -> dict[str, bytes]:
    return {path: apply(originals[path], edits) for path, edits in _by_path(fixes).items()}


def apply(original: bytes, edits: Sequence[Splice]) -> bytes:
    """The bytes with all edits made; offsets are the original's, text is written in the file's encoding."""
    encoding = encoding_of(original)
    pieces: list[bytes] = []
    end = 0
    previous: Splice | None = None
    for edit in sorted(dict.fromkeys(edits), key=_in_order):
        at_one_place = previous is not None and edit.start == edit.end == previous.start == previous.end
        # Imports at one place stand one below the other.
        at_one_place = at_one_place and not (previous is not None and _is_import(previous) and _is_import(edit))
        if edit.start < end or at_one_place or not edit.start <= edit.end <= len(original):
            raise ConflictingEdits(f"the edit at bytes {edit.start}:{edit.end} collides with another or the file's end")
        pieces += original[end : edit.start], edit.text.encode(encoding)
        end, previous = edit.end, edit
    return b"".join((*pieces, original[end:]))


def _in_order(edit: Splice) -> tuple[int, int, bool, str]:
    # A group of imports ends with an empty line.
    return edit.start, edit.end, not edit.text.endswith(("\n\n", "\r\n\r\n")), edit.text if _is_import(edit) else ""


def _is_import(edit: Splice) -> bool:
    return edit.start == edit.end and edit.text.startswith("from ") and edit.text.endswith("\n")


def check(original: bytes, fixed: bytes, edits: Sequence[Splice]) -> str | None:
    """Why the fixed bytes must not be written: they say more or less than the edits meant to change.

    Apart from keyword arguments added, removed or replaced by an edit of that very call, items added to a dict,
    a last parameter that is None unless it is passed, and names imported by an edit, both must parse to the same tree.
    """
    before, after = parse(original), parse(fixed)
    if isinstance(before, Unreadable):
        return f"the file is {before.message}"
    if isinstance(after, Unreadable):
        return f"the change would make line {after.line} {after.message}"
    line = _difference(before, after, _spans(original, edits))
    return None if line is None else f"the change would alter more than keyword arguments of a call (line {line})"


class _Span(Struct, frozen=True):
    """What an edit replaces, in the terms of a syntax tree: lines from 1, columns in UTF-8 bytes from 0."""

    start: tuple[int, int]
    end: tuple[int, int]
    text: str

    def holds(self, node: ast.expr | ast.keyword) -> bool:
        end = (node.end_lineno or node.lineno, node.end_col_offset or 0)
        return self.start <= (node.lineno, node.col_offset) and end <= self.end

    def is_inside(self, call: ast.Call) -> bool:
        func = call.func
        return (func.end_lineno or 0, func.end_col_offset or 0) < self.start and self.end < (
            call.end_lineno or 0,
            call.end_col_offset or 0,
        )

    def is_before_body(self, function: ast.FunctionDef | ast.AsyncFunctionDef) -> bool:
        first = function.body[0]
        return (function.lineno, function.col_offset) < self.start and self.end < (first.lineno, first.col_offset)


def _spans(data: bytes, edits: Sequence[Splice]) -> list[_Span]:
    encoding = encoding_of(data)
    begin = len(_BOM) if data.startswith(_BOM) else 0
    lines = [begin, *(found.end() for found in _LINE_BREAK.finditer(data, begin))]

    def place(offset: int) -> tuple[int, int]:
        line = bisect_right(lines, offset)
        return line, len(data[lines[line - 1] : offset].decode(encoding).encode())

    return [_Span(place(edit.start), place(edit.end), edit.text) for edit in edits]


def _difference(before: ast.AST, after: ast.AST, spans: Sequence[_Span]) -> int | None:
    """The line of the first difference that no span accounts for."""
    line = 1
    # A stack of our own: a tree may be deeper than the interpreter lets functions call each other.
    pairs: list[tuple[object, object]] = [(before, after)]
    while pairs:
        one, other = pairs.pop()
        if type(one) is not type(other):
            return line
        if not isinstance(one, ast.AST):
            if one != other:
                return line
            continue
        line = getattr(one, "lineno", line)
        for field in one._fields:
            value, counterpart = getattr(one, field, None), getattr(other, field, None)
            if isinstance(one, ast.Call) and isinstance(other, ast.Call) and field == "keywords":
                kept = _kept_keywords(one, other, [span for span in spans if span.is_inside(one)])
                if kept is None:
                    return line
                pairs += kept
            elif isinstance(one, ast.Dict) and isinstance(other, ast.Dict):
                counterpart = _without_added(one, other, spans)[field == "values"]
                if len(counterpart) != len(one.keys):
                    return line
                pairs += zip(getattr(one, field), counterpart, strict=True)
            elif isinstance(one, _FUNCTIONS) and isinstance(other, _FUNCTIONS) and field == "args":
                added = any(span.is_before_body(one) for span in spans)
                pairs.append((one.args, _without_parameter(one.args, other.args) if added else other.args))
            elif isinstance(one, ast.ImportFrom) and isinstance(other, ast.ImportFrom) and field == "names":
                words = {word for span in spans if span.start[0] == one.lineno for word in _WORD.findall(span.text)}
                known = {alias.name for alias in one.names}
                kept_names = [alias for alias in other.names if alias.name in known or alias.name not in words]
                if len(one.names) != len(kept_names):
                    return line
                pairs += zip(one.names, kept_names, strict=True)
            elif isinstance(value, list) and isinstance(counterpart, list):
                if field == "body":
                    counterpart = _without_imports(value, counterpart, spans)
                if len(value) != len(counterpart):
                    return line
                pairs += zip(value, counterpart, strict=True)
            else:
                pairs.append((value, counterpart))
    return None


def _without_added(before: ast.Dict, after: ast.Dict, spans: Sequence[_Span]) -> tuple[list[object], list[object]]:
    """Keys and values of a dict display without the items that an edit inside it adds."""
    known = {key.value for key in before.keys if isinstance(key, ast.Constant)}
    texts = [span.text for span in spans if before.lineno <= span.start[0] and span.end[0] <= (before.end_lineno or 0)]
    kept = [
        (key, value)
        for key, value in zip(after.keys, after.values, strict=True)
        if not isinstance(key, ast.Constant)
        or key.value in known
        or not any(f'"{key.value!s}":' in text.replace("'", '"') for text in texts)
    ]
    return [key for key, _ in kept], [value for _, value in kept]


def _without_parameter(before: ast.arguments, after: ast.arguments) -> ast.arguments:
    """Parameters without one more at their end, if it has a name of its own and is None unless it is passed."""
    kinds = [(list(one.posonlyargs), list(one.args), list(one.kwonlyargs)) for one in (before, after)]
    known = {argument.arg for kind in kinds[0] for argument in kind}
    only, more, last = kinds[1]
    defaults, keyword_defaults = list(after.defaults), list(after.kw_defaults)
    if len(last) == len(before.kwonlyargs) + 1:
        added, default = last.pop(), keyword_defaults.pop()
    elif len(more) == len(before.args) + 1 and defaults and not last:
        added, default = more.pop(), defaults.pop()
    else:
        return after
    if added.arg in known or not (isinstance(default, ast.Constant) and default.value is None):
        return after
    return ast.arguments(only, more, after.vararg, last, keyword_defaults, after.kwarg, defaults)


def _without_imports(before: list[object], after: list[object], spans: Sequence[_Span]) -> list[object]:
    """Statements without the import that an edit adds on a line of its own."""
    added = {span.text.strip() for span in spans}
    if len(after) <= len(before):
        return after
    return [s for s in after if not (isinstance(s, ast.ImportFrom) and ast.unparse(s) in added)]


def _kept_keywords(before: ast.Call, after: ast.Call, spans: Sequence[_Span]) -> list[tuple[object, object]] | None:
    """Pairs of keywords that must say the same; None when one came or went that no edit adds or removes."""
    texts = [span.text for span in spans]
    known = {keyword.arg for keyword in before.keywords}
    still = {keyword.arg for keyword in after.keywords}
    old = [k for k in before.keywords if k.arg in still or not any(span.holds(k) for span in spans)]
    new = [k for k in after.keywords if k.arg in known or not any(f"{k.arg}=" in text for text in texts)]
    if len(new) > len(old):
        spread = {dumped for text in texts if (dumped := _spread_by(text)) is not None}
        new = [k for k in new if k.arg is not None or ast.dump(k) not in spread]
    if [keyword.arg for keyword in old] != [keyword.arg for keyword in new]:
        return None
    return [
        (one.value, other.value)
        for one, other in zip(old, new, strict=True)
        if not any(span.holds(one.value) for span in spans)
    ]


def _spread_by(text: str) -> str | None:
    """The tree of the `**mapping` that an edit adds to a call."""
    if "**" not in text:
        return None
    try:
        call = ast.parse(f"f({text.strip().strip(',')}\n)", mode="eval").body
    except SyntaxError:
        return None
    return ast.dump(call.keywords[0]) if isinstance(call, ast.Call) and len(call.keywords) == 1 else None


def write(path: Path, data: bytes) -> None:
    """Replace a file's content at once, or raise OSError; a link is followed, mode and owner stay."""
    target = path.resolve(strict=True)
    status = target.stat()
    # Replacing a file asks nothing of the file itself, so a protected one has to be refused by hand.
    if not status.st_mode & 0o222 or not os.access(target, os.W_OK):
        raise PermissionError(errno.EACCES, "the file is write-protected", str(target))
    descriptor, name = tempfile.mkstemp(prefix=f".{target.name}.", suffix=".tmp", dir=target.parent)
    temporary = Path(name)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        if hasattr(os, "chown"):
            with contextlib.suppress(PermissionError):
                os.chown(temporary, status.st_uid, status.st_gid)
        temporary.chmod(status.st_mode & 0o7777)
        temporary.replace(target)
    finally:
        temporary.unlink(missing_ok=True)


def diff(path: str, before: bytes, after: bytes) -> str:
    """A unified diff of two states of a file; empty when they are equal."""
    return "".join(
        _marked(difflib.unified_diff(_lines(before), _lines(after), f"a/{path}", f"b/{path}", lineterm="\n"))
    )


def _lines(data: bytes) -> list[str]:
    try:
        text = data.decode(encoding_of(data))
    except (SyntaxError, ValueError, LookupError):
        text = data.decode("latin-1")
    # Only "\n" ends a line of a diff; what else Python or Unicode takes for one stays inside.
    return _LINE.findall(text)


def _marked(lines: Iterator[str]) -> Iterator[str]:
    for line in lines:
        yield line if line.endswith("\n") else f"{line}\n\\ No newline at end of file\n"
