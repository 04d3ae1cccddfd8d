"""The patterns of `match` statements as nodes of `ast`."""

from __future__ import annotations

import ast

import libcst as cst

from tierlint.conversion.expressions import SINGLETONS, expression, identifier
from tierlint.conversion.spans import Spans, Unconvertible


def pattern(at: Spans, node: cst.MatchPattern | cst.MatchSequenceElement | cst.MatchStar) -> ast.pattern:
    match node:
        case cst.MatchSequenceElement():
            return pattern(at, node.value)
        case cst.MatchStar():
            star = at.first[node]
            return ast.MatchStar(name=captured(node.name), **at.tokens(star, star + 1))
        case cst.MatchValue():
            return ast.MatchValue(value=expression(at, node.value), **at.bare(node.value))
        case cst.MatchSingleton():
            return ast.MatchSingleton(value=SINGLETONS[node.value.value], **at.bare(node.value))
        case cst.MatchList():
            return ast.MatchSequence(patterns=[pattern(at, each) for each in node.patterns], **at.bare(node))
        case cst.MatchTuple():
            members = [pattern(at, each) for each in node.patterns]
            return ast.MatchSequence(patterns=members, **at.enclosed(node))
        case cst.MatchMapping():
            return ast.MatchMapping(
                keys=[expression(at, each.key) for each in node.elements],
                patterns=[pattern(at, each.pattern) for each in node.elements],
                rest=captured(node.rest),
                **at.bare(node),
            )
        case cst.MatchClass():
            return ast.MatchClass(
                cls=expression(at, node.cls),
                patterns=[pattern(at, each) for each in node.patterns],
                kwd_attrs=[identifier(each.key) for each in node.kwds],
                kwd_patterns=[pattern(at, each.pattern) for each in node.kwds],
                **at.bare(node),
            )
        case cst.MatchAs():
            inner = None if node.pattern is None else pattern(at, node.pattern)
            return ast.MatchAs(pattern=inner, name=captured(node.name), **at.bare(node))
        case cst.MatchOr():
            choices = [pattern(at, each.pattern) for each in node.patterns]
            return ast.MatchOr(patterns=choices, **at.bare(node))
        case _:
            raise Unconvertible(type(node).__name__)


def captured(name: cst.Name | None) -> str | None:
    return None if name is None else identifier(name)
