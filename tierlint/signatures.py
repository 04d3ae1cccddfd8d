"""Reads a function where it is defined: what to write where to give it one more parameter.

LibCST is given the text from `def` to the colon and nothing else of the file.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

from tierlint.anchors import (
    NEWLINE,
    Argument,
    Arguments,
    Source,
    insertion,
    is_too_large,
    quote_of,
    readable,
    with_large_stack,
)
from tierlint.model import Signature

if TYPE_CHECKING:
    import libcst

Place = tuple[int, int]
"""First and last line of a function, 1-based; the first is the one with `def`."""

_ITEM: Final = "\0"
_DEF = re.compile(r"[ \t]*(?P<def>(?:async[ \t]+)?def[ \t]+\w+)")
# An attribute or an argument of that name is something else than the name itself.
_SPOKEN = re.compile(r"(?<![\w.])service_tier\b(?!\s*=[^=])")
_FORMATTED = re.compile(r"[fF][rR]?\Z|[rR][fF]\Z")


def read_signatures(data: bytes, places: Sequence[Place]) -> dict[Place, Signature]:
    """What LibCST says of the functions at these places; of one that cannot be edited, why. Nothing is raised."""
    if not places:
        return {}
    source = readable(data)
    if isinstance(source, str):
        return {place: _not_editable(source) for place in places}
    found = with_large_stack(lambda: {place: _read(source, place) for place in places})
    return found or {place: _not_editable("there is no memory to read it in") for place in places}


def _read(source: Source, place: Place) -> Signature:
    line = source.offset(place[0], 1)
    found = _DEF.match(source.text, line) if line is not None else None
    if found is None or source.in_string(found.start("def")):
        return _not_editable("no definition was found at this place")
    start = found.start("def")
    first_byte = source.byte_offset(start)
    brackets = _brackets(source, found.end())
    if brackets is None:
        return _not_editable("its signature has no end")
    closing, colon = brackets
    text = source.text[start : colon + 1]
    if not source.data.startswith(text.encode(source.encoding), first_byte):
        return _not_editable("the file's encoding does not allow an edit at this place")
    parameters = _parameters(text, closing - start)
    if isinstance(parameters, str):
        return _not_editable(parameters)
    arguments, hinted = parameters
    at, insert = insertion(arguments, _ITEM)
    before, _, after = insert.partition(_ITEM)
    end = source.offset(place[1] + 1, 1) or len(source.text)
    whole = source.text[start:end]
    return Signature(
        insert_at=first_byte + len(text[:at].encode(source.encoding)),
        before=before,
        after=after,
        hinted=hinted,
        speaks=_speaks(source, start, end),
        quote=quote_of(whole),
    )


def _brackets(source: Source, offset: int) -> tuple[int, int] | None:
    """Where the parenthesis behind the parameters and the colon behind the whole signature are."""
    depth, closing = 0, None
    opaque = iter(span for span in source.opaque if span[1] > offset)
    skip = next(opaque, None)
    while offset < len(source.text):
        if skip is not None and offset >= skip[0]:
            offset, skip = skip[1], next(opaque, None)
            continue
        mark = source.text[offset]
        if mark in "([{":
            depth += 1
        elif mark in ")]}":
            depth -= 1
            if depth == 0 and mark == ")" and closing is None:
                closing = offset
        elif mark == ":" and depth == 0:
            return (closing, offset) if closing is not None else None
        offset += 1
    return None


def _parameters(text: str, closing: int) -> tuple[Arguments, bool] | str:
    """Where the parameters are in the text of a signature and whether it has type hints, or why that cannot be told."""
    import libcst

    if is_too_large(text):
        return "the signature is too large or nested too deeply for LibCST"
    newline = NEWLINE.search(text)
    code = libcst.Module((), default_newline=newline.group() if newline else "\n").code_for_node
    try:
        defined = libcst.parse_statement(f"{text} pass\n")
        if not isinstance(defined, libcst.FunctionDef):
            return "LibCST takes it for something else"
        items = _items(defined.params)
        widths = [len(code(item)) for item in items]
        start = closing - sum(widths)
        blank = code(defined.whitespace_before_params)
        if text[:start][-len(blank) - 1 :] != f"({blank}" or text[start:closing] != "".join(map(code, items)):
            return "LibCST does not reproduce the signature as it is written"
        arguments: list[Argument] = []
        for item, width in zip(items, widths, strict=True):
            comma = item.comma if isinstance(item.comma, libcst.Comma) else None
            rest = len(code(item.whitespace_after_param)) if isinstance(item, libcst.Param) else 0
            end = start + width - rest - (len(code(comma)) if comma else 0)
            behind = end + len(code(comma.whitespace_before)) if comma else None
            arguments.append(Argument(None, start, end, end, behind))
            start += width
    except libcst.ParserSyntaxError:
        return "LibCST cannot read the signature"
    except RecursionError:
        return "the signature is nested too deeply for LibCST"
    hinted = defined.returns is not None or any(
        isinstance(item, libcst.Param) and item.annotation is not None for item in items
    )
    opening = closing - sum(widths) - len(blank)
    return Arguments(text[: closing + 1], opening, tuple(arguments), bare_generator=False), hinted


def _items(params: libcst.Parameters) -> list[libcst.Param | libcst.ParamSlash | libcst.ParamStar]:
    """The parameters in the order in which they are written, with the marks between them."""
    import libcst

    items = [
        *params.posonly_params,
        params.posonly_ind,
        *params.params,
        params.star_arg,
        *params.kwonly_params,
        params.star_kwarg,
    ]
    return [item for item in items if isinstance(item, (libcst.Param, libcst.ParamSlash, libcst.ParamStar))]


def _speaks(source: Source, start: int, end: int) -> bool:
    """Whether the name of the tier's keyword means something in this part of the text already."""
    for found in _SPOKEN.finditer(source.text, start, end):
        span = next((s for s in source.opaque if s[0] <= found.start() < s[1]), None)
        if span is None or _FORMATTED.search(source.text[max(0, span[0] - 2) : span[0]]):
            return True
    return False


def _not_editable(obstacle: str) -> Signature:
    return Signature(None, "", "", obstacle=obstacle)
