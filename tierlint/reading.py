"""Reads an API call where it stands: the bytes of its keywords, and what to write where to give it a tier.

LibCST is given the text of the one call and nothing around it, so whatever else is in the file can neither
slow it down nor stop it, and every offset is an offset into the original bytes.
"""

from __future__ import annotations

import re
import threading
import tokenize
from bisect import bisect_right
from collections.abc import Sequence
from typing import Final

from msgspec import Struct

from tierlint.model import Inside, Reading
from tierlint.parsing import FIRST_TWO_LINES, decode

Position = tuple[int, int, int, int]
"""First line and column of a call, and line and column after it; 1-based, columns in code points."""

# LibCST recurses natively: on a small stack a hundred levels end the whole process, without an exception.
_STACK: Final = 64 * 1024 * 1024
# It is quadratic in depth, and above this it runs into the recursion limit anyway.
_DEEPEST: Final = 400
_LARGEST: Final = 200_000

_ITEM: Final = "\0"
_DISPLAY_OR_CALL = re.compile(r"\{|[\w.]+\(.*\)\Z", re.DOTALL)

_BOM: Final = b"\xef\xbb\xbf"
_NEWLINE = re.compile(r"\r\n|\r|\n")
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


class _Source(Struct, frozen=True):
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


class _Argument(Struct, frozen=True):
    """Where one argument, its value and the comma behind it are in the text of the call."""

    name: str | None
    start: int
    value: int
    end: int
    comma: int | None


class _Arguments(Struct, frozen=True):
    """The arguments of a call and the text of the call; `opening` is just behind its parenthesis."""

    text: str
    opening: int
    items: tuple[_Argument, ...]
    bare_generator: bool

    @property
    def closing(self) -> int:
        return len(self.text) - 1

    def gap_before(self, index: int) -> str:
        """What is between an argument and the comma or parenthesis before it: space, newlines, comments."""
        comma = self.items[index - 1].comma if index else self.opening - 1
        return self.text[self.closing if comma is None else comma + 1 : self.items[index].start]


def read_calls(data: bytes, positions: Sequence[Position]) -> dict[Position, Reading]:
    """What LibCST says of the calls at these positions; of one that cannot be edited, why. Nothing is raised.

    A call that passes a tier already has an `insert_at`, too: another keyword can be added there.
    """
    if not positions:
        return {}
    try:
        source = _source(data)
    except (SyntaxError, ValueError, LookupError) as error:
        return {position: _not_editable(f"the file cannot be decoded: {error}") for position in positions}
    if source is None:
        return {position: _not_editable("the file's lines cannot be told apart") for position in positions}
    return _with_large_stack(source, positions)


def encoding_of(data: bytes) -> str:
    """The encoding in which text can be put into a source file; a byte order mark is none of its business."""
    first = FIRST_TWO_LINES.match(data)
    lines = iter(first.group().splitlines(keepends=True) if first else ())
    encoding, _ = tokenize.detect_encoding(lambda: next(lines, b""))
    return "utf-8" if encoding == "utf-8-sig" else encoding


def _with_large_stack(source: _Source, positions: Sequence[Position]) -> dict[Position, Reading]:
    from concurrent.futures import ThreadPoolExecutor

    def read_all() -> dict[Position, Reading]:
        return {position: _read(source, position) for position in positions}

    before = threading.stack_size(_STACK)
    try:
        with ThreadPoolExecutor(max_workers=1) as thread:
            try:
                readings = thread.submit(read_all)
            except RuntimeError:
                return {position: _not_editable("there is no memory to read it in") for position in positions}
            return readings.result()
    finally:
        threading.stack_size(before)


def _source(data: bytes) -> _Source | None:
    text = decode(data).removeprefix("\ufeff")
    encoding = encoding_of(data)
    bom = len(_BOM) if data.startswith(_BOM) else 0
    lines = (0, *(found.end() for found in _NEWLINE.finditer(text)))
    byte_lines = (bom, *(found.end() for found in _NEWLINE_BYTES.finditer(data, bom)))
    if len(lines) != len(byte_lines):
        return None
    return _Source(data, text, encoding, lines, byte_lines, tuple(m.span() for m in _STRING_OR_COMMENT.finditer(text)))


def _read(source: _Source, position: Position) -> Reading:
    start, end = source.offset(*position[:2]), source.offset(*position[2:])
    text = source.text[start:end] if start is not None and end is not None else ""
    if start is None or not text.endswith(")"):
        return _not_editable("no call was found at this place")
    first_byte = source.byte_offset(start)
    if not source.data.startswith(text.encode(source.encoding), first_byte):
        return _not_editable("the file's encoding does not allow an edit at this place")
    if source.in_string(start):
        return _not_editable("it stands inside an f-string")
    arguments = _arguments(text)
    if isinstance(arguments, str):
        return _not_editable(arguments)

    def in_bytes(offset: int) -> int:
        return first_byte + len(text[:offset].encode(source.encoding))

    named = [(argument.name, index) for index, argument in enumerate(arguments.items) if argument.name]
    keywords = {name: _removal(arguments, index) for name, index in named}
    values = {name: (arguments.items[index].value, arguments.items[index].end) for name, index in named}
    quote = _quote(text)
    insert_at, insert = _insertion(arguments, f"service_tier={quote}flex{quote}")
    inside = {
        name: Inside(found.names, in_bytes(begin + found.insert_at), found.before, found.after)
        for name, (begin, end) in values.items()
        if (found := _inside(text[begin:end])) is not None
    }
    editable = not arguments.bare_generator
    return Reading(
        insert_at=in_bytes(insert_at) if editable else None,
        insert=insert if editable else "",
        keywords={name: (in_bytes(begin), in_bytes(end)) for name, (begin, end) in keywords.items()},
        values={name: (in_bytes(begin), in_bytes(end)) for name, (begin, end) in values.items()},
        obstacle=None if editable else "its argument is a generator without parentheses of its own",
        inside=inside,
        quote=quote,
    )


def _inside(text: str) -> Inside | None:
    """What a dict display or a call holds, with offsets into its own text."""
    if _DISPLAY_OR_CALL.match(text) is None:
        return None
    found = _elements(text) if text.startswith("{") else _arguments(text)
    if isinstance(found, str) or found.bare_generator:
        return None
    insert_at, insert = _insertion(found, _ITEM)
    before, _, after = insert.partition(_ITEM)
    return Inside(tuple(item.name for item in found.items if item.name), insert_at, before, after)


def _elements(text: str) -> _Arguments | str:
    """Where the items of a dict display are in its text, or why that cannot be told."""
    import libcst

    if len(text) > _LARGEST or _depth(text) > _DEEPEST:
        return "the dict is too large or nested too deeply for LibCST"
    newline = _NEWLINE.search(text)
    code = libcst.Module((), default_newline=newline.group() if newline else "\n").code_for_node
    try:
        display = libcst.parse_expression(text)
        if not isinstance(display, libcst.Dict) or code(display) != text or display.lpar:
            return "it is no dict display"
        opening = len(code(display.lbrace))
        items: list[_Argument] = []
        start = opening
        for element in display.elements:
            width = len(code(element))
            comma = element.comma if isinstance(element.comma, libcst.Comma) else None
            end = start + width - (len(code(comma)) if comma else 0)
            key = element.key if isinstance(element, libcst.DictElement) else None
            name = key.evaluated_value if isinstance(key, libcst.SimpleString) else None
            items.append(
                _Argument(
                    name=name if isinstance(name, str) else None,
                    start=start,
                    value=end - len(code(element.value)),
                    end=end,
                    comma=end + len(code(comma.whitespace_before)) if comma else None,
                )
            )
            start += width
    except libcst.ParserSyntaxError:
        return "LibCST cannot read the dict"
    except RecursionError:
        return "the dict is nested too deeply for LibCST"
    # What stands before the first item is the brace and its space: `gap_before` begins behind the brace.
    return _Arguments(text, 1, tuple(items), bare_generator=False)


def _arguments(text: str) -> _Arguments | str:
    """Where the arguments of a call are in its text, or why that cannot be told."""
    import libcst

    if len(text) > _LARGEST or _depth(text) > _DEEPEST:
        return "the call is too large or nested too deeply for LibCST"
    # The parentheses allow what the call's surroundings may have allowed: line breaks before a dot.
    whole = f"({text})"
    # LibCST takes the first line break for the default one, and leaves it out of the tree.
    newline = _NEWLINE.search(whole)
    code = libcst.Module((), default_newline=newline.group() if newline else "\n").code_for_node
    try:
        call = libcst.parse_expression(whole)
        if not isinstance(call, libcst.Call) or code(call) != whole:
            return "LibCST does not reproduce the call as it is written"
        widths = [len(code(argument)) for argument in call.args]
        start = len(text) - 1 - sum(widths)
        opening = start - len(code(call.whitespace_before_args))
        items: list[_Argument] = []
        for argument, width in zip(call.args, widths, strict=True):
            comma = argument.comma if isinstance(argument.comma, libcst.Comma) else None
            end = start + width - len(code(argument.whitespace_after_arg)) - (len(code(comma)) if comma else 0)
            items.append(
                _Argument(
                    name=argument.keyword.value if argument.keyword else None,
                    start=start,
                    value=end - len(code(argument.value)),
                    end=end,
                    comma=end + len(code(comma.whitespace_before)) if comma else None,
                )
            )
            start += width
    except libcst.ParserSyntaxError:
        return "LibCST cannot read the call"
    except RecursionError:
        return "the call is nested too deeply for LibCST"
    only = call.args[0].value if len(call.args) == 1 else None
    bare = isinstance(only, libcst.GeneratorExp) and not only.lpar
    return _Arguments(text, opening, tuple(items), bare)


def _insertion(arguments: _Arguments, keyword: str) -> tuple[int, str]:
    """Where to insert what, so that the call gets one more keyword argument in the style it is written in."""
    text, items = arguments.text, arguments.items
    if not items:
        return arguments.opening, keyword
    last = items[-1]
    gaps = [arguments.gap_before(index) for index in range(len(items))]
    lead = _START_OF_LINE.search(gaps[-1])
    if lead is None or any(not _NEWLINE.search(gap) for gap in gaps[1:]):
        return last.end, f", {keyword}"
    if last.comma is not None:
        # A comment behind the last argument speaks of that argument, and stays on its line.
        rest = _rest_of_line(text, last.comma + 1)
        return last.comma + 1 + (len(rest) if "#" in rest else 0), f"{lead.group()}{keyword},"
    if "#" in _rest_of_line(text, last.end):
        # Without a comma of its own, a new line would need two edits, or carry the comment away.
        return last.end, f", {keyword}"
    return last.end, f",{lead.group()}{keyword}"


def _removal(arguments: _Arguments, index: int) -> tuple[int, int]:
    """The range that takes one argument out, with the comma and space that go with it; comments stay."""
    text, items = arguments.text, arguments.items
    argument = items[index]
    end = argument.end if argument.comma is None else argument.comma + 1
    behind = end + len(text[end:]) - len(text[end:].lstrip(" \t"))
    gap = arguments.gap_before(index)
    own_line = _START_OF_LINE.search(gap)
    if index + 1 < len(items):
        commented = "#" in arguments.gap_before(index + 1)
        return argument.start, behind if commented else items[index + 1].start
    if own_line and "#" in _rest_of_line(text, end):
        return argument.start, behind
    if index == 0:
        alone = own_line and "#" not in gap + text[end:]
        return (arguments.opening, arguments.closing) if alone else (argument.start, end)
    before = items[index - 1].comma
    if before is None or (own_line and "#" in gap):
        # The line break goes with the argument, unless it is all that keeps the parenthesis out of a comment.
        lead = own_line.group() if own_line and _NEWLINE.search(text, end) else ""
        return argument.start - len(lead), end
    return before, argument.end


def _rest_of_line(text: str, offset: int) -> str:
    found = _REST_OF_LINE.match(text, offset)
    return found.group() if found else ""


def _quote(text: str) -> str:
    """The quotation mark that most strings of a call use."""
    marks = [match["triple"] or match["single"] for match in _STRING_OR_COMMENT.finditer(text)]
    single, double = (sum(bool(mark) and mark[0] == quote for mark in marks) for quote in "'\"")
    return "'" if single > double else '"'


def _depth(text: str) -> int:
    """At least how deep an expression can be nested, brackets inside brackets aside."""
    bare = _STRING_OR_COMMENT.sub("+", text)
    return max(len(_DEEPER.findall(piece)) for piece in _BESIDE.split(bare))


def _not_editable(obstacle: str) -> Reading:
    return Reading(None, "", {}, {}, obstacle)
