"""What is bound to a name, and what is put into what a name stands for."""

from __future__ import annotations

import ast

from tierlint.indexing.mentions import BOUND
from tierlint.indexing.names import dotted, tails, target_names
from tierlint.indexing.walk import NOWHERE, Walk
from tierlint.model import (
    Binding,
    CallResult,
    Collected,
    Constant,
    Dictionary,
    Element,
    Expr,
    Name,
    Sequence,
    Spread,
    Subscript,
    Use,
)

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
            perhaps = walk.branches > 0
            walk.bindings.append(Binding(walk.function, walk.owner, path, value, annotation, line, perhaps=perhaps))
            walk.write(path)
        else:
            walk.expr(target.value, NOWHERE)  # type: ignore[attr-defined]
    elif kind in (ast.Tuple, ast.List):
        for part, item in unpacked(target.elts, value):  # type: ignore[attr-defined]
            walk.mention_tails(item, BOUND, len(walk.bindings))
            bind(walk, part, item, None, line)
    elif isinstance(target, ast.Subscript):
        path = dotted(target.value)
        key = target.slice
        at = walk.expr(key, NOWHERE)
        if path is None:
            store(walk, walk.expr(target.value, NOWHERE), Dictionary((at,), (value,)), line)
            return
        literal = key.value if isinstance(key, ast.Constant) and isinstance(key.value, str) else None
        stored = Binding(walk.function, walk.owner, path + "[]", value, None, line, literal, slots=slots(at))
        walk.bindings.append(stored)
        walk.read(path)
        walk.write(path)


def unpacked(parts: list[ast.expr], value: Expr) -> list[tuple[ast.expr, Expr]]:
    """What each part of a tuple target gets: `first, *rest, last = value`."""
    star = next((place for place, part in enumerate(parts) if isinstance(part, ast.Starred)), len(parts))
    after = len(parts) - star - 1  # how many stand behind the star, counted from the end of the value
    known = value.items if isinstance(value, Sequence) else ()
    if len(known) < len(parts) - (after >= 0) or any(isinstance(item, Spread) for item in known):
        known = ()  # what is where is not to be seen
    found: list[tuple[ast.expr, Expr]] = []
    for place, part in enumerate(parts):
        if isinstance(part, ast.Starred):
            rest = Sequence(known[place : len(known) - after]) if known else Collected(Element(value))
            found.append((part.value, rest))
        elif place < star:
            found.append((part, known[place] if known else Element(value, place)))
        else:
            found.append((part, known[place - len(parts)] if known else Element(value)))
    return found


def store(walk: Walk, container: Expr, content: Expr, line: int) -> None:
    """Something is put into an item of a container: `d["a"]["b"] = x` puts `{"b": x}` into `d` at "a"."""
    named: tuple[str, ...] = ()
    while isinstance(container, Subscript):
        base, key = container.base, container.key
        named = (*named, *slots(key))
        if isinstance(base, Name):
            literal = key.value if isinstance(key, Constant) and isinstance(key.value, str) else None
            walk.mention_tails(content, BOUND, len(walk.bindings))
            stored = Binding(walk.function, walk.owner, base.path + "[]", content, None, line, literal, slots=named)
            walk.bindings.append(stored)
            walk.read(base.path)
            walk.write(base.path)
        container, content = base, Dictionary((key,), (content,))


def slots(key: Expr) -> tuple[str, ...]:
    """The names that say which item is meant: `x[i]`, `frame.loc[i, "text"]`."""
    parts = key.items if isinstance(key, Sequence) else (key,)
    return tuple(part.path for part in parts if isinstance(part, Name))


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


def mutation_inside(walk: Walk, container: Expr, tail: str, arguments: tuple[Expr, ...], line: int) -> None:
    """`d["a"].append(x)` puts `[x]` into `d` at "a", and so does `d.setdefault("a", []).append(x)`."""
    place = _STORES_ITEM.get(tail)
    if place is None or place >= len(arguments):
        return
    if isinstance(container, CallResult):
        made = walk.calls[container.call]
        if made is None or made.name != "setdefault" or not made.arguments or not isinstance(made.callee, Name):
            return
        container = Subscript(Name(made.callee.path.removesuffix(".setdefault")), made.arguments[0])
    value = arguments[place]
    store(walk, container, Collected(Element(value)) if tail == "extend" else Sequence((value,)), line)


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
