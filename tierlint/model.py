"""Every value that crosses a module boundary: frozen, without logic."""

from __future__ import annotations

from typing import Literal

from msgspec import Struct

# --- Places ------------------------------------------------------------------------------------


class Location(Struct, frozen=True, array_like=True, order=True, gc=False):
    """A range of a file: posix path from the project root, 1-based lines and columns in code points.

    For a notebook, lines count through the joined code cells; `cell` (0-based index of the cell in the
    notebook) and `cell_line` (1-based) say where a person finds them.
    """

    path: str
    line: int
    column: int
    end_line: int
    end_column: int
    cell: int | None = None
    cell_line: int | None = None


class Evidence(Struct, frozen=True, array_like=True):
    """One sentence that a person can check at a place (or that holds for the whole project: no place)."""

    text: str
    at: Location | None


class Problem(Struct, frozen=True, array_like=True, order=True):
    """A file that could not be read, and why; `line` is 1-based, or 0 for the file as a whole."""

    path: str
    line: int
    message: str


# --- Values as they stand in the source ---------------------------------------------------------
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
    `global` or `nonlocal` says so.
    """

    function: int
    owner: int
    target: str
    value: Expr
    annotation: Expr | None
    line: int
    key: str | None = None
    home: int | None = None


class Loop(Struct, frozen=True, array_like=True, gc=False):
    """A loop around code.

    kind: `for`, `async` (async for), `while`, `comprehension`. parent: index of the next loop outwards in the same
    function, or -1.
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


# --- The program, joined -----------------------------------------------------------------------


class FunctionId(Struct, frozen=True, array_like=True, order=True, gc=False):
    """A function of the project: its file's path and its index in that file's summary."""

    path: str
    index: int


class CallId(Struct, frozen=True, array_like=True, order=True, gc=False):
    """A call of the project: its file's path and its index in that file's summary."""

    path: str
    index: int


EdgeKind = Literal["direct", "callback", "detached", "dispatched", "override", "named", "decorates", "replaces"]


class CallEdge(Struct, frozen=True):
    """`caller` makes `callee` run by the call `by`.

    how: `direct`; `callback` (handed over and called back); `detached` (handed over to run on its own);
    `dispatched` (by name through a queue); `override` (a base class calls the hook that the callee overrides);
    `named` (the receiver is unknown, only the method's name fits); `decorates` (a decorator runs where something is
    defined under it); `replaces` (a decorator puts the callee in the caller's place).
    waits: the caller waits for the answer.
    fan_out: made once per item of a collection known up front. chained: made with what another function gave before.
    """

    caller: FunctionId
    callee: FunctionId
    by: CallId
    how: EdgeKind
    fan_out: Evidence | None
    waits: bool
    at: Location
    note: str | None = None
    chained: Evidence | None = None


class EntryPoint(Struct, frozen=True):
    """Where the outside world starts the program. kind is one of the catalogue's entry kinds."""

    function: FunctionId
    name: str
    kind: str
    at: Location
    because: str


class Command(Struct, frozen=True, order=True):
    """A shell command in a deployment file.

    when: `schedule` (cron, timer), `service` (keeps running: web process, worker, container),
    `event` (push, pull request, webhook), `manual` (a person starts it: make target, console script, dispatch),
    `request` (somebody is on the line: a function behind an address), `message` (a queue, a topic, a file in a store),
    `evaluation` (run over the examples of a data set).
    directory: posix path from the project root in which it runs ("" is the root).
    """

    text: str
    when: str
    at: Location
    directory: str = ""


class Target(Struct, frozen=True, order=True):
    """What a command starts. kind: `script` (name: posix path from the root), `module` (dotted, as with `-m`),
    `function` (`pkg.mod:attribute`, an application object or function), `management` (the name of a Django or Flask
    command), `worker` (`celery -A pkg.app`: name is the application's module; tasks run here), `notebook` (path)."""

    kind: str
    name: str
    arguments: tuple[str, ...]
    command: Command


# --- API calls and what is said of them -----------------------------------------------------------


class TierPlace(Struct, frozen=True):
    """A call expression that takes a tier: the request itself, or where the object it is made with is built.

    spelling: as in the tables (`service_tier`, `model_settings/service_tier`). since: first version of the SDK in which
    it works. closed: nothing in that call can smuggle in another tier.
    """

    call: CallId
    spelling: str
    since: str | None
    at_call: bool
    closed: bool
    at: Location


class LostTier(Struct, frozen=True):
    """A tier that is passed in a spelling which the library `drops` without a word, or which `raises`.

    right: the spelling that works in the same call, if there is one.
    """

    call: CallId
    spelling: str
    how: str
    tier: str
    right: str | None


class ApiCall(Struct, frozen=True):
    """One call expression that sends a request to a model and waits for the answer.

    method: dotted name in the SDK, without aliases. certain: the receiver was resolved; otherwise only the unmistakable
    tail of the callee speaks for it. host: of the client, where it is known; vendor: whose it is. model: a literal,
    else None (`models` holds every literal it may be). tier, timeout: as passed, `<expr>` where not a literal. closed:
    nothing in the call can smuggle in another tier (no `**kwargs`, no `extra_body`, no existing tier). client: where it
    is built.
    places: where a tier can be written, in order of preference; lost: where one is passed in vain. default_timeout:
    seconds that the library waits when none is passed. spread: the call itself sends a request for each of many items.
    yielded: it is streamed, and the parts are given on one by one as they come.
    """

    call: CallId
    callee: str
    method: str
    sdk: str
    api: str
    provider: str
    host: str | None
    model: str | None
    models: tuple[str, ...]
    tier: str | None
    stream: bool | None
    timeout: str | None
    certain: bool
    closed: bool
    function: FunctionId
    function_name: str
    at: Location
    client: Location | None
    because: tuple[Evidence, ...] = ()
    places: tuple[TierPlace, ...] = ()
    lost: tuple[LostTier, ...] = ()
    default_timeout: float | None = None
    spread: Evidence | None = None
    vendor: str | None = None
    yielded: bool = False


class Destination(Struct, frozen=True, array_like=True):
    """One place where an answer ends up. kind: of a sink in the tables, or `returned` (to whoever started the program),
    `kept` (for others to read) or `lost` (the trail breaks there)."""

    kind: str
    evidence: Evidence


class Trace(Struct, frozen=True):
    """One chain of calls from an entry point to an API call; hops in calling order.

    demo: an example outside the call's own folder, or a module that tries itself out while other files use what it
    tries: it does not vote. tier: what the request is sent with on this way; `<expr>` where only a run can tell. goes:
    where the answer ends up.
    """

    entry: EntryPoint
    hops: tuple[CallEdge, ...]
    detached: Evidence | None
    waits: Evidence | None
    fan_out: Evidence | None
    chained: Evidence | None
    interactive: Evidence | None
    certain: bool
    demo: bool = False
    tier: str | None = None
    goes: tuple[Destination, ...] = ()


Tier = Literal["standard", "flex", "batch", "undetermined"]
Confidence = Literal["high", "medium", "low"]


class Verdict(Struct, frozen=True):
    """What the workload can bear; always with evidence.

    idle: the entry points that reach the call with nobody waiting at their end, however it is reached.
    """

    tier: Tier
    confidence: Confidence
    because: tuple[Evidence, ...]
    fan_out: bool = False
    idle: tuple[EntryPoint, ...] = ()

    def __post_init__(self) -> None:
        if not self.because:
            raise ValueError("a verdict carries evidence")


class Route(Struct, frozen=True):
    """How the discount is had for this model, endpoint and SDK.

    mechanism: `flex`, `batch`, `background-window` or `none`; discount: share of the standard price saved.
    """

    mechanism: str
    discount: float
    obstacle: str | None


class Splice(Struct, frozen=True, order=True):
    """Replace bytes start:end of the original file by text."""

    path: str
    start: int
    end: int
    text: str


class Fix(Struct, frozen=True):
    """A change to the source. safety is `safe` or `unsafe`; why_unsafe says what was not proved."""

    title: str
    safety: str
    edits: tuple[Splice, ...]
    why_unsafe: str | None = None


class Inside(Struct, frozen=True, array_like=True):
    """A dict display or a call that is the value of a keyword: the names in it, and where one more can be added.

    before and after go around the item that is inserted at the byte offset `insert_at`.
    """

    names: tuple[str, ...]
    insert_at: int
    before: str
    after: str


class Reading(Struct, frozen=True, array_like=True, tag="call"):
    """What LibCST says of one call where it stands.

    insert_at: byte offset in the file where a keyword argument can be added, and `insert` the text that adds
    `service_tier="flex"` there; None: not editable. keywords: name -> (start, end) byte range of each whole
    keyword argument including the comma and space that go with it, for removal; values: of its value alone.
    inside: name -> what its value holds. obstacle: why it cannot be edited. quote: the mark that its strings use.
    """

    insert_at: int | None
    insert: str
    keywords: dict[str, tuple[int, int]]
    values: dict[str, tuple[int, int]]
    obstacle: str | None = None
    inside: dict[str, Inside] = {}
    quote: str = '"'


class Signature(Struct, frozen=True, array_like=True, tag="def"):
    """What LibCST says of a function where it is defined.

    insert_at: byte offset in the file where a parameter can be added, `before` and `after` what goes around it; None:
    not editable, and `obstacle` says why. hinted: its parameters or its result have type hints. speaks: its text uses
    the name `service_tier` otherwise than for an argument. quote: the mark that its strings use.
    """

    insert_at: int | None
    before: str
    after: str
    hinted: bool = False
    speaks: bool = False
    quote: str = '"'
    obstacle: str | None = None


class Loss(Struct, frozen=True):
    """A tier that is passed in vain: where, and the edit that spells it right, if there is one."""

    lost: LostTier
    at: Location
    fix: Fix | None


class Missing(Struct, frozen=True):
    """A function that nothing is seen to run, and from which an undetermined call is reached.

    name: as a person would write it; function: its bare name. clues: what broke the trail, where something did.
    """

    name: str
    function: str
    at: Location
    clues: tuple[Evidence, ...]


class JudgedCall(Struct, frozen=True):
    """An API call with everything that was found out about it.

    place: where its tier would be written, and no_fix: why tierlint does not write it there. losses: how to repair each
    of the call's lost tiers. refuses_tier: why the call cannot take the tier that it passes. missing: what would settle
    it, where the verdict is undetermined.
    """

    api_call: ApiCall
    traces: tuple[Trace, ...]
    verdict: Verdict
    route: Route
    fix: Fix | None = None
    reading: Reading | None = None
    place: TierPlace | None = None
    no_fix: str | None = None
    losses: tuple[Loss, ...] = ()
    refuses_tier: str | None = None
    missing: tuple[Missing, ...] = ()


class Diagnostic(Struct, frozen=True):
    """One finding. fingerprint stays the same when the code around it moves; hidden_because: why it is not shown."""

    rule: str
    message: str
    at: Location
    related: tuple[Evidence, ...]
    confidence: str
    fix: Fix | None
    fingerprint: str = ""
    hidden_because: str | None = None


class Report(Struct, frozen=True):
    """The whole result. `diagnostics` are shown; `hidden` are not, each with `hidden_because`."""

    diagnostics: tuple[Diagnostic, ...]
    hidden: tuple[Diagnostic, ...]
    judged_calls: tuple[JudgedCall, ...]
    entry_points: tuple[EntryPoint, ...]
    problems: tuple[Problem, ...]
    files_seen: int
    files_read: int
    unresolved_calls: int = 0
