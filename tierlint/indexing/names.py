"""The names that a target or a value goes by."""

from __future__ import annotations

import ast

from tierlint.model import (
    Attribute,
    Dictionary,
    Either,
    Element,
    Expr,
    Name,
    Operation,
    Range,
    Sequence,
    Spread,
    Subscript,
    Template,
    Unknown,
)


def dotted(node: ast.expr) -> str | None:
    parts: list[str] = []
    while isinstance(node, ast.Attribute):
        parts.append(node.attr)
        node = node.value
    if not isinstance(node, ast.Name):
        return None
    parts.append(node.id)
    return ".".join(reversed(parts))


def target_names(node: ast.expr) -> list[str]:
    if isinstance(node, (ast.Tuple, ast.List)):
        return [name for part in node.elts for name in target_names(part)]
    if isinstance(node, ast.Starred):
        return target_names(node.value)
    if isinstance(node, ast.Subscript):
        path = dotted(node.value)
        return [path + "[]"] if path else []
    path = dotted(node)
    return [path] if path else []


def tails(value: Expr) -> list[str]:
    """The identifiers under which this value could be found again."""
    if isinstance(value, Name):
        return [value.path.rpartition(".")[2]]
    if isinstance(value, Attribute):
        return [value.name.rpartition(".")[2]]
    if isinstance(value, Either):
        return [name for option in value.options for name in tails(option)]
    if isinstance(value, Sequence):
        return [name for item in value.items for name in tails(item)]
    if isinstance(value, Dictionary):
        return [name for item in value.values for name in tails(item)]
    if isinstance(value, Subscript) and isinstance(value.key, Range):
        return tails(value.base)
    return tails(value.iterable) if isinstance(value, (Element, Spread)) else []


def read_in(value: Expr) -> list[str]:
    """The names that an expression reads, other than in the calls in it."""
    if isinstance(value, Name):
        return [value.path]
    if isinstance(value, Unknown):
        return [*value.names]
    if isinstance(value, (Attribute, Subscript)):
        return read_in(value.base)
    if isinstance(value, Either):
        return [name for option in value.options for name in read_in(option)]
    if isinstance(value, (Sequence, Template)):
        return [n for part in (value.items if isinstance(value, Sequence) else value.parts) for n in read_in(part)]
    return [*read_in(value.left), *read_in(value.right)] if isinstance(value, Operation) else []
