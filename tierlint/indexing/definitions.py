"""The file itself, its functions and its classes, with parameters and annotations."""

from __future__ import annotations

import ast

from tierlint.indexing.mentions import BASE, DECORATES, LOADED, RETURNED
from tierlint.indexing.names import dotted
from tierlint.indexing.walk import NOWHERE, Walk
from tierlint.model import Class, Either, Expr, Function, Parameter, Sequence, Subscript, Unknown, Use


def module(walk: Walk, tree: ast.Module) -> None:
    walk.functions.append(None)
    walk.body(tree.body)
    end = (tree.body[-1].end_lineno or 1) if tree.body else 1
    walk.functions[0] = Function("<module>", "<module>", -1, -1, (), None, (), (), (), False, False, 1, end)


def function_def(walk: Walk, node: ast.FunctionDef) -> None:
    define_function(walk, node, node.name, False)
    walk.write(node.name)


def async_function_def(walk: Walk, node: ast.AsyncFunctionDef) -> None:
    define_function(walk, node, node.name, True)
    walk.write(node.name)


def class_def(walk: Walk, node: ast.ClassDef) -> None:
    number = len(walk.classes)
    walk.classes.append(None)
    kept = walk.mention_kind, walk.mention_index
    walk.mention_kind, walk.mention_index = BASE, number
    bases = tuple(walk.expr(base, NOWHERE) for base in node.bases)
    decorators = tuple(walk.expr(d, NOWHERE) for d in node.decorator_list)
    keywords = tuple((k.arg, walk.expr(k.value, NOWHERE)) for k in node.keywords if k.arg)
    qualname = f"{walk.qualname}.{node.name}" if walk.qualname else node.name
    saved = walk.owner, walk.qualname
    walk.classes[number] = Class(
        node.name, qualname, walk.function, walk.owner, bases, decorators, keywords, node.lineno
    )
    walk.mention_kind, walk.mention_index = kept
    walk.owner, walk.qualname = number, qualname
    walk.body(node.body)
    walk.owner, walk.qualname = saved
    walk.write(node.name)


def define_function(
    walk: Walk, node: ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda, name: str, is_async: bool
) -> int:
    number = len(walk.functions)
    walk.functions.append(None)
    qualname = f"{walk.qualname}.{name}" if walk.qualname else name
    decorators: tuple[Expr, ...] = ()
    returns_annotation = None
    if not isinstance(node, ast.Lambda):
        walk.mention_kind, walk.mention_index = DECORATES, number
        decorators = tuple(walk.expr(d, NOWHERE) for d in node.decorator_list)
        for decorator in node.decorator_list:
            if isinstance(decorator, ast.Call) and (path := dotted(decorator.func)):
                walk.mention(path.rpartition(".")[2], DECORATES, number)
        walk.mention_kind, walk.mention_index = LOADED, walk.function
        if node.returns is not None:
            returns_annotation = type_hint(walk, node.returns)
    parameters = parameters_of(walk, node.args)
    saved = (
        walk.function, walk.owner, walk.qualname, walk.loop, walk.in_try, walk.main_guard, walk.mention_kind,
        walk.mention_index, walk.returns, walk.yields, walk.is_generator, walk.events, walk.exits, walk.outer,
        walk.homes, walk.left, walk.handling, walk.stops, walk.tests, walk.counted, walk.enough,
        walk.branches,
    )  # fmt: skip
    parent, owner = walk.function, walk.owner
    walk.function, walk.owner, walk.qualname, walk.loop = number, -1, qualname, -1
    walk.in_try, walk.main_guard, walk.is_generator = False, False, False
    walk.mention_kind, walk.mention_index = LOADED, number
    walk.returns, walk.yields, walk.events, walk.exits = [], [], [], []
    walk.outer, walk.homes = parent, {}
    walk.left, walk.handling = [], False
    walk.stops, walk.tests, walk.counted, walk.enough, walk.branches = [], [], [], False, 0
    if isinstance(node, ast.Lambda):
        walk.mention_kind, walk.mention_index = RETURNED, number
        walk.returns.append(walk.expr(node.body, Use("returned")))
    else:
        walk.body(node.body)
    walk.functions[number] = Function(
        name,
        qualname,
        parent,
        owner,
        parameters,
        returns_annotation,
        decorators,
        tuple(walk.returns),
        tuple(walk.yields),
        is_async,
        walk.is_generator,
        node.lineno,
        node.end_lineno or node.lineno,
    )
    (
        walk.function, walk.owner, walk.qualname, walk.loop, walk.in_try, walk.main_guard, walk.mention_kind,
        walk.mention_index, walk.returns, walk.yields, walk.is_generator, walk.events, walk.exits, walk.outer,
        walk.homes, walk.left, walk.handling, walk.stops, walk.tests, walk.counted, walk.enough,
        walk.branches,
    ) = saved  # fmt: skip
    return number


def parameters_of(walk: Walk, arguments: ast.arguments) -> tuple[Parameter, ...]:
    found: list[Parameter] = []
    positional = [*arguments.posonlyargs, *arguments.args]
    without = len(positional) - len(arguments.defaults)
    for place, argument in enumerate(positional):
        default = arguments.defaults[place - without] if place >= without else None
        found.append(one_parameter(walk, argument, "positional", default))
    if arguments.vararg is not None:
        found.append(one_parameter(walk, arguments.vararg, "variadic", None))
    for argument, default in zip(arguments.kwonlyargs, arguments.kw_defaults, strict=True):
        found.append(one_parameter(walk, argument, "keyword", default))
    if arguments.kwarg is not None:
        found.append(one_parameter(walk, arguments.kwarg, "keywords", None))
    return tuple(found)


def one_parameter(walk: Walk, argument: ast.arg, kind: str, default: ast.expr | None) -> Parameter:
    annotation = type_hint(walk, argument.annotation) if argument.annotation is not None else None
    return Parameter(argument.arg, kind, annotation, walk.expr(default, NOWHERE) if default is not None else None)


def type_hint(walk: Walk, node: ast.expr) -> Expr:
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        try:
            quoted = ast.parse(node.value.strip(), mode="eval").body
        except (SyntaxError, ValueError, RecursionError, MemoryError):
            return Unknown()
        # Its positions are those of the string's inside; nothing in it is a call of the program.
        return type_hint(walk, quoted) if not isinstance(quoted, ast.Constant) else Unknown()
    if isinstance(node, ast.Subscript):
        inner = node.slice.elts if isinstance(node.slice, ast.Tuple) else [node.slice]
        base = type_hint(walk, node.value)
        return Subscript(base, Sequence(tuple(type_hint(walk, item) for item in inner)))
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.BitOr):
        return Either((type_hint(walk, node.left), type_hint(walk, node.right)))
    return walk.expr(node, NOWHERE)
