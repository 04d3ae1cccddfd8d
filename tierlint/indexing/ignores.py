"""The comments by which a person tells tierlint to ignore something."""

from __future__ import annotations

import io
import re
import tokenize

from tierlint.model import Ignore

_IGNORE = re.compile(r"#\s*tierlint:\s*ignore\b(?:\[([^\]]*)\])?")


def ignores(source: str) -> tuple[Ignore, ...]:
    if "tierlint:" not in source:
        return ()
    found: list[Ignore] = []
    waiting: list[tuple[int, tuple[str, ...], int, int]] = []
    code_lines: set[int] = set()
    try:
        tokens = list(tokenize.generate_tokens(io.StringIO(source).readline))
    except (tokenize.TokenError, SyntaxError):  # newer syntax than this interpreter's tokenizer knows
        return _ignores_by_line(source)
    skipped = (
        tokenize.COMMENT,
        tokenize.NL,
        tokenize.NEWLINE,
        tokenize.INDENT,
        tokenize.DEDENT,
        tokenize.ENDMARKER,
    )
    for token in tokens:
        if token.type not in skipped:
            code_lines.update(range(token.start[0], token.end[0] + 1))
    for token in tokens:
        if token.type == tokenize.COMMENT and (match := _IGNORE.search(token.string)):
            waiting.append((token.start[0], _codes(match), token.start[1] + 1, token.end[1] + 1))
    for line, codes, start, end in waiting:
        below = line if line in code_lines else min((n for n in code_lines if n > line), default=line)
        found.append(Ignore(line, codes, start, end, below))
    return tuple(found)


def _ignores_by_line(source: str) -> tuple[Ignore, ...]:
    found = []
    for number, text in enumerate(source.splitlines(), 1):
        if match := _IGNORE.search(text):
            alone = not text[: match.start()].strip()
            found.append(Ignore(number, _codes(match), match.start() + 1, len(text) + 1, number + alone))
    return tuple(found)


def _codes(match: re.Match[str]) -> tuple[str, ...]:
    return tuple(code.strip() for code in (match[1] or "").split(",") if code.strip())
