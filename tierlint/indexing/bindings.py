"""What is bound to a name, and what is put into what a name stands for."""

from __future__ import annotations

import ast

from tierlint.indexing.mentions import BOUND
from tierlint.indexing.names import dotted, tails, target_names
from tierlint.indexing.walk import NOWHERE, Walk
from tierlint.model import Binding, Constant, Dictionary, Element, Expr, Sequence, Use

MUTATORS = frozenset(
    {"append", "extend", "insert", "add", "update", "setdefault", "appendleft", "push", "put", "put_nowait"}
)
_STORES_ITEM = {"append": 0, "add": 0, "appendleft": 0, "put": 0, "put_nowait": 0, "insert": 1, "extend": 0}


def bind(walk: Walk, target: ast.expr, value: Expr, annotation: Expr | None, line: int) -> None:
    kind = type(target)
    if kind is ast.Name:
        name = target.id  # type: ignore[attr-defined]
        home = walk.homes.get(name)
        walk.bindings.append(Binding(walk.function, walk.owner, name, value, annotation, line, home=home))
        walk.write(name)
    elif kind is ast.Attribute:
        path = dotted(target)
        if path is not None:
            walk.bindings.append(Binding(walk.function, walk.owner, path, value, annotation, line))
            walk.write(path)
        else:
            walk.expr(target.value, NOWHERE)  # type: ignore[attr-defined]
    elif kind in (ast.Tuple, ast.List):
        for place, part in enumerate(target.elts):  # type: ignore[attr-defined]
            item: Expr = Element(value, place)
            if isinstance(part, ast.Starred):
                part, item = part.value, value
            if isinstance(value, Sequence) and place < len(value.items):
                item = value.items[place]
            bind(walk, part, item, None, line)
    elif isinstance(target, ast.Subscript):
        path = dotted(target.value)
        key = target.slice
        walk.expr(key, NOWHERE)
        if path is None:
            walk.expr(target.value, NOWHERE)
            return
        literal = key.value if isinstance(key, ast.Constant) and isinstance(key.value, str) else None
        walk.bindings.append(Binding(walk.function, walk.owner, path + "[]", value, None, line, literal))
        walk.read(path)
        walk.write(path)


def assigned_value(walk: Walk, node: ast.expr, targets: list[ast.expr]) -> Expr:
    names = tuple(name for target in targets for name in target_names(target))
    kept = walk.mention_kind, walk.mention_index
    walk.mention_kind, walk.mention_index = BOUND, len(walk.bindings)
    # A value with calls inside may record bindings of its own (`:=`, `append`): the index must be ours.
    placeholder = len(walk.bindings)
    value = walk.expr(node, Use("assigned", names))
    walk.mention_kind, walk.mention_index = kept
    if len(walk.bindings) != placeholder:
        # Rare: repeat the mention for the binding that really comes next.
        for name in tails(value):
            walk.mention(name, BOUND, len(walk.bindings))
    return value


def mutation(
    walk: Walk,
    path: str,
    tail: str,
    arguments: tuple[Expr, ...],
    keywords: tuple[tuple[str | None, Expr], ...],
    line: int,
) -> None:
    target = path[: -len(tail) - 1]
    walk.read(target)
    walk.write(target)
    place = _STORES_ITEM.get(tail)
    if place is not None and place < len(arguments):
        value = arguments[place]
        for name in tails(value):
            walk.mention(name, BOUND, len(walk.bindings))
        item = Element(value) if tail == "extend" else value
        walk.bindings.append(Binding(walk.function, walk.owner, target + "[]", item, None, line))
    if tail in ("update", "setdefault"):
        entries: list[tuple[object, Expr]] = [*keywords]
        if tail == "setdefault" and len(arguments) == 2 and isinstance(arguments[0], Constant):
            entries = [(arguments[0].value, arguments[1])]
        for given in arguments:
            if isinstance(given, Dictionary):
                pairs = zip(given.keys, given.values, strict=True)
                entries += [(k.value, v) for k, v in pairs if isinstance(k, Constant)]
        for key, value in entries:
            if isinstance(key, str):
                walk.mention_tails(value, BOUND, len(walk.bindings))
                walk.bindings.append(Binding(walk.function, walk.owner, target + "[]", value, None, line, key))
