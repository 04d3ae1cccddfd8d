"""Object literals in JavaScript and JSON text, as plain dicts and lists; nothing else of the language is understood."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator, Sequence

from msgspec import Struct

from tierlint.manifests.yaml_values import Scalar, Yaml

_TOKEN = re.compile(
    r"""(?P<comment>//[^\n]*|/\*.*?\*/)
    |(?P<string>'(?:[^'\\\n]|\\.)*'|"(?:[^"\\\n]|\\.)*"|`(?:[^`\\]|\\.)*`)
    |(?P<word>[\w$.+-]+)
    |(?P<mark>[^\s])""",
    re.VERBOSE | re.DOTALL,
)
_ESCAPED = re.compile(r"\\(.)", re.DOTALL)
_CLOSES = {"{": "}", "[": "]", "(": ")"}
_MOST_DEPTH = 60


class _Token(Struct, frozen=True):
    """A piece of the text; a comment is none."""

    kind: str
    text: str
    line: int


def objects(text: str) -> Iterator[Yaml]:
    """The outermost object and list literals of a text, from the first to the last."""
    tokens = _tokens(text)
    position = 0
    while position < len(tokens):
        if tokens[position].text in ("{", "["):
            value, position = _value(tokens, position, 0)
            if value is not None:
                yield value
        else:
            position += 1


def _tokens(text: str) -> list[_Token]:
    found: list[_Token] = []
    line, last = 1, 0
    for piece in _TOKEN.finditer(text):
        line += text.count("\n", last, piece.start())
        last = piece.start()
        if piece.lastgroup != "comment":
            found.append(_Token(str(piece.lastgroup), piece.group(), line))
    return found


def _value(tokens: Sequence[_Token], position: int, depth: int) -> tuple[Yaml | None, int]:
    """A value and where what follows it begins; None for an expression of any other form."""
    if position >= len(tokens) or depth > _MOST_DEPTH:
        return None, len(tokens)
    token = tokens[position]
    if token.text == "{" and token.kind == "mark":
        return _entries(tokens, position + 1, depth)
    if token.text == "[" and token.kind == "mark":
        return _items(tokens, position + 1, depth)
    after = _end(tokens, position)
    if after != position + 1 or token.kind == "mark":
        return None, after
    text = _ESCAPED.sub(r"\1", token.text[1:-1]) if token.kind == "string" else token.text
    return Scalar(text, token.line, token.line, False), after


def _entries(tokens: Sequence[_Token], position: int, depth: int) -> tuple[Yaml, int]:
    entries: dict[str, Yaml] = {}
    while position < len(tokens) and tokens[position].text != "}":
        name = tokens[position]
        if name.kind == "mark" or position + 1 >= len(tokens) or tokens[position + 1].text != ":":
            position = max(_end(tokens, position), position + 1)  # `...base`, `name,`, a function
        else:
            value, position = _value(tokens, position + 2, depth + 1)
            if value is not None:
                entries[name.text.strip("'\"`")] = value
        if position < len(tokens) and tokens[position].text == ",":
            position += 1
    return entries, position + 1


def _items(tokens: Sequence[_Token], position: int, depth: int) -> tuple[Yaml, int]:
    items: list[Yaml] = []
    while position < len(tokens) and tokens[position].text != "]":
        value, after = _value(tokens, position, depth + 1)
        if value is not None:
            items.append(value)
        position = max(after, position + 1)
        if position < len(tokens) and tokens[position].text == ",":
            position += 1
    return items, position + 1


def _end(tokens: Sequence[_Token], position: int) -> int:
    """Where the expression ends that begins here: before a comma or a closing mark of what is around it."""
    closing: list[str] = []
    for number in itertools.count(position):
        if number >= len(tokens):
            return number
        text = tokens[number].text if tokens[number].kind == "mark" else ""
        if text in _CLOSES:
            closing.append(_CLOSES[text])
        elif closing and text == closing[-1]:
            closing.pop()
        elif not closing and text in (",", "}", "]", ")", ";"):
            return number
    return len(tokens)
