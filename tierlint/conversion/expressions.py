"""Expressions, parameters and arguments of a LibCST tree as nodes of `ast`."""

from __future__ import annotations

import ast
import unicodedata
from collections.abc import Sequence

import libcst as cst

from tierlint.conversion.spans import Range, Spans, Unconvertible
from tierlint.conversion.strings import StringPart, literal_value, merged, text_value, written

LOAD = ast.Load()
STORE = ast.Store()
DEL = ast.Del()

SINGLETONS = {"True": True, "False": False, "None": None}

COMPARISONS: dict[type[cst.BaseCompOp], type[ast.cmpop]] = {
    cst.Equal: ast.Eq,
    cst.NotEqual: ast.NotEq,
    cst.LessThan: ast.Lt,
    cst.LessThanEqual: ast.LtE,
    cst.GreaterThan: ast.Gt,
    cst.GreaterThanEqual: ast.GtE,
    cst.In: ast.In,
    cst.NotIn: ast.NotIn,
    cst.Is: ast.Is,
    cst.IsNot: ast.IsNot,
}
UNARY_OPERATORS: dict[type[cst.BaseUnaryOp], type[ast.unaryop]] = {
    cst.Plus: ast.UAdd,
    cst.Minus: ast.USub,
    cst.BitInvert: ast.Invert,
    cst.Not: ast.Not,
}
BINARY_OPERATORS: dict[type[cst.BaseBinaryOp], type[ast.operator]] = {
    cst.Add: ast.Add,
    cst.Subtract: ast.Sub,
    cst.Multiply: ast.Mult,
    cst.MatrixMultiply: ast.MatMult,
    cst.Divide: ast.Div,
    cst.FloorDivide: ast.FloorDiv,
    cst.Modulo: ast.Mod,
    cst.Power: ast.Pow,
    cst.LeftShift: ast.LShift,
    cst.RightShift: ast.RShift,
    cst.BitAnd: ast.BitAnd,
    cst.BitOr: ast.BitOr,
    cst.BitXor: ast.BitXor,
}


def identifier(name: cst.Name) -> str:
    """Python compares names in their normal form."""
    return name.value if name.value.isascii() else unicodedata.normalize("NFKC", name.value)


def optional(at: Spans, node: cst.BaseExpression | None) -> ast.expr | None:
    return None if node is None else expression(at, node)


def expression(at: Spans, node: cst.CSTNode, context: ast.expr_context = LOAD) -> ast.expr:
    match node:
        case cst.Name():
            if node.value in SINGLETONS:
                return ast.Constant(value=SINGLETONS[node.value], **at.bare(node))
            return ast.Name(id=identifier(node), ctx=context, **at.bare(node))
        case cst.Attribute():
            value = expression(at, node.value)
            return ast.Attribute(value=value, attr=identifier(node.attr), ctx=context, **at.bare(node))
        case cst.Call():
            return call(at, node)
        case cst.SimpleString():
            value_of = literal_value(node.value)
            kind = "u" if node.value[0] == "u" else None
            return ast.Constant(value=value_of, kind=kind, **at.bare(node))
        case cst.FormattedString() | cst.TemplatedString() | cst.ConcatenatedString():
            return string(at, node)
        case cst.Integer() | cst.Float() | cst.Imaginary():
            return ast.Constant(value=literal_value(node.value), **at.bare(node))
        case cst.Subscript():
            value, index = expression(at, node.value), subscript(at, node.slice)
            return ast.Subscript(value=value, slice=index, ctx=context, **at.bare(node))
        case cst.Tuple():
            return ast.Tuple(elts=elements(at, node.elements, context), ctx=context, **at.enclosed(node))
        case cst.List():
            return ast.List(elts=elements(at, node.elements, context), ctx=context, **at.bare(node))
        case cst.Set():
            return ast.Set(elts=elements(at, node.elements, context), **at.bare(node))
        case cst.StarredElement():
            start = at.first[node] + len(node.lpar)
            return starred(at, start, node.value, context)
        case cst.Dict():
            return dictionary(at, node)
        case cst.BinaryOperation():
            left, right = expression(at, node.left), expression(at, node.right)
            operator = BINARY_OPERATORS[type(node.operator)]()
            return ast.BinOp(left=left, op=operator, right=right, **at.bare(node))
        case cst.BooleanOperation():
            values = [expression(at, operand) for operand in operands(node)]
            both = ast.And() if isinstance(node.operator, cst.And) else ast.Or()
            return ast.BoolOp(op=both, values=values, **at.bare(node))
        case cst.UnaryOperation():
            sign = UNARY_OPERATORS[type(node.operator)]()
            return ast.UnaryOp(op=sign, operand=expression(at, node.expression), **at.bare(node))
        case cst.Comparison():
            return ast.Compare(
                left=expression(at, node.left),
                ops=[COMPARISONS[type(each.operator)]() for each in node.comparisons],
                comparators=[expression(at, each.comparator) for each in node.comparisons],
                **at.bare(node),
            )
        case cst.Await():
            return ast.Await(value=expression(at, node.expression), **at.bare(node))
        case cst.Lambda():
            body = expression(at, node.body)
            return ast.Lambda(args=parameters(at, node.params), body=body, **at.bare(node))
        case cst.IfExp():
            test, then = expression(at, node.test), expression(at, node.body)
            return ast.IfExp(test=test, body=then, orelse=expression(at, node.orelse), **at.bare(node))
        case cst.NamedExpr():
            target = expression(at, node.target, STORE)
            if not isinstance(target, ast.Name):
                raise Unconvertible("assignment to something else than a name")
            return ast.NamedExpr(target=target, value=expression(at, node.value), **at.bare(node))
        case cst.Yield():
            if isinstance(node.value, cst.From):
                return ast.YieldFrom(value=expression(at, node.value.item), **at.bare(node))
            return ast.Yield(value=optional(at, node.value), **at.bare(node))
        case cst.Ellipsis():
            return ast.Constant(value=..., **at.bare(node))
        case _:
            return comprehension(at, node)


def comprehension(at: Spans, node: cst.CSTNode) -> ast.expr:
    match node:
        case cst.GeneratorExp():
            element = expression(at, node.elt)
            return ast.GeneratorExp(elt=element, generators=generators(at, node.for_in), **at.enclosed(node))
        case cst.ListComp():
            element = expression(at, node.elt)
            return ast.ListComp(elt=element, generators=generators(at, node.for_in), **at.bare(node))
        case cst.SetComp():
            element = expression(at, node.elt)
            return ast.SetComp(elt=element, generators=generators(at, node.for_in), **at.bare(node))
        case cst.DictComp():
            key, value = expression(at, node.key), expression(at, node.value)
            return ast.DictComp(key=key, value=value, generators=generators(at, node.for_in), **at.bare(node))
        case cst.StarredDictComp():
            # `{**a for a in b}` merges what a dictionary without keys holds.
            value = expression(at, node.value)
            key = ast.Constant(value=None, **at.whole(node.value))
            return ast.DictComp(key=key, value=value, generators=generators(at, node.for_in), **at.bare(node))
        case _:
            raise Unconvertible(type(node).__name__)


def generators(at: Spans, clause: cst.CompFor) -> list[ast.comprehension]:
    found = []
    following: cst.CompFor | None = clause
    while following is not None:
        found.append(
            ast.comprehension(
                target=expression(at, following.target, STORE),
                iter=expression(at, following.iter),
                ifs=[expression(at, condition.test) for condition in following.ifs],
                is_async=int(following.asynchronous is not None),
            )
        )
        following = following.inner_for_in
    return found


def operands(node: cst.BooleanOperation) -> list[cst.BaseExpression]:
    """`a and b and c` is one operation to `ast`, and one in another to LibCST."""
    found: list[cst.BaseExpression] = []
    pending: list[cst.BaseExpression] = [node.right, node.left]
    while pending:
        operand = pending.pop()
        if (
            isinstance(operand, cst.BooleanOperation)
            and type(operand.operator) is type(node.operator)
            and not operand.lpar
        ):
            pending += [operand.right, operand.left]
        else:
            found.append(operand)
    return found


# --- Displays and subscripts -----------------------------------------------------------------------


def starred(at: Spans, start: int, value: cst.BaseExpression, context: ast.expr_context = LOAD) -> ast.Starred:
    return ast.Starred(value=expression(at, value, context), ctx=context, **at.tokens(start, at.last[value]))


def elements(at: Spans, nodes: Sequence[cst.BaseElement], context: ast.expr_context = LOAD) -> list[ast.expr]:
    return [expression(at, node.value if isinstance(node, cst.Element) else node, context) for node in nodes]


def dictionary(at: Spans, node: cst.Dict) -> ast.Dict:
    return ast.Dict(
        keys=[expression(at, item.key) if isinstance(item, cst.DictElement) else None for item in node.elements],
        values=[expression(at, item.value) for item in node.elements],
        **at.bare(node),
    )


def subscript(at: Spans, items: Sequence[cst.SubscriptElement]) -> ast.expr:
    indices = [index(at, item.slice) for item in items]
    if len(items) == 1 and not isinstance(items[0].comma, cst.Comma) and not isinstance(indices[0], ast.Starred):
        return indices[0]
    return ast.Tuple(elts=indices, ctx=LOAD, **at.across(items[0], items[-1]))


def index(at: Spans, node: cst.BaseSlice) -> ast.expr:
    if isinstance(node, cst.Index):
        return expression(at, node.value) if node.star is None else starred(at, at.first[node], node.value)
    if not isinstance(node, cst.Slice):
        raise Unconvertible(type(node).__name__)
    lower, upper, step = (optional(at, bound) for bound in (node.lower, node.upper, node.step))
    return ast.Slice(lower=lower, upper=upper, step=step, **at.whole(node))


# --- Arguments and parameters ----------------------------------------------------------------------


def call(at: Spans, node: cst.Call) -> ast.Call:
    positional, keywords = arguments(at, node.args)
    argument = node.args[0].value if len(node.args) == 1 else None
    if isinstance(argument, cst.GeneratorExp) and not argument.lpar and isinstance(positional[0], ast.GeneratorExp):
        # The call's own parentheses are those of a generator that is its only argument.
        enclosed = at.tokens(at.last[node.func] + 1, at.last[node] - len(node.rpar))
        positional = [ast.GeneratorExp(elt=positional[0].elt, generators=positional[0].generators, **enclosed)]
    return ast.Call(func=expression(at, node.func), args=positional, keywords=keywords, **at.bare(node))


def arguments(at: Spans, nodes: Sequence[cst.Arg]) -> tuple[list[ast.expr], list[ast.keyword]]:
    positional: list[ast.expr] = []
    keywords: list[ast.keyword] = []
    for node in nodes:
        if node.star == "*":
            positional.append(starred(at, at.first[node], node.value))
        elif node.star == "**" or node.keyword is not None:
            name = None if node.keyword is None else identifier(node.keyword)
            value = expression(at, node.value)
            keywords.append(ast.keyword(arg=name, value=value, **at.across(node, node.value)))
        else:
            positional.append(expression(at, node.value))
    return positional, keywords


def parameters(at: Spans, node: cst.Parameters) -> ast.arguments:
    plain = [*node.posonly_params, *node.params]
    star = node.star_arg
    return ast.arguments(
        posonlyargs=[parameter(at, each) for each in node.posonly_params],
        args=[parameter(at, each) for each in node.params],
        vararg=parameter(at, star) if isinstance(star, cst.Param) else None,
        kwonlyargs=[parameter(at, each) for each in node.kwonly_params],
        kw_defaults=[optional(at, each.default) for each in node.kwonly_params],
        kwarg=None if node.star_kwarg is None else parameter(at, node.star_kwarg),
        defaults=[expression(at, each.default) for each in plain if each.default is not None],
    )


def parameter(at: Spans, node: cst.Param) -> ast.arg:
    annotation = None if node.annotation is None else expression(at, node.annotation.annotation)
    return ast.arg(
        arg=identifier(node.name), annotation=annotation, **at.across(node.name, node.annotation or node.name)
    )


# --- Strings with expressions in them --------------------------------------------------------------


def string(at: Spans, node: cst.BaseString) -> ast.expr:
    pieces: list[cst.BaseString] = []
    pending: list[cst.BaseString] = [node]
    while pending:
        piece = pending.pop()
        if isinstance(piece, cst.ConcatenatedString):
            pending += [piece.right, piece.left]
        else:
            pieces.append(piece)
    plain = [literal_value(piece.value) for piece in pieces if isinstance(piece, cst.SimpleString)]
    first = pieces[0]
    kind = "u" if isinstance(first, cst.SimpleString) and first.value[0] == "u" else None
    if len({type(value) for value in plain}) > 1:
        raise Unconvertible("text and bytes side by side")
    if len(plain) == len(pieces):
        value = b"".join(plain) if isinstance(plain[0], bytes) else "".join(plain)
        return ast.Constant(value=value, kind=kind, **at.bare(node))
    parts: list[StringPart] = []
    for piece in pieces:
        if isinstance(piece, cst.SimpleString):
            parts.append((literal_value(piece.value), at.whole(piece)))
        elif isinstance(piece, cst.FormattedString | cst.TemplatedString):
            parts += contents(at, piece.parts, is_raw="r" in piece.prefix)
    return ast.JoinedStr(values=merged(parts, kind), **at.bare(node))


def contents(
    at: Spans,
    nodes: Sequence[cst.BaseFormattedStringContent | cst.BaseTemplatedStringContent],
    *,
    is_raw: bool,
) -> list[StringPart]:
    parts: list[StringPart] = []
    for node in nodes:
        if isinstance(node, cst.FormattedStringText | cst.TemplatedStringText):
            if node.value:
                parts.append((text_value(node.value, is_raw=is_raw), at.whole(node)))
        elif isinstance(node, cst.FormattedStringExpression | cst.TemplatedStringExpression):
            if node.equal is not None:
                parts.append((source_of(node), shown(at, node, node.equal)))
            parts.append(replacement(at, node, is_raw=is_raw))
    return parts


def replacement(
    at: Spans, node: cst.FormattedStringExpression | cst.TemplatedStringExpression, *, is_raw: bool
) -> ast.FormattedValue:
    conversion = -1 if node.conversion is None else ord(node.conversion)
    if node.equal is not None and node.conversion is None and node.format_spec is None:
        conversion = ord("r")
    specification = None
    if node.format_spec is not None:
        values = merged(contents(at, node.format_spec, is_raw=is_raw), None)
        # The format starts at its colon, which comes before its first part, or before the closing brace.
        colon = at.first[node.format_spec[0]] - 1 if node.format_spec else at.last[node] - 1
        specification = ast.JoinedStr(values=values, **at.tokens(colon, at.last[node] - 1))
    return ast.FormattedValue(
        value=expression(at, node.expression),
        conversion=conversion,
        format_spec=specification,
        **at.whole(node),
    )


def shown(at: Spans, node: cst.CSTNode, equal: cst.AssignEqual) -> Range:
    """Where the text stands that `{name = }` shows before the value."""
    start, end = at.ends[at.first[node]], at.starts[at.last[equal] + 1]
    return Range(lineno=start[0], col_offset=start[1], end_lineno=end[0], end_col_offset=end[1])


def source_of(node: cst.FormattedStringExpression | cst.TemplatedStringExpression) -> str:
    """What `{name = }` shows before the value."""
    before, after = node.whitespace_before_expression, node.whitespace_after_expression
    return written([before, node.expression, node.equal, after])
