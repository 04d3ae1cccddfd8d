"""Syntax tree -> ModuleSummary: what one file says, before anything is resolved."""

from __future__ import annotations

import ast

from tierlint.indexing.definitions import module
from tierlint.indexing.expressions import EXPRESSIONS
from tierlint.indexing.ignores import ignores
from tierlint.indexing.mentions import (
    ARGUMENT,
    AWAITED,
    BASE,
    BOUND,
    CALLEE,
    DECORATES,
    LOADED,
    RECEIVER,
    RETURNED,
    lambda_mention,
)
from tierlint.indexing.statements import STATEMENTS
from tierlint.indexing.walk import Walk
from tierlint.model import Function, ModuleSummary

__all__ = [
    "ARGUMENT",
    "AWAITED",
    "BASE",
    "BOUND",
    "CALLEE",
    "DECORATES",
    "LOADED",
    "RECEIVER",
    "RETURNED",
    "index",
    "lambda_mention",
    "unreadable",
]


def index(tree: ast.Module, source: str, cells: tuple[tuple[int, int], ...] = ()) -> ModuleSummary:
    """Summarise a parsed file. Pure; knows Python, and no SDK or framework."""
    walk = Walk(source, STATEMENTS, EXPRESSIONS)
    module(walk, tree)
    return ModuleSummary(
        imports=tuple(walk.imports),
        functions=tuple(function for function in walk.functions if function is not None),
        classes=tuple(klass for klass in walk.classes if klass is not None),
        bindings=tuple(walk.bindings),
        loops=tuple(loop for loop in walk.loops if loop is not None),
        calls=tuple(call for call in walk.calls if call is not None),
        ignores=ignores(source),
        mentions={name: tuple(flat) for name, flat in walk.mentions.items()},
        strings=tuple(sorted(walk.strings)),
        cells=cells,
    )


def unreadable(line: int, message: str) -> ModuleSummary:
    """The summary of a file that could not be parsed: others may still import it, so it has a body."""
    body = Function("<module>", "<module>", -1, -1, (), None, (), (), (), False, False, 1, 1)
    return ModuleSummary((), (body,), (), (), (), (), (), {}, (), problem=message, problem_line=line)
