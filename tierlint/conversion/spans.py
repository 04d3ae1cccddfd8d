"""Where every node of a LibCST tree stands in the source, in the terms of `ast`."""

from __future__ import annotations

import re
from typing import TypedDict

import libcst as cst
from libcst._nodes.internal import CodegenState
from msgspec import Struct

SPACE = re.compile(r"(?:\\\n)+|(?:[ \t\f]|\\\n)+")
BLANK = (cst.SimpleWhitespace, cst.Comment, cst.Newline)


class Unconvertible(Exception):
    """A node that has no counterpart in `ast`."""


class Range(TypedDict):
    """1-based lines, columns in UTF-8 bytes."""

    lineno: int
    col_offset: int
    end_lineno: int
    end_col_offset: int


class TokenCounter(CodegenState):
    """Writes nothing: counts the tokens that make up each node, and notes where each token stands.

    LibCST's own position providers copy the whole tree first, and differ from `ast` on what a node includes.
    """

    def __init__(self, module: cst.Module, source: str) -> None:
        super().__init__(module.default_indent, module.default_newline)
        self.source = source
        self.offset = 0
        self.line = 1
        self.column = 0
        self.is_blank = False
        self.starts: list[tuple[int, int]] = []
        self.ends: list[tuple[int, int]] = []
        self.first: dict[cst.CSTNode, int] = {}
        self.last: dict[cst.CSTNode, int] = {}

    def before_codegen(self, node: cst.CSTNode) -> None:
        if isinstance(node, BLANK):
            self.is_blank = True
        else:
            self.first[node] = len(self.starts)

    def after_codegen(self, node: cst.CSTNode) -> None:
        if self.is_blank:
            self.is_blank = False
        else:
            self.last[node] = len(self.ends) - 1

    def add_token(self, value: str) -> None:
        if not value:
            return
        self.catch_up(value)
        start = (self.line, self.column)
        self.advance(value)
        if not self.is_blank:
            self.starts.append(start)
            self.ends.append((self.line, self.column))

    def add_indent_tokens(self) -> None:
        for token in self.indent_tokens:
            self.catch_up(token)
            self.advance(token)

    def catch_up(self, value: str) -> None:
        """Step over a blank that LibCST forgot, such as the one in `except Error :`."""
        forgotten = SPACE.match(self.source, self.offset)
        if forgotten is not None and not self.source.startswith(value, self.offset):
            self.advance(forgotten.group())

    def advance(self, value: str) -> None:
        self.offset += len(value)
        newlines = value.count("\n")
        if newlines:
            self.line += newlines
            self.column = 0
            value = value[value.rindex("\n") + 1 :]
        self.column += len(value) if value.isascii() else len(value.encode())


class Spans(Struct, frozen=True):
    """The first and last token of each node, and where each token starts and ends."""

    starts: list[tuple[int, int]]
    ends: list[tuple[int, int]]
    first: dict[cst.CSTNode, int]
    last: dict[cst.CSTNode, int]

    def tokens(self, first: int, last: int) -> Range:
        (lineno, col_offset), (end_lineno, end_col_offset) = self.starts[first], self.ends[last]
        return Range(lineno=lineno, col_offset=col_offset, end_lineno=end_lineno, end_col_offset=end_col_offset)

    def whole(self, node: cst.CSTNode) -> Range:
        return self.tokens(self.first[node], self.last[node])

    def across(self, first: cst.CSTNode, last: cst.CSTNode) -> Range:
        return self.tokens(self.first[first], self.last[last])

    def bare(self, node: cst.BaseExpression | cst.MatchPattern) -> Range:
        """Without the parentheses around it, which are no part of an expression."""
        return self.tokens(self.first[node] + len(node.lpar), self.last[node] - len(node.rpar))

    def enclosed(self, node: cst.BaseExpression | cst.MatchPattern) -> Range:
        """With the innermost parentheses around it, which make a tuple or a generator what it is."""
        inner = min(len(node.lpar), 1)
        return self.tokens(self.first[node] + len(node.lpar) - inner, self.last[node] - len(node.rpar) + inner)


def token_spans(module: cst.Module, source: str) -> Spans:
    counter = TokenCounter(module, source)
    module._codegen(counter)
    return Spans(counter.starts, counter.ends, counter.first, counter.last)
