"""Statements: what they import, bind, return and run."""

from __future__ import annotations

import ast

from tierlint.indexing.bindings import assigned_value, bind
from tierlint.indexing.budgets import is_budget
from tierlint.indexing.definitions import async_function_def, class_def, function_def, type_hint
from tierlint.indexing.loops import for_, while_
from tierlint.indexing.mentions import BOUND, RETURNED
from tierlint.indexing.names import dotted, read_in, target_names
from tierlint.indexing.walk import DISCARDED, NOWHERE, StatementHandler, Walk
from tierlint.model import Binding, Constant, Element, Entered, Expr, Import, Name, Sequence, Template, Unknown, Use


def import_(walk: Walk, node: ast.Import) -> None:
    for alias in node.names:
        if alias.asname is None and "." in alias.name:
            # `import a.b` binds `a`; the submodule is remembered for who imports whom.
            top = alias.name.partition(".")[0]
            walk.imports.append(Import(walk.function, top, top, 0, None, node.lineno))
            walk.imports.append(Import(walk.function, "", alias.name, 0, None, node.lineno))
        else:
            name = alias.asname or alias.name
            walk.imports.append(Import(walk.function, name, alias.name, 0, None, node.lineno))
        walk.write(alias.asname or alias.name.partition(".")[0])


def import_from(walk: Walk, node: ast.ImportFrom) -> None:
    for alias in node.names:
        name = alias.asname or alias.name
        walk.imports.append(Import(walk.function, name, node.module or "", node.level, alias.name, node.lineno))
        walk.write(name)


def assign(walk: Walk, node: ast.Assign) -> None:
    value = assigned_value(walk, node.value, node.targets)
    for place, target in enumerate(node.targets):
        if place:
            walk.mention_tails(value, BOUND, len(walk.bindings))
        bind(walk, target, value, None, node.lineno)


def ann_assign(walk: Walk, node: ast.AnnAssign) -> None:
    annotation = type_hint(walk, node.annotation)
    value: Expr = Unknown()
    if node.value is not None:
        value = assigned_value(walk, node.value, [node.target])
    bind(walk, node.target, value, annotation, node.lineno)


def aug_assign(walk: Walk, node: ast.AugAssign) -> None:
    path = dotted(node.target)
    if path is not None:
        walk.read(path)
    value = assigned_value(walk, node.value, [node.target])
    if path is not None:
        target = path + "[]"
        if isinstance(value, Sequence):
            items = value.items
        elif isinstance(value, (Constant, Template)):
            target, items = path, (Template((Name(path), value)),)
        else:
            items = (Element(value),)
        for item in items:
            walk.bindings.append(Binding(walk.function, walk.owner, target, item, None, node.lineno))
        walk.write(path)
    else:
        bind(walk, node.target, Unknown(), None, node.lineno)


def expr_statement(walk: Walk, node: ast.Expr) -> None:
    if not isinstance(node.value, ast.Constant):
        walk.expr(node.value, DISCARDED)


def return_(walk: Walk, node: ast.Return) -> None:
    for place in range(len(walk.exits)):
        walk.exits[place] = walk.exits[place] or not walk.enough
        walk.left[place] = walk.left[place] or not walk.handling
    if node.value is not None:
        kept = walk.mention_kind, walk.mention_index
        walk.mention_kind, walk.mention_index = RETURNED, walk.function
        walk.returns.append(walk.expr(node.value, Use("returned")))
        walk.mention_kind, walk.mention_index = kept


def break_(walk: Walk, node: ast.Break) -> None:
    if walk.exits and (walk.in_try or walk.counting) and not walk.enough:
        walk.exits[-1] = True
    if walk.left and not walk.handling:
        walk.left[-1] = True
    if walk.stops and not walk.enough:
        for depth, read, calls in walk.tests:
            if depth == len(walk.stops):
                walk.stops[-1][0].update(read)
                walk.stops[-1][1].update(calls)


def if_(walk: Walk, node: ast.If) -> None:
    first = len(walk.calls)
    test = walk.expr(node.test, NOWHERE)
    walk.tests.append((len(walk.stops), tuple(read_in(test)), range(first, len(walk.calls))))
    kept = walk.main_guard, walk.enough, walk.branches
    if walk.function == 0 and _is_main_guard(node.test):
        walk.main_guard = True
    else:
        walk.branches += 1
    walk.enough = walk.enough or is_budget(node.test, frozenset().union(*walk.counted))
    walk.body(node.body)
    walk.main_guard, walk.enough, _ = kept
    walk.body(node.orelse)
    walk.branches = kept[2]
    walk.tests.pop()


def with_(walk: Walk, node: ast.With | ast.AsyncWith) -> None:
    for item in node.items:
        names = tuple(target_names(item.optional_vars)) if item.optional_vars is not None else ()
        context = walk.expr(item.context_expr, Use("entered", names))
        if item.optional_vars is not None:
            walk.mention_tails(context, BOUND, len(walk.bindings))
            bind(walk, item.optional_vars, Entered(context), None, node.lineno)
    walk.body(node.body)


def try_(walk: Walk, node: ast.Try) -> None:
    kept = walk.in_try
    walk.in_try = kept or bool(node.handlers)
    walk.body(node.body)
    walk.in_try = kept
    was_handling, walk.handling = walk.handling, True
    for handler in node.handlers:
        if handler.type is not None:
            walk.expr(handler.type, NOWHERE)
        walk.body(handler.body)
    walk.handling = was_handling
    walk.body(node.orelse)
    walk.body(node.finalbody)


def match_(walk: Walk, node: ast.Match) -> None:
    walk.expr(node.subject, NOWHERE)
    for case in node.cases:
        if case.guard is not None:
            walk.expr(case.guard, NOWHERE)
        walk.body(case.body)


def global_(walk: Walk, node: ast.Global) -> None:
    if walk.function:
        walk.homes.update(dict.fromkeys(node.names, 0))


def nonlocal_(walk: Walk, node: ast.Nonlocal) -> None:
    # Nearly always the next function outwards; which one further out is known only when all are read.
    walk.homes.update(dict.fromkeys(node.names, walk.outer))


def other_statement(walk: Walk, node: ast.stmt) -> None:
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.expr):
            walk.expr(child, NOWHERE)


def _is_main_guard(test: ast.expr) -> bool:
    if not (isinstance(test, ast.Compare) and len(test.comparators) == 1 and isinstance(test.ops[0], ast.Eq)):
        return isinstance(test, ast.BoolOp) and any(_is_main_guard(value) for value in test.values)
    sides = (test.left, test.comparators[0])
    return any(isinstance(s, ast.Name) and s.id == "__name__" for s in sides) and any(
        isinstance(s, ast.Constant) and s.value == "__main__" for s in sides
    )


STATEMENTS: dict[type[ast.AST], StatementHandler] = {
    ast.FunctionDef: function_def,
    ast.AsyncFunctionDef: async_function_def,
    ast.ClassDef: class_def,
    ast.Import: import_,
    ast.ImportFrom: import_from,
    ast.Assign: assign,
    ast.AnnAssign: ann_assign,
    ast.AugAssign: aug_assign,
    ast.Expr: expr_statement,
    ast.Return: return_,
    ast.Break: break_,
    ast.For: for_,
    ast.AsyncFor: for_,
    ast.While: while_,
    ast.If: if_,
    ast.With: with_,
    ast.AsyncWith: with_,
    ast.Try: try_,
    ast.Match: match_,
    ast.Global: global_,
    ast.Nonlocal: nonlocal_,
    ast.Raise: other_statement,
    ast.Assert: other_statement,
    ast.Delete: other_statement,
}
if hasattr(ast, "TryStar"):  # Python 3.11 and newer
    STATEMENTS[ast.TryStar] = try_
if hasattr(ast, "TypeAlias"):  # Python 3.12 and newer
    STATEMENTS[ast.TypeAlias] = other_statement
