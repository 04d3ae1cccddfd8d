"""Statements of a LibCST tree as nodes of `ast`."""

from __future__ import annotations

import ast
import sys
from collections.abc import Sequence
from typing import Any

import libcst as cst

from tierlint.conversion.expressions import (
    DEL,
    STORE,
    arguments,
    elements,
    expression,
    identifier,
    optional,
    parameters,
)
from tierlint.conversion.patterns import pattern
from tierlint.conversion.spans import Range, Spans, Unconvertible
from tierlint.conversion.type_parameters import type_alias

if sys.version_info >= (3, 12):
    from tierlint.conversion.type_parameters import type_parameters

# Where groups of exceptions are newer than the interpreter, the plain statement stands for theirs.
if sys.version_info >= (3, 11):
    TryStar = ast.TryStar
else:
    TryStar = ast.Try

AUGMENTED_OPERATORS: dict[type[cst.BaseAugOp], type[ast.operator]] = {
    cst.AddAssign: ast.Add,
    cst.SubtractAssign: ast.Sub,
    cst.MultiplyAssign: ast.Mult,
    cst.MatrixMultiplyAssign: ast.MatMult,
    cst.DivideAssign: ast.Div,
    cst.FloorDivideAssign: ast.FloorDiv,
    cst.ModuloAssign: ast.Mod,
    cst.PowerAssign: ast.Pow,
    cst.LeftShiftAssign: ast.LShift,
    cst.RightShiftAssign: ast.RShift,
    cst.BitAndAssign: ast.BitAnd,
    cst.BitOrAssign: ast.BitOr,
    cst.BitXorAssign: ast.BitXor,
}


def statements(at: Spans, nodes: Sequence[cst.CSTNode]) -> list[ast.stmt]:
    found: list[ast.stmt] = []
    for node in nodes:
        if isinstance(node, cst.SimpleStatementLine):
            found += [simple(at, each) for each in node.body]
        elif isinstance(node, cst.BaseSmallStatement):
            found.append(simple(at, node))
        else:
            found.append(compound(at, node))
    return found


def block(at: Spans, node: cst.BaseSuite | cst.Else | cst.Finally | None) -> list[ast.stmt]:
    if isinstance(node, cst.Else | cst.Finally):
        node = node.body
    return [] if node is None else statements(at, node.body)


# --- Simple statements -----------------------------------------------------------------------------


def simple(at: Spans, node: cst.BaseSmallStatement) -> ast.stmt:
    where = at.tokens(at.first[node], at.last[node] - int(isinstance(node.semicolon, cst.Semicolon)))
    match node:
        case cst.Expr():
            return ast.Expr(value=expression(at, node.value), **where)
        case cst.Assign():
            targets = [expression(at, each.target, STORE) for each in node.targets]
            return ast.Assign(targets=targets, value=expression(at, node.value), **where)
        case cst.AnnAssign():
            target = single_target(at, node.target)
            return ast.AnnAssign(
                target=target,
                annotation=expression(at, node.annotation.annotation),
                value=optional(at, node.value),
                simple=int(isinstance(target, ast.Name) and not node.target.lpar),
                **where,
            )
        case cst.AugAssign():
            target = single_target(at, node.target)
            operator = AUGMENTED_OPERATORS[type(node.operator)]()
            return ast.AugAssign(target=target, op=operator, value=expression(at, node.value), **where)
        case cst.Return():
            return ast.Return(value=optional(at, node.value), **where)
        case cst.Import() | cst.LazyImport():
            return ast.Import(names=[alias(at, each) for each in node.names], **where)
        case cst.ImportFrom() | cst.LazyImportFrom():
            return import_from(at, node, where)
        case cst.Raise():
            cause = None if node.cause is None else expression(at, node.cause.item)
            return ast.Raise(exc=optional(at, node.exc), cause=cause, **where)
        case cst.Assert():
            return ast.Assert(test=expression(at, node.test), msg=optional(at, node.msg), **where)
        case cst.Del():
            if isinstance(node.target, cst.Tuple) and not node.target.lpar:
                return ast.Delete(targets=elements(at, node.target.elements, DEL), **where)
            return ast.Delete(targets=[expression(at, node.target, DEL)], **where)
        case cst.Global():
            return ast.Global(names=[identifier(each.name) for each in node.names], **where)
        case cst.Nonlocal():
            return ast.Nonlocal(names=[identifier(each.name) for each in node.names], **where)
        case cst.Pass():
            return ast.Pass(**where)
        case cst.Break():
            return ast.Break(**where)
        case cst.Continue():
            return ast.Continue(**where)
        case cst.TypeAlias():
            return type_alias(at, node, where)
        case _:
            raise Unconvertible(type(node).__name__)


def single_target(at: Spans, node: cst.BaseExpression) -> ast.Name | ast.Attribute | ast.Subscript:
    target = expression(at, node, STORE)
    if not isinstance(target, ast.Name | ast.Attribute | ast.Subscript):
        raise Unconvertible("assignment to something else than one target")
    return target


def alias(at: Spans, node: cst.ImportAlias) -> ast.alias:
    bound = node.asname.name if node.asname is not None else None
    name = identifier(bound) if isinstance(bound, cst.Name) else None
    return ast.alias(name=dotted(node.name), asname=name, **at.across(node, bound or node.name))


def dotted(node: cst.BaseExpression) -> str:
    parts: list[str] = []
    while isinstance(node, cst.Attribute):
        parts.append(identifier(node.attr))
        node = node.value
    if not isinstance(node, cst.Name):
        raise Unconvertible(type(node).__name__)
    return ".".join([identifier(node), *reversed(parts)])


def import_from(at: Spans, node: cst.ImportFrom | cst.LazyImportFrom, where: Range) -> ast.ImportFrom:
    if isinstance(node.names, cst.ImportStar):
        names = [ast.alias(name="*", asname=None, **at.whole(node.names))]
    else:
        names = [alias(at, each) for each in node.names]
    module = None if node.module is None else dotted(node.module)
    return ast.ImportFrom(module=module, names=names, level=len(node.relative), **where)


# --- Compound statements ---------------------------------------------------------------------------


def compound(at: Spans, node: cst.CSTNode) -> ast.stmt:
    match node:
        case cst.If():
            return branch(at, node)
        case cst.For():
            loop = ast.For if node.asynchronous is None else ast.AsyncFor
            return loop(
                target=expression(at, node.target, STORE),
                iter=expression(at, node.iter),
                body=block(at, node.body),
                orelse=block(at, node.orelse),
                **at.whole(node),
            )
        case cst.While():
            body, orelse = block(at, node.body), block(at, node.orelse)
            return ast.While(test=expression(at, node.test), body=body, orelse=orelse, **at.whole(node))
        case cst.With():
            items = [with_item(at, item) for item in node.items]
            with_block = ast.With if node.asynchronous is None else ast.AsyncWith
            return with_block(items=items, body=block(at, node.body), **at.whole(node))
        case cst.Try():
            return ast.Try(
                body=block(at, node.body),
                handlers=[handler(at, each) for each in node.handlers],
                orelse=block(at, node.orelse),
                finalbody=block(at, node.finalbody),
                **at.whole(node),
            )
        case cst.TryStar():
            return TryStar(
                body=block(at, node.body),
                handlers=[handler(at, each) for each in node.handlers],
                orelse=block(at, node.orelse),
                finalbody=block(at, node.finalbody),
                **at.whole(node),
            )
        case cst.FunctionDef():
            return function(at, node)
        case cst.ClassDef():
            return class_definition(at, node)
        case cst.Match():
            cases = [
                ast.match_case(
                    pattern=pattern(at, each.pattern),
                    guard=optional(at, each.guard),
                    body=block(at, each.body),
                )
                for each in node.cases
            ]
            return ast.Match(subject=expression(at, node.subject), cases=cases, **at.whole(node))
        case _:
            raise Unconvertible(type(node).__name__)


def branch(at: Spans, node: cst.If) -> ast.If:
    orelse = [branch(at, node.orelse)] if isinstance(node.orelse, cst.If) else block(at, node.orelse)
    test, body = expression(at, node.test), block(at, node.body)
    return ast.If(test=test, body=body, orelse=[*orelse], **at.whole(node))


def with_item(at: Spans, node: cst.WithItem) -> ast.withitem:
    bound = None if node.asname is None else expression(at, node.asname.name, STORE)
    return ast.withitem(context_expr=expression(at, node.item), optional_vars=bound)


def handler(at: Spans, node: cst.ExceptHandler | cst.ExceptStarHandler) -> ast.ExceptHandler:
    bound = None if node.name is None else node.name.name
    return ast.ExceptHandler(
        type=optional(at, node.type),
        name=identifier(bound) if isinstance(bound, cst.Name) else None,
        body=block(at, node.body),
        **at.whole(node),
    )


def below_decorators(at: Spans, node: cst.FunctionDef | cst.ClassDef) -> Range:
    first = at.last[node.decorators[-1]] + 1 if node.decorators else at.first[node]
    return at.tokens(first, at.last[node])


def function(at: Spans, node: cst.FunctionDef) -> ast.stmt:
    definition: Any = ast.FunctionDef if node.asynchronous is None else ast.AsyncFunctionDef
    converted: ast.FunctionDef = definition(
        name=identifier(node.name),
        args=parameters(at, node.params),
        body=block(at, node.body),
        decorator_list=[expression(at, each.decorator) for each in node.decorators],
        returns=None if node.returns is None else expression(at, node.returns.annotation),
        **below_decorators(at, node),
    )
    if sys.version_info >= (3, 12):
        converted.type_params = type_parameters(at, node.type_parameters)
    return converted


def class_definition(at: Spans, node: cst.ClassDef) -> ast.ClassDef:
    bases, keywords = arguments(at, [*node.bases, *node.keywords])
    definition: Any = ast.ClassDef
    converted: ast.ClassDef = definition(
        name=identifier(node.name),
        bases=bases,
        keywords=keywords,
        body=block(at, node.body),
        decorator_list=[expression(at, each.decorator) for each in node.decorators],
        **below_decorators(at, node),
    )
    if sys.version_info >= (3, 12):
        converted.type_params = type_parameters(at, node.type_parameters)
    return converted
