"""Syntax tree -> ModuleSummary: what one file says, before anything is resolved."""

from __future__ import annotations

import ast
import io
import re
import tokenize
from collections.abc import Callable
from typing import Any, Final

from tierlint.model import (
    Attribute,
    Binding,
    Call,
    CallResult,
    Class,
    Collected,
    Constant,
    Dictionary,
    Either,
    Element,
    Entered,
    Expr,
    Function,
    Ignore,
    Import,
    LambdaValue,
    Loop,
    ModuleSummary,
    Name,
    Operation,
    Parameter,
    Sequence,
    Spread,
    Subscript,
    Template,
    Unknown,
    Use,
)

# How an identifier is mentioned: what the number that goes with it counts.
CALLEE: Final = 0  # index of the call whose callee ends in the identifier
ARGUMENT: Final = 1  # index of the call that is handed it
BOUND: Final = 2  # index of the binding whose value it is (part of)
RETURNED: Final = 3  # index of the function that returns it
DECORATES: Final = 4  # index of the function it decorates
BASE: Final = 5  # index of the class that has it as a base or decorator
LOADED: Final = 6  # index of the function that reads it in any other way
AWAITED: Final = 8  # index of the function that awaits it
RECEIVER: Final = 7  # index of the call that is made on it: `task` in `task.delay()`

_MUTATORS = frozenset(
    {"append", "extend", "insert", "add", "update", "setdefault", "appendleft", "push", "put", "put_nowait"}
)
_STORES_ITEM = {"append": 0, "add": 0, "appendleft": 0, "put": 0, "put_nowait": 0, "insert": 1, "extend": 0}
_MAX_ITEMS = 64
_MAX_ENTRIES = 400
_DOTTED = re.compile(r"[A-Za-z_][\w]*(?:[.:][\w\-]+)+\Z")
_IGNORE = re.compile(r"#\s*tierlint:\s*ignore\b(?:\[([^\]]*)\])?")
_NOWHERE = Use("other")
_DISCARDED = Use("discarded")
_CALLS: Final = {ast.BitOr: "__or__", ast.RShift: "__rshift__", ast.LShift: "__lshift__"}


def index(tree: ast.Module, source: str, cells: tuple[tuple[int, int], ...] = ()) -> ModuleSummary:
    """Summarise a parsed file. Pure; knows Python, and no SDK or framework."""
    walk = _Walk(source)
    walk.module(tree)
    return ModuleSummary(
        imports=tuple(walk.imports),
        functions=tuple(function for function in walk.functions if function is not None),
        classes=tuple(klass for klass in walk.classes if klass is not None),
        bindings=tuple(walk.bindings),
        loops=tuple(loop for loop in walk.loops if loop is not None),
        calls=tuple(call for call in walk.calls if call is not None),
        ignores=_ignores(source),
        mentions={name: tuple(flat) for name, flat in walk.mentions.items()},
        strings=tuple(sorted(walk.strings)),
        cells=cells,
    )


def lambda_mention(function: int) -> str:
    """The identifier under which a lambda, which has no name, is mentioned in its own file."""
    return f"<lambda {function}>"


def unreadable(line: int, message: str) -> ModuleSummary:
    """The summary of a file that could not be parsed: others may still import it, so it has a body."""
    body = Function("<module>", "<module>", -1, -1, (), None, (), (), (), False, False, 1, 1)
    return ModuleSummary((), (body,), (), (), (), (), (), {}, (), problem=message, problem_line=line)


def _ignores(source: str) -> tuple[Ignore, ...]:
    if "tierlint:" not in source:
        return ()
    found: list[Ignore] = []
    waiting: list[tuple[int, tuple[str, ...], int, int]] = []
    code_lines: set[int] = set()
    try:
        tokens = list(tokenize.generate_tokens(io.StringIO(source).readline))
    except (tokenize.TokenError, SyntaxError):  # newer syntax than this interpreter's tokenizer knows
        return _ignores_by_line(source)
    skipped = (
        tokenize.COMMENT,
        tokenize.NL,
        tokenize.NEWLINE,
        tokenize.INDENT,
        tokenize.DEDENT,
        tokenize.ENDMARKER,
    )
    for token in tokens:
        if token.type not in skipped:
            code_lines.update(range(token.start[0], token.end[0] + 1))
    for token in tokens:
        if token.type == tokenize.COMMENT and (match := _IGNORE.search(token.string)):
            waiting.append((token.start[0], _codes(match), token.start[1] + 1, token.end[1] + 1))
    for line, codes, start, end in waiting:
        below = line if line in code_lines else min((n for n in code_lines if n > line), default=line)
        found.append(Ignore(line, codes, start, end, below))
    return tuple(found)


def _ignores_by_line(source: str) -> tuple[Ignore, ...]:
    found = []
    for number, text in enumerate(source.splitlines(), 1):
        if match := _IGNORE.search(text):
            alone = not text[: match.start()].strip()
            found.append(Ignore(number, _codes(match), match.start() + 1, len(text) + 1, number + alone))
    return tuple(found)


def _codes(match: re.Match[str]) -> tuple[str, ...]:
    return tuple(code.strip() for code in (match[1] or "").split(",") if code.strip())


class _Walk:
    """One walk over one tree. The lists grow as the walk goes; an index handed out stays valid."""

    def __init__(self, source: str) -> None:
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
        self.counting = False  # inside `range(...)` or `while`, where a `break` means that a try was good
        self.loaded: set[tuple[str, int]] = set()

    # --- definitions ---------------------------------------------------------------------------

    def module(self, tree: ast.Module) -> None:
        self.functions.append(None)
        self.body(tree.body)
        end = (tree.body[-1].end_lineno or 1) if tree.body else 1
        self.functions[0] = Function("<module>", "<module>", -1, -1, (), None, (), (), (), False, False, 1, end)

    def body(self, statements: list[ast.stmt]) -> None:
        for statement in statements:
            handler = _STATEMENTS.get(type(statement))
            if handler is not None:
                handler(self, statement)

    def define_function(
        self, node: ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda, name: str, is_async: bool
    ) -> int:
        number = len(self.functions)
        self.functions.append(None)
        qualname = f"{self.qualname}.{name}" if self.qualname else name
        decorators: tuple[Expr, ...] = ()
        returns_annotation = None
        if not isinstance(node, ast.Lambda):
            self.mention_kind, self.mention_index = DECORATES, number
            decorators = tuple(self.expr(d, _NOWHERE) for d in node.decorator_list)
            for decorator in node.decorator_list:
                if isinstance(decorator, ast.Call) and (path := _dotted(decorator.func)):
                    self.mention(path.rpartition(".")[2], DECORATES, number)
            self.mention_kind, self.mention_index = LOADED, self.function
            if node.returns is not None:
                returns_annotation = self.annotation(node.returns)
        parameters = self.parameters(node.args)
        saved = (
            self.function, self.owner, self.qualname, self.loop, self.in_try, self.main_guard, self.mention_kind,
            self.mention_index, self.returns, self.yields, self.is_generator, self.events, self.exits, self.outer,
            self.homes,
        )  # fmt: skip
        parent, owner = self.function, self.owner
        self.function, self.owner, self.qualname, self.loop = number, -1, qualname, -1
        self.in_try, self.main_guard, self.is_generator = False, False, False
        self.mention_kind, self.mention_index = LOADED, number
        self.returns, self.yields, self.events, self.exits = [], [], [], []
        self.outer, self.homes = parent, {}
        if isinstance(node, ast.Lambda):
            self.mention_kind, self.mention_index = RETURNED, number
            self.returns.append(self.expr(node.body, Use("returned")))
        else:
            self.body(node.body)
        self.functions[number] = Function(
            name,
            qualname,
            parent,
            owner,
            parameters,
            returns_annotation,
            decorators,
            tuple(self.returns),
            tuple(self.yields),
            is_async,
            self.is_generator,
            node.lineno,
            node.end_lineno or node.lineno,
        )
        (
            self.function, self.owner, self.qualname, self.loop, self.in_try, self.main_guard, self.mention_kind,
            self.mention_index, self.returns, self.yields, self.is_generator, self.events, self.exits, self.outer,
            self.homes,
        ) = saved  # fmt: skip
        return number

    def parameters(self, arguments: ast.arguments) -> tuple[Parameter, ...]:
        found: list[Parameter] = []
        positional = [*arguments.posonlyargs, *arguments.args]
        without = len(positional) - len(arguments.defaults)
        for place, argument in enumerate(positional):
            default = arguments.defaults[place - without] if place >= without else None
            found.append(self.parameter(argument, "positional", default))
        if arguments.vararg is not None:
            found.append(self.parameter(arguments.vararg, "variadic", None))
        for argument, default in zip(arguments.kwonlyargs, arguments.kw_defaults, strict=True):
            found.append(self.parameter(argument, "keyword", default))
        if arguments.kwarg is not None:
            found.append(self.parameter(arguments.kwarg, "keywords", None))
        return tuple(found)

    def parameter(self, argument: ast.arg, kind: str, default: ast.expr | None) -> Parameter:
        annotation = self.annotation(argument.annotation) if argument.annotation is not None else None
        return Parameter(argument.arg, kind, annotation, self.expr(default, _NOWHERE) if default is not None else None)

    def annotation(self, node: ast.expr) -> Expr:
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            try:
                quoted = ast.parse(node.value.strip(), mode="eval").body
            except (SyntaxError, ValueError, RecursionError, MemoryError):
                return Unknown()
            # Its positions are those of the string's inside; nothing in it is a call of the program.
            return self.annotation(quoted) if not isinstance(quoted, ast.Constant) else Unknown()
        if isinstance(node, ast.Subscript):
            inner = node.slice.elts if isinstance(node.slice, ast.Tuple) else [node.slice]
            base = self.annotation(node.value)
            return Subscript(base, Sequence(tuple(self.annotation(item) for item in inner)))
        if isinstance(node, ast.BinOp) and isinstance(node.op, ast.BitOr):
            return Either((self.annotation(node.left), self.annotation(node.right)))
        return self.expr(node, _NOWHERE)

    def function_def(self, node: ast.FunctionDef) -> None:
        self.define_function(node, node.name, False)
        self.write(node.name)

    def async_function_def(self, node: ast.AsyncFunctionDef) -> None:
        self.define_function(node, node.name, True)
        self.write(node.name)

    def class_def(self, node: ast.ClassDef) -> None:
        number = len(self.classes)
        self.classes.append(None)
        kept = self.mention_kind, self.mention_index
        self.mention_kind, self.mention_index = BASE, number
        bases = tuple(self.expr(base, _NOWHERE) for base in node.bases)
        decorators = tuple(self.expr(d, _NOWHERE) for d in node.decorator_list)
        keywords = tuple((k.arg, self.expr(k.value, _NOWHERE)) for k in node.keywords if k.arg)
        qualname = f"{self.qualname}.{node.name}" if self.qualname else node.name
        saved = self.owner, self.qualname
        self.classes[number] = Class(
            node.name, qualname, self.function, self.owner, bases, decorators, keywords, node.lineno
        )
        self.mention_kind, self.mention_index = kept
        self.owner, self.qualname = number, qualname
        self.body(node.body)
        self.owner, self.qualname = saved
        self.write(node.name)

    # --- statements ----------------------------------------------------------------------------

    def import_(self, node: ast.Import) -> None:
        for alias in node.names:
            if alias.asname is None and "." in alias.name:
                # `import a.b` binds `a`; the submodule is remembered for who imports whom.
                top = alias.name.partition(".")[0]
                self.imports.append(Import(self.function, top, top, 0, None, node.lineno))
                self.imports.append(Import(self.function, "", alias.name, 0, None, node.lineno))
            else:
                name = alias.asname or alias.name
                self.imports.append(Import(self.function, name, alias.name, 0, None, node.lineno))
            self.write(alias.asname or alias.name.partition(".")[0])

    def import_from(self, node: ast.ImportFrom) -> None:
        for alias in node.names:
            name = alias.asname or alias.name
            self.imports.append(Import(self.function, name, node.module or "", node.level, alias.name, node.lineno))
            self.write(name)

    def bind(self, target: ast.expr, value: Expr, annotation: Expr | None, line: int) -> None:
        kind = type(target)
        if kind is ast.Name:
            name = target.id  # type: ignore[attr-defined]
            home = self.homes.get(name)
            self.bindings.append(Binding(self.function, self.owner, name, value, annotation, line, home=home))
            self.write(name)
        elif kind is ast.Attribute:
            path = _dotted(target)
            if path is not None:
                self.bindings.append(Binding(self.function, self.owner, path, value, annotation, line))
                self.write(path)
            else:
                self.expr(target.value, _NOWHERE)  # type: ignore[attr-defined]
        elif kind in (ast.Tuple, ast.List):
            for place, part in enumerate(target.elts):  # type: ignore[attr-defined]
                item: Expr = Element(value, place)
                if isinstance(part, ast.Starred):
                    part, item = part.value, value
                if isinstance(value, Sequence) and place < len(value.items):
                    item = value.items[place]
                self.bind(part, item, None, line)
        elif isinstance(target, ast.Subscript):
            path = _dotted(target.value)
            key = target.slice
            self.expr(key, _NOWHERE)
            if path is None:
                self.expr(target.value, _NOWHERE)
                return
            literal = key.value if isinstance(key, ast.Constant) and isinstance(key.value, str) else None
            self.bindings.append(Binding(self.function, self.owner, path + "[]", value, None, line, literal))
            self.read(path)
            self.write(path)

    def assigned_value(self, node: ast.expr, targets: list[ast.expr]) -> Expr:
        names = tuple(name for target in targets for name in _target_names(target))
        kept = self.mention_kind, self.mention_index
        self.mention_kind, self.mention_index = BOUND, len(self.bindings)
        # A value with calls inside may record bindings of its own (`:=`, `append`): the index must be ours.
        placeholder = len(self.bindings)
        value = self.expr(node, Use("assigned", names))
        self.mention_kind, self.mention_index = kept
        if len(self.bindings) != placeholder:
            # Rare: repeat the mention for the binding that really comes next.
            for name in _expression_tails(value):
                self.mention(name, BOUND, len(self.bindings))
        return value

    def assign(self, node: ast.Assign) -> None:
        value = self.assigned_value(node.value, node.targets)
        for target in node.targets:
            self.bind(target, value, None, node.lineno)

    def ann_assign(self, node: ast.AnnAssign) -> None:
        annotation = self.annotation(node.annotation)
        value: Expr = Unknown()
        if node.value is not None:
            value = self.assigned_value(node.value, [node.target])
        self.bind(node.target, value, annotation, node.lineno)

    def aug_assign(self, node: ast.AugAssign) -> None:
        path = _dotted(node.target)
        if path is not None:
            self.read(path)
        value = self.assigned_value(node.value, [node.target])
        if path is not None:
            target = path + "[]"
            if isinstance(value, Sequence):
                items = value.items
            elif isinstance(value, (Constant, Template)):
                target, items = path, (Template((Name(path), value)),)
            else:
                items = (Element(value),)
            for item in items:
                self.bindings.append(Binding(self.function, self.owner, target, item, None, node.lineno))
            self.write(path)
        else:
            self.bind(node.target, Unknown(), None, node.lineno)

    def expr_statement(self, node: ast.Expr) -> None:
        if not isinstance(node.value, ast.Constant):
            self.expr(node.value, _DISCARDED)

    def return_(self, node: ast.Return) -> None:
        if self.exits:
            for place in range(len(self.exits)):
                self.exits[place] = True
        if node.value is not None:
            kept = self.mention_kind, self.mention_index
            self.mention_kind, self.mention_index = RETURNED, self.function
            self.returns.append(self.expr(node.value, Use("returned")))
            self.mention_kind, self.mention_index = kept

    def break_(self, node: ast.Break) -> None:
        if self.exits and (self.in_try or self.counting):
            self.exits[-1] = True

    def open_loop(self, kind: str, iterable: Expr | None, targets: tuple[str, ...], endless: bool, line: int) -> int:
        number = len(self.loops)
        self.loops.append(Loop(self.function, self.loop, kind, iterable, targets, (), False, endless, line))
        self.loop = number
        self.events.append(({}, set()))
        self.exits.append(False)
        return number

    def close_loop(self, number: int) -> None:
        first_write, written = self.events.pop()
        exits = self.exits.pop()
        loop = self.loops[number]
        assert loop is not None
        carried = tuple(sorted(name for name in written if not first_write[name]))
        self.loops[number] = Loop(
            loop.function,
            loop.parent,
            loop.kind,
            loop.iterable,
            loop.targets,
            carried,
            exits,
            loop.endless,
            loop.line,
        )
        self.loop = loop.parent

    def for_(self, node: ast.For | ast.AsyncFor) -> None:
        iterable = self.expr(node.iter, Use("iterated", call=len(self.loops)))
        targets = tuple(_target_names(node.target))
        kind = "async" if isinstance(node, ast.AsyncFor) else "for"
        number = self.open_loop(kind, iterable, targets, False, node.lineno)
        kept = self.in_try, self.counting
        self.in_try = False
        self.counting = isinstance(node.iter, ast.Call) and _dotted(node.iter.func) == "range"
        self.bind(node.target, Element(iterable), None, node.lineno)
        self.body(node.body)
        self.in_try, self.counting = kept
        self.close_loop(number)
        self.body(node.orelse)

    def while_(self, node: ast.While) -> None:
        endless = isinstance(node.test, ast.Constant) and bool(node.test.value)
        number = self.open_loop("while", None, (), endless, node.lineno)
        self.expr(node.test, _NOWHERE)
        kept = self.in_try, self.counting
        self.in_try, self.counting = False, True
        self.body(node.body)
        self.in_try, self.counting = kept
        self.close_loop(number)
        self.body(node.orelse)

    def if_(self, node: ast.If) -> None:
        self.expr(node.test, _NOWHERE)
        kept = self.main_guard
        if self.function == 0 and _is_main_guard(node.test):
            self.main_guard = True
        self.body(node.body)
        self.main_guard = kept
        self.body(node.orelse)

    def with_(self, node: ast.With | ast.AsyncWith) -> None:
        for item in node.items:
            names = tuple(_target_names(item.optional_vars)) if item.optional_vars is not None else ()
            context = self.expr(item.context_expr, Use("entered", names))
            if item.optional_vars is not None:
                self.mention_tails(context, BOUND, len(self.bindings))
                self.bind(item.optional_vars, Entered(context), None, node.lineno)
        self.body(node.body)

    def try_(self, node: ast.Try) -> None:
        kept = self.in_try
        self.in_try = kept or bool(node.handlers)
        self.body(node.body)
        self.in_try = kept
        for handler in node.handlers:
            if handler.type is not None:
                self.expr(handler.type, _NOWHERE)
            self.body(handler.body)
        self.body(node.orelse)
        self.body(node.finalbody)

    def match_(self, node: ast.Match) -> None:
        self.expr(node.subject, _NOWHERE)
        for case in node.cases:
            if case.guard is not None:
                self.expr(case.guard, _NOWHERE)
            self.body(case.body)

    def global_(self, node: ast.Global) -> None:
        if self.function:
            self.homes.update(dict.fromkeys(node.names, 0))

    def nonlocal_(self, node: ast.Nonlocal) -> None:
        # Nearly always the next function outwards; which one further out is known only when all are read.
        self.homes.update(dict.fromkeys(node.names, self.outer))

    def other_statement(self, node: ast.stmt) -> None:
        for child in ast.iter_child_nodes(node):
            if isinstance(child, ast.expr):
                self.expr(child, _NOWHERE)

    # --- expressions ---------------------------------------------------------------------------

    def expr(self, node: ast.expr, use: Use) -> Expr:
        handler = _EXPRESSIONS.get(type(node))
        if handler is not None:
            return handler(self, node, use)
        return self.other_expression(node)

    def other_expression(self, node: ast.AST) -> Expr:
        names: list[str] = []
        for child in ast.iter_child_nodes(node):
            if isinstance(child, ast.expr):
                value = self.expr(child, _NOWHERE)
                if isinstance(value, Name):
                    names.append(value.path)
                elif isinstance(value, Unknown):
                    names.extend(value.names)
            elif isinstance(child, (ast.comprehension, ast.keyword)):
                self.other_expression(child)
        return Unknown(tuple(names[:8]))

    def name(self, node: ast.Name, use: Use) -> Expr:
        name = node.id
        self.read(name)
        self.mention(name, self.mention_kind, self.mention_index)
        return Name(name)

    def attribute(self, node: ast.Attribute, use: Use) -> Expr:
        self.mention(node.attr, self.mention_kind, self.mention_index)
        return self.attribute_path(node, use)

    def attribute_path(self, node: ast.Attribute, use: Use, called: int = -1) -> Expr:
        """The chain down to its root; every part of it may be a property that runs code."""
        parts = [node.attr]
        base: ast.expr = node.value
        while isinstance(base, ast.Attribute):
            parts.append(base.attr)
            if called >= 0:
                self.mention(base.attr, RECEIVER, called)
            else:
                self.load(base.attr)
            base = base.value
        parts.reverse()
        if isinstance(base, ast.Name):
            self.read(base.id)
            if called >= 0 and base.id not in ("self", "cls"):
                self.mention(base.id, RECEIVER, called)
            if len(parts) > 1 or base.id in ("self", "cls"):
                self.read(f"{base.id}.{parts[0]}")
            return Name(".".join([base.id, *parts]))
        kept = self.mention_kind, self.mention_index
        self.mention_kind, self.mention_index = LOADED, self.function
        inner = self.expr(base, use)
        self.mention_kind, self.mention_index = kept
        return Attribute(inner, ".".join(parts))

    def call(self, node: ast.Call, use: Use, awaited: bool = False) -> Expr:
        function = node.func
        if (
            isinstance(function, ast.Name)
            and function.id == "getattr"
            and len(node.args) >= 2
            and isinstance(node.args[1], ast.Constant)
            and isinstance(node.args[1].value, str)
        ):
            base = self.expr(node.args[0], use)
            name = node.args[1].value
            self.mention(name, self.mention_kind, self.mention_index)
            for rest in node.args[2:]:
                self.expr(rest, _NOWHERE)
            return Name(f"{base.path}.{name}") if isinstance(base, Name) else Attribute(base, name)
        number = len(self.calls)
        self.calls.append(None)
        loop, in_try = self.loop, self.in_try
        kept = self.mention_kind, self.mention_index
        callee, tail = self.callee(function, use, number)
        self.mention_kind, self.mention_index = ARGUMENT, number
        handed = Use("argument", call=number)
        arguments = tuple([self.expr(a, handed) for a in node.args]) if node.args else ()
        keywords = tuple([(k.arg, self.expr(k.value, handed)) for k in node.keywords]) if node.keywords else ()
        self.mention_kind, self.mention_index = kept
        if use is _DISCARDED and isinstance(callee, Name) and (arguments or keywords):
            # A method called for its effect may keep what it is handed: `conversation.add(answer)`.
            target = callee.path.rpartition(".")[0]
            if target not in ("", "self", "cls"):
                self.read(target)
                self.write(target)
        if tail in _MUTATORS and isinstance(callee, Name) and "." in callee.path:
            self.mutation(callee.path, tail, arguments, keywords, node.lineno)
        line, column = self.position(node.lineno, node.col_offset)
        end_line, end_column = self.position(node.end_lineno or node.lineno, node.end_col_offset or 0)
        self.calls[number] = Call(
            callee, tail, arguments, keywords, self.function, self.owner, loop, awaited, in_try, self.main_guard, use,
            line, column, end_line, end_column,
        )  # fmt: skip
        return CallResult(number)

    def callee(self, function: ast.expr, use: Use, number: int) -> tuple[Expr, str]:
        if isinstance(function, ast.Name):
            self.read(function.id)
            self.mention(function.id, CALLEE, number)
            return Name(function.id), function.id
        if isinstance(function, ast.Attribute):
            self.mention(function.attr, CALLEE, number)
            return self.attribute_path(function, use, number), function.attr
        self.mention_kind, self.mention_index = CALLEE, number
        callee = self.expr(function, _NOWHERE)
        return callee, ""

    def mutation(
        self,
        path: str,
        tail: str,
        arguments: tuple[Expr, ...],
        keywords: tuple[tuple[str | None, Expr], ...],
        line: int,
    ) -> None:
        target = path[: -len(tail) - 1]
        self.read(target)
        self.write(target)
        place = _STORES_ITEM.get(tail)
        if place is not None and place < len(arguments):
            value = arguments[place]
            for name in _expression_tails(value):
                self.mention(name, BOUND, len(self.bindings))
            item = Element(value) if tail == "extend" else value
            self.bindings.append(Binding(self.function, self.owner, target + "[]", item, None, line))
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
                    self.mention_tails(value, BOUND, len(self.bindings))
                    self.bindings.append(Binding(self.function, self.owner, target + "[]", value, None, line, key))

    def constant(self, node: ast.Constant, use: Use) -> Expr:
        value = node.value
        if isinstance(value, str):
            if not value.isascii():
                value = value.encode("utf-8", "replace").decode()  # a lone surrogate fits no cache
            if len(value) < 160 and _DOTTED.match(value):
                self.strings.add(value)
            return Constant(value if len(value) <= 300 else value[:300])
        if value is None or isinstance(value, (bool, float)):
            return Constant(value)
        if isinstance(value, int):
            return Constant(value) if -(2**53) < value < 2**53 else Unknown()
        return Unknown()

    def bool_op(self, node: ast.BoolOp, use: Use) -> Expr:
        values = [self.expr(value, use) for value in node.values]
        return Either(tuple(values)) if isinstance(node.op, ast.Or) else values[-1]

    def if_exp(self, node: ast.IfExp, use: Use) -> Expr:
        self.expr(node.test, _NOWHERE)
        return Either((self.expr(node.body, use), self.expr(node.orelse, use)))

    def await_(self, node: ast.Await, use: Use) -> Expr:
        if isinstance(node.value, ast.Call):
            return self.call(node.value, use, awaited=True)
        path = _dotted(node.value)
        if path is not None:
            self.mentions.setdefault(path.rpartition(".")[2], []).extend((AWAITED, self.function))
        return self.expr(node.value, use)

    def collection(self, node: ast.List | ast.Tuple | ast.Set, use: Use) -> Expr:
        items = [self.expr(item, use) for item in node.elts]
        return Sequence(tuple(items[:_MAX_ITEMS]))

    def dictionary(self, node: ast.Dict, use: Use) -> Expr:
        keys: list[Expr | None] = []
        values: list[Expr] = []
        for key, value in zip(node.keys, node.values, strict=True):
            keys.append(self.expr(key, _NOWHERE) if key is not None else None)
            values.append(self.expr(value, use))
        return Dictionary(tuple(keys[:_MAX_ENTRIES]), tuple(values[:_MAX_ENTRIES]))

    def comprehension(self, node: ast.ListComp | ast.SetComp | ast.GeneratorExp, use: Use) -> Expr:
        opened = self.generators(node.generators)
        item = self.expr(node.elt, use)
        for number in reversed(opened):
            self.close_loop(number)
        return Collected(item)

    def dict_comprehension(self, node: ast.DictComp, use: Use) -> Expr:
        opened = self.generators(node.generators)
        self.expr(node.key, _NOWHERE)
        value = self.expr(node.value, use)
        for number in reversed(opened):
            self.close_loop(number)
        return Collected(value)

    def generators(self, generators: list[ast.comprehension]) -> list[int]:
        opened = []
        for generator in generators:
            iterable = self.expr(generator.iter, Use("iterated", call=len(self.loops)))
            targets = tuple(_target_names(generator.target))
            line = generator.target.lineno
            opened.append(self.open_loop("comprehension", iterable, targets, False, line))
            self.bind(generator.target, Element(iterable), None, line)
            for condition in generator.ifs:
                self.expr(condition, _NOWHERE)
        return opened

    def lambda_(self, node: ast.Lambda, use: Use) -> Expr:
        number = self.define_function(node, "<lambda>", False)
        self.mention(lambda_mention(number), self.mention_kind, self.mention_index)
        return LambdaValue(number)

    def starred(self, node: ast.Starred, use: Use) -> Expr:
        return Spread(self.expr(node.value, use))

    def joined_str(self, node: ast.JoinedStr, use: Use) -> Expr:
        parts: list[Expr] = []
        for value in node.values:
            inner = value.value if isinstance(value, ast.FormattedValue) else value
            parts.append(self.expr(inner, use))
        return Template(tuple(parts))

    def bin_op(self, node: ast.BinOp, use: Use) -> Expr:
        if type(node.op) in _CALLS:
            # Overloaded to build something (`prompt | model`, `first >> second`): a call of a method of the left side.
            if isinstance(node.left, ast.BinOp) and isinstance(node.left.op, ast.Sub):
                left: Expr = self.operator_call(node.left, "__sub__", use)
            else:
                left = self.expr(node.left, use)
            return self.operator_call(node, _CALLS[type(node.op)], use, left)
        left, right = self.expr(node.left, use), self.expr(node.right, use)
        if isinstance(node.op, ast.Add):
            if isinstance(left, (Constant, Template)) or isinstance(right, (Constant, Template)):
                return Template((left, right))
            return Operation("+", left, right)
        return Unknown(tuple(v.path for v in (left, right) if isinstance(v, Name)))

    def operator_call(self, node: ast.BinOp, method: str, use: Use, left: Expr | None = None) -> Expr:
        if left is None:
            left = self.expr(node.left, use)
        number = len(self.calls)
        self.calls.append(None)
        self.mention(method, CALLEE, number)
        kept = self.mention_kind, self.mention_index
        self.mention_kind, self.mention_index = ARGUMENT, number
        right = self.expr(node.right, Use("argument", call=number))
        self.mention_kind, self.mention_index = kept
        line, column = self.position(node.lineno, node.col_offset)
        end_line, end_column = self.position(node.end_lineno or node.lineno, node.end_col_offset or 0)
        callee: Expr = Attribute(left, method)
        if isinstance(left, Name):
            callee = Name(f"{left.path}.{method}")
        self.calls[number] = Call(
            callee, method, (right,), (), self.function, self.owner, self.loop, False, self.in_try, self.main_guard,
            use, line, column, end_line, end_column,
        )  # fmt: skip
        return Operation(method, left, right)

    def subscript(self, node: ast.Subscript, use: Use) -> Expr:
        base = self.expr(node.value, use)
        if isinstance(node.slice, ast.Slice):
            self.other_expression(node.slice)
            return base
        return Subscript(base, self.expr(node.slice, _NOWHERE))

    def named_expr(self, node: ast.NamedExpr, use: Use) -> Expr:
        value = self.assigned_value(node.value, [node.target])
        self.bind(node.target, value, None, node.lineno)
        return value

    def yield_(self, node: ast.Yield | ast.YieldFrom, use: Use) -> Expr:
        self.is_generator = True
        if node.value is not None:
            self.yields.append(self.expr(node.value, Use("yielded")))
        return Unknown()

    # --- what is noted along the way -------------------------------------------------------------

    def mention(self, name: str, kind: int, index: int) -> None:
        if kind == LOADED:
            self.load(name)
            return
        flat = self.mentions.get(name)
        if flat is None:
            self.mentions[name] = [kind, index]
        else:
            flat += (kind, index)

    def load(self, name: str) -> None:
        key = (name, self.function)
        if key not in self.loaded:
            self.loaded.add(key)
            self.mentions.setdefault(name, []).extend((LOADED, self.function))

    def mention_tails(self, value: Expr, kind: int, index: int) -> None:
        for name in _expression_tails(value):
            self.mention(name, kind, index)

    def read(self, name: str) -> None:
        for first_write, _ in self.events:
            first_write.setdefault(name, False)

    def write(self, name: str) -> None:
        for first_write, written in self.events:
            first_write.setdefault(name, True)
            written.add(name)

    def position(self, line: int, column: int) -> tuple[int, int]:
        if self.lines is None or line > len(self.lines):
            return line, column + 1
        return line, len(self.lines[line - 1].encode()[:column].decode(errors="replace")) + 1


def _dotted(node: ast.expr) -> str | None:
    parts: list[str] = []
    while isinstance(node, ast.Attribute):
        parts.append(node.attr)
        node = node.value
    if not isinstance(node, ast.Name):
        return None
    parts.append(node.id)
    return ".".join(reversed(parts))


def _target_names(node: ast.expr) -> list[str]:
    if isinstance(node, (ast.Tuple, ast.List)):
        return [name for part in node.elts for name in _target_names(part)]
    if isinstance(node, ast.Starred):
        return _target_names(node.value)
    if isinstance(node, ast.Subscript):
        path = _dotted(node.value)
        return [path + "[]"] if path else []
    path = _dotted(node)
    return [path] if path else []


def _expression_tails(value: Expr) -> list[str]:
    """The identifiers under which this value could be found again."""
    if isinstance(value, Name):
        return [value.path.rpartition(".")[2]]
    if isinstance(value, Attribute):
        return [value.name.rpartition(".")[2]]
    if isinstance(value, Either):
        return [name for option in value.options for name in _expression_tails(option)]
    if isinstance(value, Sequence):
        return [name for item in value.items for name in _expression_tails(item)]
    if isinstance(value, Dictionary):
        return [name for item in value.values for name in _expression_tails(item)]
    return []


def _is_main_guard(test: ast.expr) -> bool:
    if not (isinstance(test, ast.Compare) and len(test.comparators) == 1 and isinstance(test.ops[0], ast.Eq)):
        return isinstance(test, ast.BoolOp) and any(_is_main_guard(value) for value in test.values)
    sides = (test.left, test.comparators[0])
    return any(isinstance(s, ast.Name) and s.id == "__name__" for s in sides) and any(
        isinstance(s, ast.Constant) and s.value == "__main__" for s in sides
    )


_STATEMENTS: dict[type[ast.AST], Callable[[_Walk, Any], None]] = {
    ast.FunctionDef: _Walk.function_def,
    ast.AsyncFunctionDef: _Walk.async_function_def,
    ast.ClassDef: _Walk.class_def,
    ast.Import: _Walk.import_,
    ast.ImportFrom: _Walk.import_from,
    ast.Assign: _Walk.assign,
    ast.AnnAssign: _Walk.ann_assign,
    ast.AugAssign: _Walk.aug_assign,
    ast.Expr: _Walk.expr_statement,
    ast.Return: _Walk.return_,
    ast.Break: _Walk.break_,
    ast.For: _Walk.for_,
    ast.AsyncFor: _Walk.for_,
    ast.While: _Walk.while_,
    ast.If: _Walk.if_,
    ast.With: _Walk.with_,
    ast.AsyncWith: _Walk.with_,
    ast.Try: _Walk.try_,
    ast.Match: _Walk.match_,
    ast.Global: _Walk.global_,
    ast.Nonlocal: _Walk.nonlocal_,
    ast.Raise: _Walk.other_statement,
    ast.Assert: _Walk.other_statement,
    ast.Delete: _Walk.other_statement,
}
if hasattr(ast, "TryStar"):  # Python 3.11 and newer
    _STATEMENTS[ast.TryStar] = _Walk.try_
if hasattr(ast, "TypeAlias"):  # Python 3.12 and newer
    _STATEMENTS[ast.TypeAlias] = _Walk.other_statement

_EXPRESSIONS: dict[type[ast.AST], Callable[[_Walk, Any, Use], Expr]] = {
    ast.Name: _Walk.name,
    ast.Attribute: _Walk.attribute,
    ast.Call: _Walk.call,
    ast.Constant: _Walk.constant,
    ast.BoolOp: _Walk.bool_op,
    ast.IfExp: _Walk.if_exp,
    ast.Await: _Walk.await_,
    ast.List: _Walk.collection,
    ast.Tuple: _Walk.collection,
    ast.Set: _Walk.collection,
    ast.Dict: _Walk.dictionary,
    ast.ListComp: _Walk.comprehension,
    ast.SetComp: _Walk.comprehension,
    ast.GeneratorExp: _Walk.comprehension,
    ast.DictComp: _Walk.dict_comprehension,
    ast.Lambda: _Walk.lambda_,
    ast.Starred: _Walk.starred,
    ast.JoinedStr: _Walk.joined_str,
    ast.BinOp: _Walk.bin_op,
    ast.Subscript: _Walk.subscript,
    ast.NamedExpr: _Walk.named_expr,
    ast.Yield: _Walk.yield_,
    ast.YieldFrom: _Walk.yield_,
}
if hasattr(ast, "TemplateStr"):  # Python 3.14 and newer
    _EXPRESSIONS[ast.TemplateStr] = _Walk.joined_str
