"""Loops that work off a collection: each round takes something out of it, or goes one item on, and none adds to it."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping

from tierlint.indexing.names import dotted

_TAKES = frozenset({"pop", "popleft", "popitem", "get", "get_nowait"})
_LOOKS = frozenset({"empty", "qsize", "task_done", "copy", "count", "index", "keys", "values", "items"})
# Functions that leave what they are handed as long as it is.
_ONLY_READ = frozenset(
    {"len", "bool", "print", "str", "repr", "list", "tuple", "set", "sorted", "reversed", "enumerate", "any", "all"}
)
_EMPTY = frozenset({"IndexError", "KeyError", "LookupError", "Empty", "QueueEmpty"})


def emptied(loop: ast.While, lengths: Mapping[str, str]) -> str | None:
    """The collection that a loop works off, by its name; None: there is none, or the loop adds to it.

    lengths: the collection whose length a name is: `total = len(rows)`.
    """
    for name, counter in (*_asked_for(loop.test, lengths), *_asked_inside(loop, lengths)):
        if _only_shrinks(loop, name, counter) and not _ends_otherwise(loop, name, counter):
            return name
    return None


def _asked_for(test: ast.expr, lengths: Mapping[str, str]) -> Iterator[tuple[str, str | None]]:
    """The collections of which a test asks whether anything is left, each with the counter it is held against."""
    if isinstance(test, ast.BoolOp) and isinstance(test.op, ast.And):
        for part in test.values:
            yield from _asked_for(part, lengths)
    elif isinstance(test, ast.UnaryOp) and isinstance(test.op, ast.Not):
        name = _asked(test.operand, "empty")
        if name is not None:
            yield name, None
    elif isinstance(test, ast.Compare) and len(test.ops) == 1:
        yield from _compared(test.left, test.ops[0], test.comparators[0], lengths)
    else:
        name = _kept(test) or _length(test)
        if name is not None:
            yield name, None


def _compared(
    left: ast.expr, operator: ast.cmpop, right: ast.expr, lengths: Mapping[str, str]
) -> Iterator[tuple[str, str | None]]:
    """`len(rows) > 0`, `number < len(rows)`, `number <= len(rows) - 1`, `number < total`."""
    if isinstance(operator, (ast.Gt, ast.GtE)) and not isinstance(right, ast.Constant):
        left, right, operator = right, left, ast.Lt()
    if isinstance(left, ast.Name) and isinstance(operator, (ast.Lt, ast.LtE)):
        most = right.left if isinstance(right, ast.BinOp) else right
        name = _length(most) or lengths.get(dotted(most) or "")
        if name is not None:
            yield name, left.id
    elif isinstance(right, ast.Constant) and isinstance(operator, (ast.Gt, ast.GtE, ast.NotEq)):
        name = _length(left)
        if name is not None:
            yield name, None


def _asked_inside(loop: ast.While, lengths: Mapping[str, str]) -> Iterator[tuple[str, str | None]]:
    """`while True` with `if not rows: break`, or with `except IndexError: break` around what takes from it."""
    if not (isinstance(loop.test, ast.Constant) and loop.test.value):
        return
    for statement in loop.body:
        if isinstance(statement, ast.If) and isinstance(statement.body[-1], ast.Break):
            yield from _asked_for(_negated(statement.test), lengths)
        elif isinstance(statement, ast.Try) and any(_ends_when_empty(handler) for handler in statement.handlers):
            for node in (inner for part in statement.body for inner in ast.walk(part)):
                name = _kept(node.value) if isinstance(node, ast.Attribute) and node.attr in _TAKES else None
                if name is not None:
                    yield name, None


def _negated(test: ast.expr) -> ast.expr:
    """The test by which a loop goes on, of that by which it ends: `number >= len(rows)`, `len(rows) == 0`."""
    if isinstance(test, ast.UnaryOp) and isinstance(test.op, ast.Not):
        return test.operand
    if isinstance(test, ast.Compare) and len(test.ops) == 1:
        opposite = {ast.GtE: ast.Lt(), ast.Eq: ast.NotEq(), ast.LtE: ast.Gt()}.get(type(test.ops[0]))
        if opposite is not None:
            return ast.Compare(test.left, [opposite], test.comparators)
    return ast.UnaryOp(ast.Not(), test)


def _ends_when_empty(handler: ast.ExceptHandler) -> bool:
    kinds = handler.type.elts if isinstance(handler.type, ast.Tuple) else [handler.type]
    named = {k.id if isinstance(k, ast.Name) else k.attr for k in kinds if isinstance(k, (ast.Name, ast.Attribute))}
    return bool(named) and named <= _EMPTY and isinstance(handler.body[-1], ast.Break)


def _length(expr: ast.expr) -> str | None:
    """Of `len(rows)` or `rows.qsize()`, the collection."""
    if isinstance(expr, ast.Call) and isinstance(expr.func, ast.Name) and expr.func.id == "len" and expr.args:
        return _kept(expr.args[0])
    return _asked(expr, "qsize")


def _asked(expr: ast.expr, method: str) -> str | None:
    """Of `rows.empty()`, the collection."""
    if isinstance(expr, ast.Call) and isinstance(expr.func, ast.Attribute) and expr.func.attr == method:
        return _kept(expr.func.value)
    return None


def _kept(expr: ast.AST) -> str | None:
    """What a collection goes by: a name, or an attribute of the object whose method runs, `self.rows`."""
    if isinstance(expr, ast.Name):
        return expr.id
    of_itself = isinstance(expr, ast.Attribute) and isinstance(expr.value, ast.Name) and expr.value.id == "self"
    return dotted(expr) if of_itself and isinstance(expr, ast.Attribute) else None


def _only_shrinks(loop: ast.While, name: str, counter: str | None) -> bool:
    """Nothing in the loop can add to a collection, and each round gets on with it."""
    parents = {child: node for node in ast.walk(loop) for child in ast.iter_child_nodes(node)}
    gets_on = counter is not None and _counts(loop, counter)
    for part in (loop.test, *loop.body):
        for node in ast.walk(part):
            if not isinstance(node, (ast.Name, ast.Attribute)) or _kept(node) != name:
                continue
            parent = parents[node]
            if _takes(node, parent, parents):
                gets_on = gets_on or counter is None
            elif not _only_reads(node, parent, parents, counter):
                return False
    return gets_on


def _ends_otherwise(loop: ast.While, name: str, counter: str | None) -> bool:
    """The test asks for something else that a round finds out: `while rows and not found`."""
    asked = {node.id for node in ast.walk(loop.test) if isinstance(node, ast.Name)} - {name, counter, "len", "self"}
    moved = [s.target for part in loop.body for s in ast.walk(part) if isinstance(s, ast.AugAssign)]
    for part in loop.body:
        for node in ast.walk(part):
            if (
                isinstance(node, ast.Name)
                and isinstance(node.ctx, ast.Store)
                and node.id in asked
                and node not in moved
            ):
                return True
    called = {node.func for node in ast.walk(loop.test) if isinstance(node, ast.Call)}
    attributes = (node for node in ast.walk(loop.test) if isinstance(node, ast.Attribute) and node not in called)
    return any(_kept(node) != name for node in attributes)


def _counts(loop: ast.While, counter: str) -> bool:
    """Each round moves the counter on, and nothing sets it back."""
    stored = [n for part in loop.body for n in ast.walk(part) if isinstance(n, ast.Name) and n.id == counter]
    # What fails is tried again: `try: ... number += 1`.
    tried = [inner for s in loop.body if isinstance(s, ast.Try) for inner in (*s.body, *s.orelse, *s.finalbody)]
    body = (*loop.body, *tried)
    moves = [s.target for s in body if isinstance(s, ast.AugAssign) and isinstance(s.op, ast.Add)]
    return len([n for n in stored if isinstance(n.ctx, ast.Store)]) == len([t for t in moves if t in stored]) > 0


def _takes(node: ast.Name | ast.Attribute, parent: ast.AST, parents: dict[ast.AST, ast.AST]) -> bool:
    """`rows.pop()`, `heappop(rows)`, `del rows[0]`, `rows = rows[20:]`."""
    if isinstance(parent, ast.Attribute):
        return parent.attr in _TAKES and isinstance(parents.get(parent), ast.Call)
    if isinstance(parent, ast.Call):
        return node in parent.args and _function(parent) == "heappop"
    if isinstance(parent, ast.Subscript):
        return isinstance(parent.ctx, ast.Del)
    if not isinstance(node.ctx, ast.Store):
        return False
    value: ast.AST | None = None
    if isinstance(parent, ast.Assign):
        value = parent.value
    elif isinstance(parent, ast.Tuple):
        around = parents.get(parent)
        if isinstance(around, ast.Assign) and isinstance(around.value, ast.Tuple):
            value = dict(zip(parent.elts, around.value.elts, strict=False)).get(node)
    return (
        isinstance(value, ast.Subscript)
        and isinstance(value.slice, ast.Slice)
        and value.slice.lower is not None
        and _kept(value.value) == _kept(node)
    )


def _only_reads(
    node: ast.Name | ast.Attribute, parent: ast.AST, parents: dict[ast.AST, ast.AST], counter: str | None
) -> bool:
    if isinstance(node.ctx, ast.Store):
        return False
    if isinstance(parent, ast.Attribute):
        return parent.attr in _LOOKS and isinstance(parents.get(parent), ast.Call)
    if isinstance(parent, ast.Subscript):  # an item of a list may be replaced, one of a dict may be new
        return node is parent.value and (isinstance(parent.ctx, ast.Load) or counter is not None)
    if isinstance(parent, ast.Call):
        return node in parent.args and _function(parent) in _ONLY_READ
    if isinstance(parent, (ast.For, ast.comprehension)):
        return node is parent.iter
    if isinstance(parent, (ast.While, ast.If, ast.IfExp)):
        return node is parent.test
    return isinstance(parent, (ast.UnaryOp, ast.BoolOp, ast.Compare, ast.FormattedValue))


def _function(call: ast.Call) -> str:
    if isinstance(call.func, ast.Attribute):
        return call.func.attr if call.func.attr == "heappop" else ""
    return call.func.id if isinstance(call.func, ast.Name) else ""
