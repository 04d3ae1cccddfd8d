"""Tests that end a loop when it has done enough: a count or a sum that each round adds to has reached its limit."""

from __future__ import annotations

import ast

from tierlint.indexing.names import dotted, target_names

_ADDS = frozenset({"append", "add", "extend", "update"})
_ORDERS = (ast.Lt, ast.LtE, ast.Gt, ast.GtE, ast.Eq)
# Fewer than this are no amount of work: whoever stops at the first has found what was looked for.
_AN_AMOUNT = 2


def counted(loop: ast.For | ast.AsyncFor | ast.While) -> frozenset[str]:
    """The names of numbers and collections that the rounds of a loop only add to, and of the loop's own items."""
    added: set[str] = set()
    stored: set[str] = set()
    for node in (inner for statement in loop.body for inner in ast.walk(statement)):
        if isinstance(node, ast.AugAssign):
            path = dotted(node.target)
            if path is not None and isinstance(node.op, ast.Add):
                added.add(path)
        elif isinstance(node, (ast.Assign, ast.AnnAssign)):
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            for name in (name for target in targets for name in target_names(target)):
                (added if name.endswith("[]") else stored).add(name.removesuffix("[]"))
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in _ADDS:
            path = dotted(node.func.value)
            if path is not None:
                added.add(path)
    own = () if isinstance(loop, ast.While) else target_names(loop.target)
    return frozenset({*added - stored, *own})


def is_budget(test: ast.expr, counters: frozenset[str]) -> bool:
    """`done >= limit`, `len(labels) == most`, `most is not None and spent > most`."""
    if isinstance(test, ast.BoolOp):
        parts = [is_budget(part, counters) for part in test.values]
        return any(parts) if isinstance(test.op, ast.And) else all(parts)
    if not isinstance(test, ast.Compare) or len(test.ops) != 1 or not isinstance(test.ops[0], _ORDERS):
        return False
    left, right = test.left, test.comparators[0]
    return (_is_count(left, counters) and _is_amount(right)) or (_is_count(right, counters) and _is_amount(left))


def _is_count(expr: ast.expr, counters: frozenset[str]) -> bool:
    if isinstance(expr, ast.BinOp) and isinstance(expr.op, ast.Add):  # `number + 1 == most`
        return _is_count(expr.left, counters) and isinstance(expr.right, ast.Constant)
    if isinstance(expr, ast.Call) and isinstance(expr.func, ast.Name) and expr.func.id == "len" and expr.args:
        expr = expr.args[0]
    return dotted(expr) in counters


def _is_amount(expr: ast.expr) -> bool:
    if isinstance(expr, ast.Constant):
        return isinstance(expr.value, (int, float)) and expr.value >= _AN_AMOUNT
    return isinstance(expr, (ast.Name, ast.Attribute, ast.Subscript, ast.BinOp))
