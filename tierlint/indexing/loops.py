"""Loops, and the names that carry something from one round to the next."""

from __future__ import annotations

import ast

from tierlint.indexing.bindings import bind
from tierlint.indexing.mentions import BOUND
from tierlint.indexing.names import dotted, target_names
from tierlint.indexing.walk import NOWHERE, Walk
from tierlint.model import Element, Expr, Loop, Use


def open_loop(
    walk: Walk, kind: str, iterable: Expr | None, targets: tuple[str, ...], endless: bool, lines: tuple[int, int]
) -> int:
    number = len(walk.loops)
    walk.loops.append(Loop(walk.function, walk.loop, kind, iterable, targets, (), False, endless, *lines))
    walk.loop = number
    walk.events.append(({}, set()))
    walk.exits.append(False)
    return number


def close_loop(walk: Walk, number: int) -> None:
    first_write, written = walk.events.pop()
    exits = walk.exits.pop()
    loop = walk.loops[number]
    assert loop is not None
    carried = tuple(sorted(name for name in written if not first_write[name]))
    walk.loops[number] = Loop(
        loop.function,
        loop.parent,
        loop.kind,
        loop.iterable,
        loop.targets,
        carried,
        exits,
        loop.endless,
        loop.line,
        loop.end,
    )
    walk.loop = loop.parent


def for_(walk: Walk, node: ast.For | ast.AsyncFor) -> None:
    iterable = walk.expr(node.iter, Use("iterated", call=len(walk.loops)))
    targets = tuple(target_names(node.target))
    kind = "async" if isinstance(node, ast.AsyncFor) else "for"
    number = open_loop(walk, kind, iterable, targets, False, (node.lineno, node.end_lineno or node.lineno))
    kept = walk.in_try, walk.counting
    walk.in_try = False
    walk.counting = isinstance(node.iter, ast.Call) and dotted(node.iter.func) == "range"
    walk.mention_tails(iterable, BOUND, len(walk.bindings))
    bind(walk, node.target, Element(iterable), None, node.lineno)
    walk.body(node.body)
    walk.in_try, walk.counting = kept
    close_loop(walk, number)
    walk.body(node.orelse)


def while_(walk: Walk, node: ast.While) -> None:
    endless = isinstance(node.test, ast.Constant) and bool(node.test.value)
    number = open_loop(walk, "while", None, (), endless, (node.lineno, node.end_lineno or node.lineno))
    walk.expr(node.test, NOWHERE)
    kept = walk.in_try, walk.counting
    walk.in_try, walk.counting = False, True
    walk.body(node.body)
    walk.in_try, walk.counting = kept
    close_loop(walk, number)
    walk.body(node.orelse)


def generators(walk: Walk, generators: list[ast.comprehension]) -> list[int]:
    opened = []
    for generator in generators:
        iterable = walk.expr(generator.iter, Use("iterated", call=len(walk.loops)))
        targets = tuple(target_names(generator.target))
        line = generator.target.lineno
        end = max(part.end_lineno or line for part in (generator.iter, *generator.ifs))
        opened.append(open_loop(walk, "comprehension", iterable, targets, False, (line, end)))
        walk.mention_tails(iterable, BOUND, len(walk.bindings))
        bind(walk, generator.target, Element(iterable), None, line)
        for condition in generator.ifs:
            walk.expr(condition, NOWHERE)
    return opened
