"""What a walk over one tree has found so far, and where it stands."""

from __future__ import annotations

import ast
from collections.abc import Callable, Mapping
from typing import Any

from tierlint.indexing.mentions import LOADED
from tierlint.indexing.names import tails
from tierlint.model import Binding, Call, Class, Expr, Function, Import, Loop, Name, Unknown, Use

NOWHERE = Use("other")
DISCARDED = Use("discarded")
StatementHandler = Callable[["Walk", Any], None]
ExpressionHandler = Callable[["Walk", Any, Use], Expr]


class Walk:
    """One walk over one tree. The lists grow as the walk goes; an index handed out stays valid."""

    def __init__(
        self,
        source: str,
        statements: Mapping[type[ast.AST], StatementHandler],
        expressions: Mapping[type[ast.AST], ExpressionHandler],
    ) -> None:
        self.statements = statements
        self.expressions = expressions
        self.lines = None if source.isascii() else source.splitlines(keepends=True)
        self.imports: list[Import] = []
        self.functions: list[Function | None] = []
        self.classes: list[Class | None] = []
        self.bindings: list[Binding] = []
        self.loops: list[Loop | None] = []
        self.calls: list[Call | None] = []
        self.mentions: dict[str, list[int]] = {}
        self.strings: set[str] = set()
        self.function = 0
        self.owner = -1
        self.qualname = ""
        self.loop = -1
        self.in_try = False
        self.main_guard = False
        self.mention_kind = LOADED
        self.mention_index = 0
        self.returns: list[Expr] = []
        self.yields: list[Expr] = []
        self.is_generator = False
        self.outer = 0  # the function around this one
        self.homes: dict[str, int] = {}  # whose names they are, by `global` and `nonlocal`
        self.events: list[tuple[dict[str, bool], set[str]]] = []  # per open loop: first event is a write; written
        self.exits: list[bool] = []
        # Per open `if`: the loops open around it, the names that its test reads, the first and last call in it.
        self.tests: list[tuple[int, tuple[str, ...], range]] = []
        self.counted: list[frozenset[str]] = []  # per open loop: what its rounds only add to
        self.branches = 0  # how many `if` are open
        self.enough = False  # inside an `if` that asks whether the loop around it has done enough
        self.stops: list[tuple[set[str], set[int]]] = []  # per open loop: the tests that end it
        self.left: list[bool] = []  # per open loop: something but a failure ends it from inside
        self.handling = False  # inside `except`
        self.counting = False  # inside `range(...)` or `while`, where a `break` means that a try was good
        self.loaded: set[tuple[str, int]] = set()

    def body(self, statements: list[ast.stmt]) -> None:
        """Walk through statements."""
        for statement in statements:
            handler = self.statements.get(type(statement))
            if handler is not None:
                handler(self, statement)

    def expr(self, node: ast.expr, use: Use) -> Expr:
        """Walk through an expression; use: what becomes of the value of a call that it is."""
        handler = self.expressions.get(type(node))
        return handler(self, node, use) if handler is not None else self.other_expression(node)

    def other_expression(self, node: ast.AST) -> Expr:
        """An expression of a form that is not followed; what is inside it still counts."""
        names: list[str] = []
        for field in node._fields:
            part = getattr(node, field, None)
            for child in part if isinstance(part, list) else (part,):
                if isinstance(child, ast.expr):
                    value = self.expr(child, NOWHERE)
                    if isinstance(value, Name):
                        names.append(value.path)
                    elif isinstance(value, Unknown):
                        names.extend(value.names)
                elif isinstance(child, (ast.comprehension, ast.keyword)):
                    self.other_expression(child)
        return Unknown(tuple(names[:8]))

    def mention(self, name: str, kind: int, index: int) -> None:
        """Note that an identifier is used as a value."""
        if kind == LOADED:
            self.load(name)
            return
        flat = self.mentions.get(name)
        if flat is None:
            self.mentions[name] = [kind, index]
        else:
            flat += (kind, index)

    def load(self, name: str) -> None:
        """Note that the function reads an identifier, once."""
        key = (name, self.function)
        if key not in self.loaded:
            self.loaded.add(key)
            self.mentions.setdefault(name, []).extend((LOADED, self.function))

    def mention_tails(self, value: Expr, kind: int, index: int) -> None:
        """Note every identifier that a value goes by."""
        for name in tails(value):
            self.mention(name, kind, index)

    def read(self, name: str) -> None:
        """A name is read inside the open loops."""
        for first_write, _ in self.events:
            first_write.setdefault(name, False)

    def write(self, name: str) -> None:
        """A name is given a value inside the open loops."""
        for first_write, written in self.events:
            first_write.setdefault(name, True)
            written.add(name)

    def position(self, line: int, column: int) -> tuple[int, int]:
        """A place of the tree, whose columns count bytes from 0, in code points from 1."""
        if self.lines is None or line > len(self.lines):
            return line, column + 1
        text = self.lines[line - 1]
        return line, column + 1 if text.isascii() else len(text.encode()[:column].decode(errors="replace")) + 1
