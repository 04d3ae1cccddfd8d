"""A LibCST tree as the `ast` tree that the interpreter's own parser gives for the same source.

Where the interpreter has no node for newer syntax, the nearest older shape that keeps names, calls and
bindings in sight stands for it: an assignment for a type alias, an f-string for a t-string.
"""

from __future__ import annotations

import ast

import libcst as cst

from tierlint.conversion.spans import Unconvertible, token_spans
from tierlint.conversion.statements import statements

__all__ = ["Unconvertible", "convert"]


def convert(module: cst.Module, source: str) -> ast.Module:
    """The tree of a module that was parsed from this source, whose lines end in `\\n`."""
    return ast.Module(body=statements(token_spans(module, source), module.body), type_ignores=[])
