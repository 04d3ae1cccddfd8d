"""Loops, and the names that carry something from one round to the next."""

from __future__ import annotations

import ast

from msgspec.structs import replace

from tierlint.indexing.bindings import bind
from tierlint.indexing.budgets import counted
from tierlint.indexing.emptying import emptied
from tierlint.indexing.mentions import BOUND
from tierlint.indexing.names import dotted, target_names
from tierlint.indexing.walk import NOWHERE, Walk
from tierlint.model import CallResult, Element, Expr, Loop, Name, Use


def open_loop(
    walk: Walk, kind: str, iterable: Expr | None, targets: tuple[str, ...], endless: bool, lines: tuple[int, int]
) -> int:
    number = len(walk.loops)
    walk.loops.append(Loop(walk.function, walk.loop, kind, iterable, targets, (), False, endless, *lines))
    walk.loop = number
    walk.events.append(({}, set()))
    walk.exits.append(False)
    walk.left.append(False)
    walk.stops.append((set(), set()))
    return number


def close_loop(walk: Walk, number: int) -> None:
    first_write, written = walk.events.pop()
    exits, left = walk.exits.pop(), walk.left.pop()
    stops_on, stops_after = walk.stops.pop()
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
        loop.endless and not left,
        loop.line,
        loop.end,
        tuple(sorted(stops_on)),
        tuple(sorted(stops_after)),
    )
    walk.loop = loop.parent


def for_(walk: Walk, node: ast.For | ast.AsyncFor) -> None:
    iterable = walk.expr(node.iter, Use("iterated", call=len(walk.loops)))
    targets = tuple(target_names(node.target))
    kind = "async" if isinstance(node, ast.AsyncFor) else "for"
    number = open_loop(walk, kind, iterable, targets, False, (node.lineno, node.end_lineno or node.lineno))
    kept = walk.in_try, walk.counting, walk.enough
    walk.in_try, walk.enough = False, False
    walk.counting = isinstance(node.iter, ast.Call) and dotted(node.iter.func) == "range"
    walk.mention_tails(iterable, BOUND, len(walk.bindings))
    bind(walk, node.target, Element(iterable), None, node.lineno)
    walk.counted.append(counted(node))
    walk.body(node.body)
    walk.counted.pop()
    walk.in_try, walk.counting, walk.enough = kept
    close_loop(walk, number)
    walk.body(node.orelse)


def while_(walk: Walk, node: ast.While) -> None:
    endless = isinstance(node.test, ast.Constant) and bool(node.test.value)
    flag, first = switch(node.test), len(walk.calls)
    collection = emptied(node, _lengths(walk))
    iterable = Name(collection) if collection is not None else None
    endless = endless and collection is None
    number = open_loop(walk, "while", iterable, (), endless, (node.lineno, node.end_lineno or node.lineno))
    walk.expr(node.test, NOWHERE)
    kept = walk.in_try, walk.counting, walk.handling, walk.enough
    walk.in_try, walk.counting, walk.handling, walk.enough = False, collection is None, False, False
    walk.counted.append(counted(node))
    walk.body(node.body)
    walk.counted.pop()
    walk.in_try, walk.counting, walk.handling, walk.enough = kept
    if flag is not None and collection is None and not is_changed(walk, flag, first):
        loop = walk.loops[number]
        assert loop is not None
        walk.loops[number] = replace(loop, endless=True)
    close_loop(walk, number)
    walk.body(node.orelse)


def _lengths(walk: Walk) -> dict[str, str]:
    """The names of this function that are how many items a collection has: `total = len(rows)`."""
    bound = [b for b in walk.bindings if b.function == walk.function and b.owner == walk.owner]
    found: dict[str, set[str | None]] = {}
    for binding in bound:
        made = walk.calls[binding.value.call] if isinstance(binding.value, CallResult) else None
        of = made.arguments[0] if made is not None and made.name == "len" and made.arguments else None
        found.setdefault(binding.target, set()).add(of.path if isinstance(of, Name) else None)
    return {name: next(iter(of)) or "" for name, of in found.items() if len(of) == 1 and None not in of}


def switch(test: ast.expr) -> str | None:
    """What a loop asks whether to go on, where that may be for others to change: `self.running`, `not stop.is_set()`,
    `not state.closing`, `running`."""
    while isinstance(test, ast.UnaryOp) and isinstance(test.op, ast.Not):
        test = test.operand
    if isinstance(test, ast.Call):
        path = dotted(test.func)
        return path.rpartition(".")[0] if path is not None and path.endswith(".is_set") else None
    return dotted(test)


def is_changed(walk: Walk, path: str, first: int) -> bool:
    """The body of the innermost loop sets the switch itself, or makes it do something: a queue that it empties.

    So it does where it has anything else to do with what the switch belongs to, be it only to hand it on.
    """
    calls = [call for call in walk.calls[first:] if call is not None and call.name != "is_set"]
    owner = path if path.startswith(("self.", "cls.")) else path.partition(".")[0]
    used = any(isinstance(call.callee, Name) and call.callee.path.startswith(owner + ".") for call in calls)
    handed = owner != path or "." not in path
    given = (value for call in calls for value in (*call.arguments, *(value for _, value in call.keywords)))
    handed = handed and any(isinstance(value, Name) and value.path.partition(".")[0] == owner for value in given)
    return used or handed or not walk.events[-1][1].isdisjoint({path, owner})


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
