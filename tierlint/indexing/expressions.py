"""Expressions as values that can be followed; on the way, the calls in them and what they mention."""

from __future__ import annotations

import ast
import re
from typing import Final

from tierlint.indexing.bindings import MUTATORS, assigned_value, bind, mutation, mutation_inside
from tierlint.indexing.definitions import define_function
from tierlint.indexing.loops import close_loop, generators
from tierlint.indexing.mentions import ARGUMENT, AWAITED, CALLEE, LOADED, RECEIVER, RETURNED, lambda_mention
from tierlint.indexing.names import dotted
from tierlint.indexing.walk import DISCARDED, NOWHERE, ExpressionHandler, Walk
from tierlint.model import (
    Attribute,
    Call,
    CallResult,
    Collected,
    Constant,
    Dictionary,
    Either,
    Element,
    Expr,
    LambdaValue,
    Name,
    Operation,
    Range,
    Sequence,
    Spread,
    Subscript,
    Template,
    Unknown,
    Use,
)

_MAX_ITEMS = 64
_MAX_ENTRIES = 400
_DOTTED = re.compile(r"[A-Za-z_][\w]*(?:[.:][\w\-]+)+\Z")
_CALLS: Final = {ast.BitOr: "__or__", ast.RShift: "__rshift__", ast.LShift: "__lshift__"}


def name(walk: Walk, node: ast.Name, use: Use) -> Expr:
    name = node.id
    if walk.events:
        walk.read(name)
    walk.mention(name, walk.mention_kind, walk.mention_index)
    return Name(name)


def attribute(walk: Walk, node: ast.Attribute, use: Use) -> Expr:
    walk.mention(node.attr, walk.mention_kind, walk.mention_index)
    return attribute_path(walk, node, use)


def attribute_path(walk: Walk, node: ast.Attribute, use: Use, called: int = -1) -> Expr:
    """The chain down to its root; every part of it may be a property that runs code."""
    parts = [node.attr]
    base: ast.expr = node.value
    while isinstance(base, ast.Attribute):
        parts.append(base.attr)
        if called >= 0:
            walk.mention(base.attr, RECEIVER, called)
        else:
            walk.load(base.attr)
        base = base.value
    parts.reverse()
    if isinstance(base, ast.Name):
        root = base.id
        is_own = root in ("self", "cls")
        if called >= 0 and not is_own:
            walk.mention(root, RECEIVER, called)
        if walk.events:
            walk.read(root)
            if len(parts) > 1 or is_own:
                walk.read(f"{root}.{parts[0]}")
        return Name(".".join([root, *parts]))
    kept = walk.mention_kind, walk.mention_index
    walk.mention_kind, walk.mention_index = LOADED, walk.function
    inner = walk.expr(base, use)
    walk.mention_kind, walk.mention_index = kept
    return Attribute(inner, ".".join(parts))


def call(walk: Walk, node: ast.Call, use: Use, awaited: bool = False) -> Expr:
    function = node.func
    if (
        isinstance(function, ast.Name)
        and function.id == "getattr"
        and len(node.args) >= 2
        and isinstance(node.args[1], ast.Constant)
        and isinstance(node.args[1].value, str)
    ):
        base = walk.expr(node.args[0], use)
        name = node.args[1].value
        walk.mention(name, walk.mention_kind, walk.mention_index)
        for rest in node.args[2:]:
            walk.expr(rest, NOWHERE)
        return Name(f"{base.path}.{name}") if isinstance(base, Name) else Attribute(base, name)
    if isinstance(function, ast.Name) and function.id == "dict" and node.keywords and len(node.args) < 2:
        return keyword_dictionary(walk, node, use)
    number = len(walk.calls)
    walk.calls.append(None)
    loop, in_try = walk.loop, walk.in_try
    kept = walk.mention_kind, walk.mention_index
    callee, tail = called(walk, function, use, number)
    arguments: tuple[Expr, ...] = ()
    keywords: tuple[tuple[str | None, Expr], ...] = ()
    if node.args or node.keywords:
        walk.mention_kind, walk.mention_index = ARGUMENT, number
        handed = Use("argument", call=number)
        arguments = tuple([walk.expr(a, handed) for a in node.args])
        keywords = tuple([(k.arg, walk.expr(k.value, handed)) for k in node.keywords])
    walk.mention_kind, walk.mention_index = kept
    if use is DISCARDED and isinstance(callee, Name) and (arguments or keywords):
        # A method called for its effect may keep what it is handed: `conversation.add(answer)`.
        target = callee.path.rpartition(".")[0]
        if target not in ("", "self", "cls"):
            walk.read(target)
            walk.write(target)
    if tail in MUTATORS and isinstance(callee, Name) and "." in callee.path:
        mutation(walk, callee.path, tail, arguments, keywords, node.lineno)
    elif tail in MUTATORS and isinstance(callee, Attribute) and callee.name == tail:
        mutation_inside(walk, callee.base, tail, arguments, node.lineno)
    line, column = walk.position(node.lineno, node.col_offset)
    end_line, end_column = walk.position(node.end_lineno or node.lineno, node.end_col_offset or 0)
    walk.calls[number] = Call(
        callee, tail, arguments, keywords, walk.function, walk.owner, loop, awaited, in_try, walk.main_guard, use,
        line, column, end_line, end_column,
    )  # fmt: skip
    return CallResult(number)


def called(walk: Walk, function: ast.expr, use: Use, number: int) -> tuple[Expr, str]:
    if isinstance(function, ast.Name):
        walk.read(function.id)
        walk.mention(function.id, CALLEE, number)
        return Name(function.id), function.id
    if isinstance(function, ast.Attribute):
        walk.mention(function.attr, CALLEE, number)
        return attribute_path(walk, function, use, number), function.attr
    walk.mention_kind, walk.mention_index = CALLEE, number
    callee = walk.expr(function, NOWHERE)
    return callee, ""


def constant(walk: Walk, node: ast.Constant, use: Use) -> Expr:
    value = node.value
    if isinstance(value, str):
        if not value.isascii():
            value = value.encode("utf-8", "replace").decode()  # a lone surrogate fits no cache
        if len(value) < 160 and ("." in value or ":" in value) and _DOTTED.match(value):
            walk.strings.add(value)
        return Constant(value if len(value) <= 300 else value[:300])
    if value is None or isinstance(value, (bool, float)):
        return Constant(value)
    if isinstance(value, int):
        return Constant(value) if -(2**53) < value < 2**53 else Unknown()
    return Unknown()


def bool_op(walk: Walk, node: ast.BoolOp, use: Use) -> Expr:
    values = [walk.expr(value, use) for value in node.values]
    return Either(tuple(values)) if isinstance(node.op, ast.Or) else values[-1]


def if_exp(walk: Walk, node: ast.IfExp, use: Use) -> Expr:
    walk.expr(node.test, NOWHERE)
    # `{"x": x} if x else {}` says no more than `x or ...`.
    asked = node.test.id if isinstance(node.test, ast.Name) else None
    told = all(not isinstance(inner, ast.Name) or inner.id != asked for inner in ast.walk(node.body))
    return Either((walk.expr(node.body, use), walk.expr(node.orelse, use)), told)


def await_(walk: Walk, node: ast.Await, use: Use) -> Expr:
    if isinstance(node.value, ast.Call):
        return call(walk, node.value, use, awaited=True)
    path = dotted(node.value)
    if path is not None:
        walk.mentions.setdefault(path.rpartition(".")[2], []).extend((AWAITED, walk.function))
    return walk.expr(node.value, use)


def collection(walk: Walk, node: ast.List | ast.Tuple | ast.Set, use: Use) -> Expr:
    items = [walk.expr(item, use) for item in node.elts]
    return Sequence(tuple(items[:_MAX_ITEMS]))


def dictionary(walk: Walk, node: ast.Dict, use: Use) -> Expr:
    keys: list[Expr | None] = []
    values: list[Expr] = []
    for key, value in zip(node.keys, node.values, strict=True):
        keys.append(walk.expr(key, NOWHERE) if key is not None else None)
        values.append(walk.expr(value, use))
    return Dictionary(tuple(keys[:_MAX_ENTRIES]), tuple(values[:_MAX_ENTRIES]))


def keyword_dictionary(walk: Walk, node: ast.Call, use: Use) -> Expr:
    """`dict(base, by_hand=scythe)` is `{**base, "by_hand": scythe}`."""
    walk.read("dict")
    values: list[Expr] = [walk.expr(base, use) for base in node.args]
    keys: list[Expr | None] = [None] * len(values)
    for keyword in node.keywords:
        keys.append(Constant(keyword.arg) if keyword.arg is not None else None)
        values.append(walk.expr(keyword.value, use))
    return Dictionary(tuple(keys[:_MAX_ENTRIES]), tuple(values[:_MAX_ENTRIES]))


def comprehension(walk: Walk, node: ast.ListComp | ast.SetComp | ast.GeneratorExp, use: Use) -> Expr:
    opened = generators(walk, node.generators)
    item = walk.expr(node.elt, use)
    for number in reversed(opened):
        close_loop(walk, number)
    return Collected(item)


def dict_comprehension(walk: Walk, node: ast.DictComp, use: Use) -> Expr:
    opened = generators(walk, node.generators)
    walk.expr(node.key, NOWHERE)
    value = walk.expr(node.value, use)
    for number in reversed(opened):
        close_loop(walk, number)
    return Collected(value)


def lambda_(walk: Walk, node: ast.Lambda, use: Use) -> Expr:
    number = define_function(walk, node, "<lambda>", False)
    walk.mention(lambda_mention(number), walk.mention_kind, walk.mention_index)
    return LambdaValue(number)


def starred(walk: Walk, node: ast.Starred, use: Use) -> Expr:
    return Spread(walk.expr(node.value, use))


def joined_str(walk: Walk, node: ast.JoinedStr, use: Use) -> Expr:
    parts: list[Expr] = []
    for value in node.values:
        inner = value.value if isinstance(value, ast.FormattedValue) else value
        parts.append(walk.expr(inner, use))
    return Template(tuple(parts))


def bin_op(walk: Walk, node: ast.BinOp, use: Use) -> Expr:
    if type(node.op) in _CALLS:
        # Overloaded to build something (`prompt | model`, `first >> second`): a call of a method of the left side.
        if isinstance(node.left, ast.BinOp) and isinstance(node.left.op, ast.Sub):
            left: Expr = operator_call(walk, node.left, "__sub__", use)
        else:
            left = walk.expr(node.left, use)
        return operator_call(walk, node, _CALLS[type(node.op)], use, left)
    left, right = walk.expr(node.left, use), walk.expr(node.right, use)
    if isinstance(node.op, ast.Add):
        if isinstance(left, (Constant, Template)) or isinstance(right, (Constant, Template)):
            return Template((left, right))
        return Operation("+", left, right)
    if isinstance(node.op, ast.Div) and (isinstance(right, Template) or _is_text(right)):
        return Operation("/", left, right)  # a path: `HERE / "jobs"`
    return Unknown(tuple(v.path for v in (left, right) if isinstance(v, Name)))


def _is_text(expr: Expr) -> bool:
    return isinstance(expr, Constant) and isinstance(expr.value, str)


def operator_call(walk: Walk, node: ast.BinOp, method: str, use: Use, left: Expr | None = None) -> Expr:
    if left is None:
        left = walk.expr(node.left, use)
    number = len(walk.calls)
    walk.calls.append(None)
    walk.mention(method, CALLEE, number)
    kept = walk.mention_kind, walk.mention_index
    walk.mention_kind, walk.mention_index = ARGUMENT, number
    right = walk.expr(node.right, Use("argument", call=number))
    walk.mention_kind, walk.mention_index = kept
    line, column = walk.position(node.lineno, node.col_offset)
    end_line, end_column = walk.position(node.end_lineno or node.lineno, node.end_col_offset or 0)
    callee: Expr = Attribute(left, method)
    if isinstance(left, Name):
        callee = Name(f"{left.path}.{method}")
    walk.calls[number] = Call(
        callee, method, (right,), (), walk.function, walk.owner, walk.loop, False, walk.in_try, walk.main_guard,
        use, line, column, end_line, end_column,
    )  # fmt: skip
    return Operation(method, left, right)


def subscript(walk: Walk, node: ast.Subscript, use: Use) -> Expr:
    base = walk.expr(node.value, use)
    if isinstance(node.slice, ast.Slice):
        walk.other_expression(node.slice)
        start, stop = _bound(node.slice.lower), _bound(node.slice.upper)
        # Any other slice has the first item in the first place, or cannot be told from the whole.
        return Subscript(base, Range(start, stop)) if start else base
    return Subscript(base, walk.expr(node.slice, NOWHERE))


def _bound(node: ast.expr | None) -> int | None:
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, int) else None


def named_expr(walk: Walk, node: ast.NamedExpr, use: Use) -> Expr:
    value = assigned_value(walk, node.value, [node.target])
    bind(walk, node.target, value, None, node.lineno)
    return value


def yield_(walk: Walk, node: ast.Yield | ast.YieldFrom, use: Use) -> Expr:
    walk.is_generator = True
    if node.value is not None:
        kept = walk.mention_kind, walk.mention_index
        walk.mention_kind, walk.mention_index = RETURNED, walk.function
        value = walk.expr(node.value, Use("yielded"))
        walk.yields.append(Element(value) if isinstance(node, ast.YieldFrom) else value)
        walk.mention_kind, walk.mention_index = kept
    return Unknown()


EXPRESSIONS: dict[type[ast.AST], ExpressionHandler] = {
    ast.Name: name,
    ast.Attribute: attribute,
    ast.Call: call,
    ast.Constant: constant,
    ast.BoolOp: bool_op,
    ast.IfExp: if_exp,
    ast.Await: await_,
    ast.List: collection,
    ast.Tuple: collection,
    ast.Set: collection,
    ast.Dict: dictionary,
    ast.ListComp: comprehension,
    ast.SetComp: comprehension,
    ast.GeneratorExp: comprehension,
    ast.DictComp: dict_comprehension,
    ast.Lambda: lambda_,
    ast.Starred: starred,
    ast.JoinedStr: joined_str,
    ast.BinOp: bin_op,
    ast.Subscript: subscript,
    ast.NamedExpr: named_expr,
    ast.Yield: yield_,
    ast.YieldFrom: yield_,
}
if hasattr(ast, "TemplateStr"):  # Python 3.14 and newer
    EXPRESSIONS[ast.TemplateStr] = joined_str
