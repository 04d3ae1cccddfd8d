"""Python text in deployment files, parsed and never run."""

from __future__ import annotations

import ast
import warnings


def parse(text: str) -> ast.Module:
    """The syntax tree; an empty one for what cannot be read: a file is also a source, and is reported as such."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return ast.parse(text)
    except (SyntaxError, ValueError, MemoryError, RecursionError):
        return ast.Module(body=[], type_ignores=[])
