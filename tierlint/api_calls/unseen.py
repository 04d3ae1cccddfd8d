"""What is said of a text that the program does not show: the names it is kept under, and whether others decide it."""

from __future__ import annotations

from collections.abc import Iterator

from tierlint.model import (
    Attribute,
    CallResult,
    Constant,
    Either,
    Expr,
    Name,
    Operation,
    Subscript,
    Template,
)
from tierlint.program import Program, Scope
from tierlint.program.modules import is_static
from tierlint.program.parameters import given
from tierlint.program.values import receiver_of

_FARTHEST = 4


def may_be_unseen(program: Program, expr: Expr, scope: Scope, depth: int = 0) -> bool:
    """One of several things it can be is not known: `url or "https://api.openai.com/v1"`."""
    if isinstance(expr, Either):
        return any(
            not program.resolver.values(option, scope) or may_be_unseen(program, option, scope, depth + 1)
            for option in expr.options
        )
    if not isinstance(expr, Name) or depth > _FARTHEST:
        return False
    return any(may_be_unseen(program, *one, depth + 1) for one in assigned(program, expr, scope))


def is_decided_elsewhere(program: Program, expr: Expr, scope: Scope, depth: int = 0) -> bool:
    """Whether it can also be what only a run knows: what a caller hands in, out of a file or the command line."""
    if depth > _FARTHEST:
        return False
    parts: list[tuple[Expr, Scope]] = []
    if isinstance(expr, Either):
        parts += [(option, scope) for option in expr.options]
    elif isinstance(expr, Name):
        parts += [*assigned(program, expr, scope), *_handed_in(program, expr.path, scope)]
    if parts:
        return any(is_decided_elsewhere(program, *part, depth + isinstance(expr, Name)) for part in parts)
    return not program.resolver.values(expr, scope)


def names_said(program: Program, expr: Expr, scope: Scope, depth: int = 0) -> Iterator[str]:
    """The names under which a text, or a part of it, is kept: in variables, in settings, in the environment."""
    if depth > _FARTHEST:
        return
    parts: list[tuple[Expr | None, Scope]] = []
    if isinstance(expr, Name):
        yield expr.path.rpartition(".")[2]
        parts += assigned(program, expr, scope)
    elif isinstance(expr, Attribute):
        yield expr.name.rpartition(".")[2]
    elif isinstance(expr, Constant):
        if isinstance(expr.value, str) and expr.value.isidentifier():
            yield expr.value
    elif isinstance(expr, Operation):
        parts += [(expr.left, scope), (expr.right, scope)]
    elif isinstance(expr, (Either, Template)):
        parts += [(part, scope) for part in (expr.options if isinstance(expr, Either) else expr.parts)]
    elif isinstance(expr, Subscript):
        parts.append((expr.key, scope))
    elif isinstance(expr, CallResult):
        record = program.modules[scope.path].call(expr.call)
        parts += [(part, scope) for part in (receiver_of(record.callee), *record.arguments)]
    for part, where in parts:
        if part is not None:
            yield from names_said(program, part, where, depth + isinstance(expr, Name))


def assigned(program: Program, name: Name, scope: Scope) -> Iterator[tuple[Expr, Scope]]:
    """What is assigned to a name, here, at the top of the file, or on the object itself."""
    module = program.modules[scope.path]
    rest = name.path.partition(".")[2]
    method = module.method_around(scope.function)
    bindings = [*module.bindings(scope.function, -1).get(name.path, ()), *module.bindings(0, -1).get(name.path, ())]
    if rest and method is not None:
        bindings += module.instance_bindings(module.function(method).owner).get(rest, ())
    for binding in bindings:
        yield binding.value, Scope(module.path, binding.function, binding.owner)


def _handed_in(program: Program, name: str, scope: Scope) -> Iterator[tuple[Expr, Scope]]:
    """What callers hand to the parameter of this name, in their own words."""
    module, function = program.modules[scope.path], scope.function
    while function > 0:
        defined = module.function(function)
        for place, parameter in enumerate(defined.parameters):
            if parameter.name == name:
                is_method = defined.owner >= 0 and not is_static(defined)
                yield from given(program.resolver, module, function, parameter, place - is_method)
                return
        function = defined.parent
