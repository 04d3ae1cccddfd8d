"""Reads an API call where it stands: the bytes of its keywords, and what to write where to give it a tier.

LibCST is given the text of the one call and nothing around it, so whatever else is in the file can neither
slow it down nor stop it, and every offset is an offset into the original bytes.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

from tierlint.anchors import (
    NEWLINE,
    Argument,
    Arguments,
    Source,
    insertion,
    is_too_large,
    quote_of,
    readable,
    rest_of_line,
    start_of_line,
    with_large_stack,
)
from tierlint.model import Inside, Reading

Position = tuple[int, int, int, int]
"""First line and column of a call, and line and column after it; 1-based, columns in code points."""

_ITEM: Final = "\0"
_DISPLAY_OR_CALL = re.compile(r"\{|[\w.]+\(.*\)\Z", re.DOTALL)


def read_calls(data: bytes, positions: Sequence[Position]) -> dict[Position, Reading]:
    """What LibCST says of the calls at these positions; of one that cannot be edited, why. Nothing is raised.

    A call that passes a tier already has an `insert_at`, too: another keyword can be added there.
    """
    if not positions:
        return {}
    source = readable(data)
    if isinstance(source, str):
        return {position: _not_editable(source) for position in positions}
    found = with_large_stack(lambda: {position: _read(source, position) for position in positions})
    return found or {position: _not_editable("there is no memory to read it in") for position in positions}


def _read(source: Source, position: Position) -> Reading:
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
    quote = quote_of(text)
    insert_at, insert = insertion(arguments, f"service_tier={quote}flex{quote}")
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
    insert_at, insert = insertion(found, _ITEM)
    before, _, after = insert.partition(_ITEM)
    return Inside(tuple(item.name for item in found.items if item.name), insert_at, before, after)


def _elements(text: str) -> Arguments | str:
    """Where the items of a dict display are in its text, or why that cannot be told."""
    import libcst

    if is_too_large(text):
        return "the dict is too large or nested too deeply for LibCST"
    newline = NEWLINE.search(text)
    code = libcst.Module((), default_newline=newline.group() if newline else "\n").code_for_node
    try:
        display = libcst.parse_expression(text)
        if not isinstance(display, libcst.Dict) or code(display) != text or display.lpar:
            return "it is no dict display"
        opening = len(code(display.lbrace))
        items: list[Argument] = []
        start = opening
        for element in display.elements:
            width = len(code(element))
            comma = element.comma if isinstance(element.comma, libcst.Comma) else None
            end = start + width - (len(code(comma)) if comma else 0)
            key = element.key if isinstance(element, libcst.DictElement) else None
            name = key.evaluated_value if isinstance(key, libcst.SimpleString) else None
            items.append(
                Argument(
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
    return Arguments(text, 1, tuple(items), bare_generator=False)


def _arguments(text: str) -> Arguments | str:
    """Where the arguments of a call are in its text, or why that cannot be told."""
    import libcst

    if is_too_large(text):
        return "the call is too large or nested too deeply for LibCST"
    # The parentheses allow what the call's surroundings may have allowed: line breaks before a dot.
    whole = f"({text})"
    # LibCST takes the first line break for the default one, and leaves it out of the tree.
    newline = NEWLINE.search(whole)
    code = libcst.Module((), default_newline=newline.group() if newline else "\n").code_for_node
    try:
        call = libcst.parse_expression(whole)
        if not isinstance(call, libcst.Call) or code(call) != whole:
            return "LibCST does not reproduce the call as it is written"
        widths = [len(code(argument)) for argument in call.args]
        start = len(text) - 1 - sum(widths)
        opening = start - len(code(call.whitespace_before_args))
        items: list[Argument] = []
        for argument, width in zip(call.args, widths, strict=True):
            comma = argument.comma if isinstance(argument.comma, libcst.Comma) else None
            end = start + width - len(code(argument.whitespace_after_arg)) - (len(code(comma)) if comma else 0)
            items.append(
                Argument(
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
    return Arguments(text, opening, tuple(items), bare)


def _removal(arguments: Arguments, index: int) -> tuple[int, int]:
    """The range that takes one argument out, with the comma and space that go with it; comments stay."""
    text, items = arguments.text, arguments.items
    argument = items[index]
    end = argument.end if argument.comma is None else argument.comma + 1
    behind = end + len(text[end:]) - len(text[end:].lstrip(" \t"))
    gap = arguments.gap_before(index)
    own_line = start_of_line(gap)
    if index + 1 < len(items):
        commented = "#" in arguments.gap_before(index + 1)
        return argument.start, behind if commented else items[index + 1].start
    if own_line and "#" in rest_of_line(text, end):
        return argument.start, behind
    if index == 0:
        alone = own_line and "#" not in gap + text[end:]
        return (arguments.opening, arguments.closing) if alone else (argument.start, end)
    before = items[index - 1].comma
    if before is None or (own_line and "#" in gap):
        # The line break goes with the argument, unless it is all that keeps the parenthesis out of a comment.
        lead = own_line.group() if own_line and NEWLINE.search(text, end) else ""
        return argument.start - len(lead), end
    return before, argument.end


def _not_editable(obstacle: str) -> Reading:
    return Reading(None, "", {}, {}, obstacle)
