"""API calls and what is said of them: traces, verdicts, routes, edits, findings."""

from __future__ import annotations

from typing import Literal

from msgspec import Struct

from tierlint.model.joined import CallEdge, CallId, EntryPoint, FunctionId
from tierlint.model.places import Evidence, Location, Problem


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
    yielded: it is streamed, and the parts are given on one by one as they come. toolless: of an agent, which has
    nothing to do between its requests, and so sends one.
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
    toolless: bool = False


class Destination(Struct, frozen=True, array_like=True):
    """One place where an answer ends up. kind: of a sink in the tables, or `returned` (to whoever started the program),
    `kept` (for others to read) or `lost` (the trail breaks there)."""

    kind: str
    evidence: Evidence


class Trace(Struct, frozen=True):
    """One chain of calls from an entry point to an API call; hops in calling order.

    demo: an example outside the call's own folder, or a module that tries itself out while other files use what it
    tries: it does not vote. tier: what the request is sent with on this way; `<expr>` where only a run can tell. goes:
    where the answer ends up. looked_at: the body that starts it does no more with the answer than to show it.
    fixed: what is asked is written out where the last function is called, `embed("test")`.
    runs_on: past a loop that never ends and takes what has come in meanwhile.
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
    looked_at: bool = False
    fixed: bool = False
    runs_on: bool = False


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
