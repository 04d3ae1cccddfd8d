"""Type parameters and aliases, for interpreters that have nodes for them."""

from __future__ import annotations

import ast
import sys

import libcst as cst

from tierlint.conversion.expressions import STORE, expression, identifier, optional
from tierlint.conversion.spans import Range, Spans, Unconvertible

if sys.version_info >= (3, 12):

    def type_alias(at: Spans, node: cst.TypeAlias, where: Range) -> ast.stmt:
        name = expression(at, node.name, STORE)
        if not isinstance(name, ast.Name):
            raise Unconvertible("assignment to something else than a name")
        parameters = type_parameters(at, node.type_parameters)
        return ast.TypeAlias(name=name, type_params=parameters, value=expression(at, node.value), **where)

    def type_parameters(at: Spans, node: cst.TypeParameters | None) -> list[ast.type_param]:
        return [] if node is None else [type_parameter(at, each) for each in node.params]

    def type_parameter(at: Spans, node: cst.TypeParam) -> ast.type_param:
        where = at.across(node.param, node.default or node.param)
        name = identifier(node.param.name)
        converted: ast.type_param
        match node.param:
            case cst.TypeVar():
                converted = ast.TypeVar(name=name, bound=optional(at, node.param.bound), **where)
            case cst.TypeVarTuple():
                converted = ast.TypeVarTuple(name=name, **where)
            case cst.ParamSpec():
                converted = ast.ParamSpec(name=name, **where)
            case _:
                raise Unconvertible(type(node.param).__name__)
        if sys.version_info >= (3, 13):
            converted.default_value = default_value(at, node)
        return converted

    def default_value(at: Spans, node: cst.TypeParam) -> ast.expr | None:
        if node.default is None or not node.star:
            return optional(at, node.default)
        start = at.first[node.default] - 1
        return ast.Starred(
            value=expression(at, node.default), ctx=ast.Load(), **at.tokens(start, at.last[node.default])
        )

else:

    def type_alias(at: Spans, node: cst.TypeAlias, where: Range) -> ast.stmt:
        return ast.Assign(targets=[expression(at, node.name, STORE)], value=expression(at, node.value), **where)
