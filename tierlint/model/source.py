"""What one file says, before anything is resolved: values as they stand in the source, and its summary."""

from __future__ import annotations

from msgspec import Struct

# --- Values as they stand in the source -----------------------------------------------------------


# The forms of an expression that matter for following a value. Everything else is `Unknown`.


class Name(Struct, frozen=True, array_like=True, tag="n", gc=False):
    """A dotted name: `client`, `self.client.chat`."""

    path: str


class Attribute(Struct, frozen=True, array_like=True, tag="a", gc=False):
    """An attribute of something that is not a plain name: `make().chat` (`name` may be dotted)."""

    base: Expr
    name: str


class CallResult(Struct, frozen=True, array_like=True, tag="c", gc=False):
    """What a call gives back; `call` is an index into `ModuleSummary.calls`."""

    call: int


class Constant(Struct, frozen=True, array_like=True, tag="k", gc=False):
    """A literal. Bytes and ellipsis are `Unknown`."""

    value: str | int | float | bool | None


class Dictionary(Struct, frozen=True, array_like=True, tag="d", gc=False):
    """A dict display; a key of None stands for `**mapping`."""

    keys: tuple[Expr | None, ...]
    values: tuple[Expr, ...]


class Sequence(Struct, frozen=True, array_like=True, tag="s", gc=False):
    """A list, tuple or set display."""

    items: tuple[Expr, ...]


class Collected(Struct, frozen=True, array_like=True, tag="g", gc=False):
    """A comprehension: many values of one form."""

    item: Expr


class Range(Struct, frozen=True, array_like=True, tag="r", gc=False):
    """The key of a slice that does not begin with the first item: `[start:stop]`."""

    start: int
    stop: int | None


class Subscript(Struct, frozen=True, array_like=True, tag="i", gc=False):
    """`base[key]`."""

    base: Expr
    key: Expr


class Either(Struct, frozen=True, array_like=True, tag="o", gc=False):
    """One of several: `a or b`, `a if c else b`. told: something that the first option does not name says which."""

    options: tuple[Expr, ...]
    told: bool = False


class LambdaValue(Struct, frozen=True, array_like=True, tag="l", gc=False):
    """A lambda; `function` is an index into `ModuleSummary.functions`."""

    function: int


class Element(Struct, frozen=True, array_like=True, tag="e", gc=False):
    """One item of an iterable: the target of a `for`, or one part of an unpacked tuple (`index`)."""

    iterable: Expr
    index: int | None = None


class Entered(Struct, frozen=True, array_like=True, tag="w", gc=False):
    """What `with context as name` binds."""

    context: Expr


class Template(Struct, frozen=True, array_like=True, tag="f", gc=False):
    """An f-string, or strings joined with `+`."""

    parts: tuple[Expr, ...]


class Operation(Struct, frozen=True, array_like=True, tag="b", gc=False):
    """A binary operation whose operator may be overloaded to build something: `prompt | model`."""

    operator: str
    left: Expr
    right: Expr


class Spread(Struct, frozen=True, array_like=True, tag="x", gc=False):
    """`*iterable` among positional arguments."""

    iterable: Expr


class Unknown(Struct, frozen=True, array_like=True, tag="u", gc=False):
    """An expression of a form that is not followed; `names` are the names it reads."""

    names: tuple[str, ...] = ()


Expr = (
    Name
    | Attribute
    | CallResult
    | Constant
    | Dictionary
    | Sequence
    | Collected
    | Range
    | Subscript
    | Either
    | LambdaValue
    | Element
    | Entered
    | Template
    | Operation
    | Spread
    | Unknown
)


# --- What a file says, before anything is resolved ------------------------------------------------


class Use(Struct, frozen=True, array_like=True, gc=False):
    """What happens to a call's value.

    how: `returned`, `yielded`, `assigned` (names: the targets), `argument` (call: of which call), `iterated`
    (the iterable of a loop), `entered` (a context manager), `discarded` (a statement of its own), `other`.
    """

    how: str
    names: tuple[str, ...] = ()
    call: int = -1


class Parameter(Struct, frozen=True, array_like=True, gc=False):
    """One parameter; kind is `positional`, `variadic` (*args), `keyword` (keyword-only) or `keywords` (**kwargs)."""

    name: str
    kind: str
    annotation: Expr | None
    default: Expr | None


class Function(Struct, frozen=True, array_like=True, gc=False):
    """A function, method or lambda. Function 0 of a module is the module's own body, named `<module>`.

    parent: index of the enclosing function; owner: index of the class it is a method of, or -1.
    """

    name: str
    qualname: str
    parent: int
    owner: int
    parameters: tuple[Parameter, ...]
    returns_annotation: Expr | None
    decorators: tuple[Expr, ...]
    returns: tuple[Expr, ...]
    yields: tuple[Expr, ...]
    is_async: bool
    is_generator: bool
    line: int
    end_line: int


class Class(Struct, frozen=True, array_like=True, gc=False):
    """A class; parent: index of the function it is defined in; owner: index of the enclosing class, or -1."""

    name: str
    qualname: str
    parent: int
    owner: int
    bases: tuple[Expr, ...]
    decorators: tuple[Expr, ...]
    keywords: tuple[tuple[str, Expr], ...]
    line: int


class Import(Struct, frozen=True, array_like=True, gc=False):
    """`from module import attribute as name` (`attribute` None: `import module as name`; `*`: star)."""

    function: int
    name: str
    module: str
    level: int
    attribute: str | None
    line: int


class Binding(Struct, frozen=True, array_like=True, gc=False):
    """`target = value` in a function body or a class body (`owner` is the class index, else -1).

    target: `x`, `self.x`, `config.x`, or `x[]` for an item that is stored or appended. annotation: of `x: T = value`.
    key: the literal key of `x["key"] = value`. home: the function whose name it is, where
    `global` or `nonlocal` says so. slots: the names that say which item is stored into: `x[i]["key"] = value`.
    perhaps: of a dotted target, it stands in a branch that not every run takes.
    """

    function: int
    owner: int
    target: str
    value: Expr
    annotation: Expr | None
    line: int
    key: str | None = None
    home: int | None = None
    slots: tuple[str, ...] = ()
    perhaps: bool = False


class Loop(Struct, frozen=True, array_like=True, gc=False):
    """A loop around code.

    kind: `for`, `async` (async for), `while`, `comprehension`. parent: index of the next loop outwards in the same
    function, or -1. iterable: what it goes over; of a `while`, the collection that it works off without adding to it.
    carried: names whose value in one round may come from an earlier round (read or mutated before they are
    written). exits: the body leaves early by `return`, or by `break` inside a `try`. endless: a `while`
    that ends by a failure or from elsewhere only: `while True` without a way out, `while self.running`.
    line, end: the first line and the last. stops_on, stops_after: the names that the tests read which end the loop by a
    `break`, and the calls in them.
    """

    function: int
    parent: int
    kind: str
    iterable: Expr | None
    targets: tuple[str, ...]
    carried: tuple[str, ...]
    exits: bool
    endless: bool
    line: int
    end: int
    stops_on: tuple[str, ...] = ()
    stops_after: tuple[int, ...] = ()


class Call(Struct, frozen=True, array_like=True, gc=False):
    """One call expression; line and column as in `Location`, `name` is the last part of what is called."""

    callee: Expr
    name: str
    arguments: tuple[Expr, ...]
    keywords: tuple[tuple[str | None, Expr], ...]
    function: int
    owner: int
    loop: int
    awaited: bool
    in_try: bool
    main_guard: bool
    use: Use
    line: int
    column: int
    end_line: int
    end_column: int


class Ignore(Struct, frozen=True, array_like=True, gc=False):
    """`# tierlint: ignore[CODES] reason` on a line; no codes: everything. Columns delimit the comment."""

    line: int
    codes: tuple[str, ...]
    column: int
    end_column: int
    applies_to: int


class ModuleSummary(Struct, frozen=True, array_like=True):
    """Everything tierlint keeps of one file, learnt from its bytes alone.

    mentions: identifier -> where it is used as a value: pairs (kind, index) flattened, kinds as in `MENTIONS`.
    problem: why the file could not be read (then the rest is empty); `line` of it in `problem_line`.
    """

    imports: tuple[Import, ...]
    functions: tuple[Function, ...]
    classes: tuple[Class, ...]
    bindings: tuple[Binding, ...]
    loops: tuple[Loop, ...]
    calls: tuple[Call, ...]
    ignores: tuple[Ignore, ...]
    mentions: dict[str, tuple[int, ...]]
    strings: tuple[str, ...]
    problem: str | None = None
    problem_line: int = 0
    cells: tuple[tuple[int, int], ...] = ()
