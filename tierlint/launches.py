"""Programs of the project that its own code starts, by a command line or by name: who starts them, and who waits."""

from __future__ import annotations

import posixpath
import shlex
from collections.abc import Iterator, Sequence

from msgspec import Struct

from tierlint.catalog import Catalog
from tierlint.catalog.framework_tables import Launch
from tierlint.entry_points import started_by
from tierlint.model import (
    Call,
    CallId,
    CallResult,
    Command,
    Constant,
    Expr,
    FunctionId,
    Name,
    Operation,
    Spread,
    Target,
    Template,
)
from tierlint.model import Sequence as Display
from tierlint.patterns import Names
from tierlint.program import Program, Scope
from tierlint.program.values import ConstantValue, ContainerValue, External, TemplateValue, argument

# What stands for a part of a path or command that only a run knows.
_UNKNOWN = "$X"
_JOINS = frozenset({"join", "joinpath"})
_SAME = frozenset({"str", "fspath", "resolve", "absolute", "as_posix", "Path", "abspath", "realpath", "split"})
_MOST_DEPTH = 12


class Started(Struct, frozen=True):
    """A call that starts a program, what the tables say of it, and the command line that it comes to."""

    call: CallId
    table: Launch
    command: Command


class Launches:
    """Answers who starts the body of a file, or a command of a framework, from inside the project."""

    def __init__(self, program: Program, started: Sequence[Started], targets: Sequence[Target]) -> None:
        self._by_place = {one.command.at: one for one in started}
        own = [target for target in targets if target.command.at in self._by_place]
        self._by_script, self._by_function, self._by_name = started_by(program, own)

    def of_body(self, path: str) -> Iterator[Started]:
        """The calls that start a file as a program."""
        yield from self._calls(self._by_script.get(path, ()))

    def of_function(self, function: FunctionId) -> Iterator[Started]:
        """The calls that start a function by the name of a console script."""
        yield from self._calls(self._by_function.get(function, ()))

    def of_command(self, name: str) -> Iterator[Started]:
        """The calls that start a framework's command."""
        yield from self._calls(self._by_name.get(name, ()))

    def _calls(self, targets: Sequence[Target]) -> Iterator[Started]:
        yield from dict.fromkeys(self._by_place[target.command.at] for target in targets)


def launches(program: Program, catalog: Catalog) -> tuple[Started, ...]:
    """Every call of the program that the tables know to start another one, and whose command can be read."""
    tables = [launch for table in catalog.frameworks for launch in table.launch]
    names = Names((name, number) for number, launch in enumerate(tables) for name in launch.call)
    found: dict[CallId, Started] = {}
    packages: dict[str, set[str]] = {}
    for name in (name for launch in tables for name in launch.call):
        packages.setdefault(name.rpartition(".")[2], set()).add(name.partition(".")[0])
    for tail, roots in sorted(packages.items()):
        for call, record in program.resolver.calls_named(tail):
            # Much is called `run`: only where the package is imported is it asked what that is.
            if roots.isdisjoint(_imported(program, call.path)):
                continue
            for number in names.of_call(program, call):
                text = _command(program, call, record, tables[number])
                if text is not None:
                    at = program.location(call)
                    when = tables[number].when or "manual"
                    command = Command(text, when, at, posixpath.dirname(call.path))
                    found.setdefault(call, Started(call, tables[number], command))
    return tuple(found.values())


def _imported(program: Program, path: str) -> set[str]:
    return {item.module.partition(".")[0] for item in program.modules[path].summary.imports if not item.level}


def _command(program: Program, call: CallId, record: Call, table: Launch) -> str | None:
    scope = Scope(call.path, record.function, record.owner)
    if table.words:
        words = [_text(program, expr, scope) for expr in record.arguments]
        return _quoted(words) if words and not any(isinstance(a, Spread) for a in record.arguments) else None
    for which in table.command:
        expr = argument(record, which)
        if expr is not None:
            more = [argument(record, following) for following in table.then if following != which]
            parts = [_line(program, part, scope) for part in (expr, *more) if part is not None]
            text = " ".join(parts)
            return f"{table.before} {text}".strip() if text.strip(_UNKNOWN) else None
    return None


def _line(program: Program, expr: Expr, scope: Scope) -> str:
    """What an argument adds to a command: the text that it is, or the words that it holds."""
    items = _items(program, expr, scope)
    return _text(program, expr, scope) if items is None else _quoted([_text(program, *item) for item in items])


def _quoted(words: Sequence[str]) -> str:
    return " ".join(word if _UNKNOWN in word else shlex.quote(word) for word in words)


def _items(program: Program, expr: Expr, scope: Scope) -> list[tuple[Expr, Scope]] | None:
    """The words of a command that is a list, also where more are added: `["python", "sort.py"] + rest`."""
    if isinstance(expr, Display):
        return [(item, scope) for item in expr.items]
    if isinstance(expr, Operation):
        left, right = _items(program, expr.left, scope), _items(program, expr.right, scope)
        return [*left, *(right or ())] if left is not None else None
    if isinstance(expr, CallResult) and program.modules[scope.path].call(expr.call).name == "split":
        return None
    for value in program.resolver.values(expr, scope) if isinstance(expr, Name) else ():
        if isinstance(value, ContainerValue) and isinstance(value.expr, Display):
            return [(item, value.scope) for item in value.expr.items]
    return None


def _text(program: Program, expr: Expr, scope: Scope, depth: int = 0) -> str:
    """An expression as a text; what only a run knows is a variable in it."""
    if depth > _MOST_DEPTH:
        return _UNKNOWN
    if isinstance(expr, Constant):
        return str(expr.value)
    if isinstance(expr, Template):
        return "".join(_text(program, part, scope, depth + 1) for part in expr.parts)
    if isinstance(expr, Operation) and expr.operator == "/":
        return f"{_text(program, expr.left, scope, depth + 1)}/{_text(program, expr.right, scope, depth + 1)}"
    if isinstance(expr, CallResult):
        return _called(program, program.modules[scope.path].call(expr.call), scope, depth)
    if isinstance(expr, Name):
        return _named(program, expr, scope, depth)
    return _UNKNOWN


def _called(program: Program, record: Call, scope: Scope, depth: int) -> str:
    parts = [_text(program, expr, scope, depth + 1) for expr in record.arguments]
    if record.name in _JOINS and parts:
        return "/".join(parts) if record.name == "join" else "/".join((_UNKNOWN, *parts))
    if record.name in _SAME:
        return "/".join(parts) if parts else _UNKNOWN
    return _UNKNOWN


def _named(program: Program, expr: Name, scope: Scope, depth: int) -> str:
    module = program.modules[scope.path]
    for value in program.resolver.values(expr, scope):
        if isinstance(value, ConstantValue):
            return str(value.value)
        if isinstance(value, TemplateValue):
            return "".join(_text(program, part, value.scope, depth + 1) for part in value.expr.parts)
        if isinstance(value, External) and value.name == "sys.executable":
            return "python"
    for function in (scope.function, 0):
        bindings = module.bindings(function, -1).get(expr.path, ())
        if len(bindings) == 1 and bindings[0].value != expr:
            return _text(program, bindings[0].value, Scope(scope.path, function), depth + 1)
    return _UNKNOWN
