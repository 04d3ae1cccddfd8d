"""A source file's text with the bytes under it, and where one more item fits between parentheses."""

from __future__ import annotations

import re
import threading
import tokenize
from bisect import bisect_right
from collections.abc import Callable
from typing import Final, TypeVar

from msgspec import Struct

from tierlint.parsing import FIRST_TWO_LINES, decode

T = TypeVar("T")

NEWLINE: Final = re.compile(r"\r\n|\r|\n")
# LibCST recurses natively: on a small stack a hundred levels end the whole process, without an exception.
_STACK: Final = 64 * 1024 * 1024
# It is quadratic in depth, and above this it runs into the recursion limit anyway.
_DEEPEST: Final = 400
_LARGEST: Final = 200_000

_BOM: Final = b"\xef\xbb\xbf"
_NEWLINE_BYTES = re.compile(rb"\r\n|\r|\n")
_REST_OF_LINE = re.compile(r"[^\r\n]*")
_START_OF_LINE = re.compile(r"(?:\r\n|\r|\n)[^\r\n]*\Z")
_STRING_OR_COMMENT = re.compile(
    r"""\#[^\r\n]*
    | (?P<triple>'''|\"\"\") (?:\\.|[^\\])*? (?P=triple)
    | (?P<single>['"]) (?:\\(?:\r\n|.)|(?!(?P=single))[^\\\r\n])* (?P=single)""",
    re.VERBOSE | re.DOTALL,
)
# What puts an expression inside another one, and what begins anew beside it.
_DEEPER = re.compile(r"[-+*/%@|&^~<>=.(\[{]|\b(?:not|and|or|if|in|is|await|lambda)\b")
_BESIDE = re.compile(r"[,:]")


class Source(Struct, frozen=True):
    """A file's bytes and text, where lines begin in each, and where strings and comments are in the text."""

    data: bytes
    text: str
    encoding: str
    lines: tuple[int, ...]
    byte_lines: tuple[int, ...]
    opaque: tuple[tuple[int, int], ...]

    def offset(self, line: int, column: int) -> int | None:
        if not 1 <= line <= len(self.lines):
            return None
        offset = self.lines[line - 1] + column - 1
        return offset if 0 <= offset <= len(self.text) else None

    def byte_offset(self, offset: int) -> int:
        line = bisect_right(self.lines, offset) - 1
        return self.byte_lines[line] + len(self.text[self.lines[line] : offset].encode(self.encoding))

    def in_string(self, offset: int) -> bool:
        found = bisect_right(self.opaque, (offset, len(self.text))) - 1
        return found >= 0 and self.opaque[found][0] < offset < self.opaque[found][1]


class Argument(Struct, frozen=True):
    """Where one argument, its value and the comma behind it are in the text of the call."""

    name: str | None
    start: int
    value: int
    end: int
    comma: int | None


class Arguments(Struct, frozen=True):
    """The arguments of a call and the text of the call; `opening` is just behind its parenthesis."""

    text: str
    opening: int
    items: tuple[Argument, ...]
    bare_generator: bool

    @property
    def closing(self) -> int:
        return len(self.text) - 1

    def gap_before(self, index: int) -> str:
        """What is between an argument and the comma or parenthesis before it: space, newlines, comments."""
        comma = self.items[index - 1].comma if index else self.opening - 1
        return self.text[self.closing if comma is None else comma + 1 : self.items[index].start]


def encoding_of(data: bytes) -> str:
    """The encoding in which text can be put into a source file; a byte order mark is none of its business."""
    first = FIRST_TWO_LINES.match(data)
    lines = iter(first.group().splitlines(keepends=True) if first else ())
    encoding, _ = tokenize.detect_encoding(lambda: next(lines, b""))
    return "utf-8" if encoding == "utf-8-sig" else encoding


def with_large_stack(work: Callable[[], T]) -> T | None:
    """What the work gives, done where LibCST may recurse deeply; None: there is no memory for that."""
    from concurrent.futures import ThreadPoolExecutor

    before = threading.stack_size(_STACK)
    try:
        with ThreadPoolExecutor(max_workers=1) as thread:
            try:
                done = thread.submit(work)
            except RuntimeError:
                return None
            return done.result()
    finally:
        threading.stack_size(before)


def readable(data: bytes) -> Source | str:
    """The source, or why nothing in it can be edited."""
    try:
        source = _source(data)
    except (SyntaxError, ValueError, LookupError) as error:
        return f"the file cannot be decoded: {error}"
    return source or "the file's lines cannot be told apart"


def _source(data: bytes) -> Source | None:
    text = decode(data).removeprefix("\ufeff")
    encoding = encoding_of(data)
    bom = len(_BOM) if data.startswith(_BOM) else 0
    lines = (0, *(found.end() for found in NEWLINE.finditer(text)))
    byte_lines = (bom, *(found.end() for found in _NEWLINE_BYTES.finditer(data, bom)))
    if len(lines) != len(byte_lines):
        return None
    return Source(data, text, encoding, lines, byte_lines, tuple(m.span() for m in _STRING_OR_COMMENT.finditer(text)))


def insertion(arguments: Arguments, keyword: str) -> tuple[int, str]:
    """Where to insert what, so that the call gets one more keyword argument in the style it is written in."""
    text, items = arguments.text, arguments.items
    if not items:
        return arguments.opening, keyword
    last = items[-1]
    gaps = [arguments.gap_before(index) for index in range(len(items))]
    lead = start_of_line(gaps[-1])
    if lead is None or any(not NEWLINE.search(gap) for gap in gaps[1:]):
        return last.end, f", {keyword}"
    if last.comma is not None:
        # A comment behind the last argument speaks of that argument, and stays on its line.
        rest = rest_of_line(text, last.comma + 1)
        return last.comma + 1 + (len(rest) if "#" in rest else 0), f"{lead.group()}{keyword},"
    if "#" in rest_of_line(text, last.end):
        # Without a comma of its own, a new line would need two edits, or carry the comment away.
        return last.end, f", {keyword}"
    return last.end, f",{lead.group()}{keyword}"


def start_of_line(text: str) -> re.Match[str] | None:
    """The last line break in a text, with what follows it."""
    return _START_OF_LINE.search(text)


def rest_of_line(text: str, offset: int) -> str:
    """What is left of a line from an offset on."""
    found = _REST_OF_LINE.match(text, offset)
    return found.group() if found else ""


def quote_of(text: str) -> str:
    """The quotation mark that most strings of a call use."""
    marks = [match["triple"] or match["single"] for match in _STRING_OR_COMMENT.finditer(text)]
    single, double = (sum(bool(mark) and mark[0] == quote for mark in marks) for quote in "'\"")
    return "'" if single > double else '"'


def _depth(text: str) -> int:
    """At least how deep an expression can be nested, brackets inside brackets aside."""
    bare = _STRING_OR_COMMENT.sub("+", text)
    return max(len(_DEEPER.findall(piece)) for piece in _BESIDE.split(bare))


def is_too_large(text: str) -> bool:
    """LibCST would take too long over this text, or run out of stack."""
    return len(text) > _LARGEST or _depth(text) > _DEEPEST
