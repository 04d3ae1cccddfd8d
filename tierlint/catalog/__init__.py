"""What we know about the world, as data: SDKs, frameworks, commands and models, read strictly from TOML tables."""

from __future__ import annotations

import difflib
import sys
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from importlib import resources
from typing import Any

import msgspec
from msgspec import Struct

from tierlint.config import ConfigError, read_strictly

# The words for who waits are fixed; a table can only say which of them a pattern means.
SECONDS, MINUTES = 1, 2
ENTRY_KINDS = {
    "web-request": SECONDS,
    "chat-ui": SECONDS,
    "bot-reply": SECONDS,
    "interactive-cli": SECONDS,
    "voice": SECONDS,
    "start-up": MINUTES,
    "command": MINUTES,
    "notebook": MINUTES,
    "queue-task": MINUTES,
    "background-task": MINUTES,
    "signal": MINUTES,
    "schedule": MINUTES,
    "ci-job": MINUTES,
    "eval": MINUTES,
    "test": MINUTES,
}


class Alias(Struct, frozen=True, forbid_unknown_fields=True):
    """`name` is another spelling of `stands_for` (also for everything below it)."""

    name: str
    stands_for: str


class Client(Struct, frozen=True, forbid_unknown_fields=True):
    """A class (or module, or factory) whose methods send requests, or an object that a request is made with.

    provider: who answers when nothing redirects it: `openai`, `azure`, `other`, `configurable`, `named` (by the model's
    name: see ModelPrefix) or `held` (whoever answers for the object that `model` holds). host_keywords: constructor
    arguments that redirect it. settings: module attributes that redirect it when assigned.

    model: constructor arguments (keywords, positions) that name the model or hold the object that does; a list counts
    for each of its items; `receiver` is the object whose method built this one, `service_context/llm` what an argument
    was built with in its turn, `add_component(1)` what a method of the object itself is handed later,
    `add_component(1|instance)` by position or keyword. through: arguments that hold the client whose host counts.
    provider_keyword: the argument that names the vendor apart from the model. falls_back_on: where the object is set
    for all that are built without one: `dspy.configure(lm)` is an argument of a call, `llama_index.core.Settings.llm`
    an attribute. otherwise: who answers when neither names nor holds a model. sole: only where the held object is known
    to reach OpenAI is this a request at all, and a literal where it could be is something else. by_call: a module or
    factory whose functions take with each call what other clients are built with.

    tier: whether the constructor takes a tier: `keyword` or `none`; spelling, also, tier_since, drops, raises: as
    in Method. extends: the spelling only adds to an argument that is there; to write the argument where there is none
    would put it in the place of the library's own defaults.
    timeout: constructor arguments with seconds; default_timeout: what it waits when none is given.
    stream: constructor arguments that make it stream.
    """

    name: str
    provider: str = "openai"
    host_keywords: tuple[str, ...] = ()
    settings: tuple[str, ...] = ()
    azure_settings: tuple[str, ...] = ()
    model: tuple[int | str, ...] = ()
    through: tuple[int | str, ...] = ()
    provider_keyword: str | None = None
    falls_back_on: tuple[str, ...] = ()
    otherwise: str = "configurable"
    sole: bool = False
    by_call: bool = False
    tier: str = "none"
    spelling: str = "service_tier"
    extends: bool = False
    also: tuple[str, ...] = ()
    tier_since: str | None = None
    drops: tuple[str, ...] = ()
    raises: tuple[str, ...] = ()
    timeout: tuple[str, ...] = ("timeout", "request_timeout")
    default_timeout: float | None = None
    stream: tuple[str, ...] = ()


class Method(Struct, frozen=True, forbid_unknown_fields=True):
    """A method that sends a request and waits.

    on: the classes, modules or factories that have it (`*`: every client of the table), `path`: its dotted path below
    them; `__call__` is calling the object itself. decorator: what is below it is a decorator, and calling a
    function that carries it sends the request; its arguments are the constructor's.

    tier: `keyword` (the call takes it), `none` (nothing takes it) or `indirect` (only where the object is built).
    spelling: how the call takes it: a keyword, then keys of a dict (`model_settings/service_tier`) or a class to build
    and its keyword (`model_settings/agents.ModelSettings()/extra_args/service_tier`). also: other spellings that work.
    tier_since: first version of the distribution in which the spelling works. drops, raises: spellings that are lost
    without a word, or raise.

    batch: the Batch API's URL for it. stream: `keyword`, `always` or `never`. tail: unmistakable even when the
    receiver is unknown. model: where the call names the model: keywords and positions. live: a person is on the line.
    agent: one call sends a chain of requests, each needing the answer before. object: the arguments whose own
    construction names the model. redirects: arguments that may send the request elsewhere. items: arguments over which
    the call itself sends one request each. url, body: where a bare HTTP request has its address and its content; verb:
    its method, where it is not a POST by name. `object` may then hold a request that is built by another call, whose
    arguments say all that.
    """

    on: tuple[str, ...]
    path: tuple[str, ...]
    api: str = "chat"
    tier: str = "none"
    spelling: str = "service_tier"
    also: tuple[str, ...] = ("extra_body/service_tier",)
    tier_since: str | None = None
    drops: tuple[str, ...] = ()
    raises: tuple[str, ...] = ()
    batch: str | None = None
    stream: str = "never"
    tail: bool = False
    model: tuple[str | int, ...] = ("model",)
    azure_keywords: tuple[str, ...] = ()
    live: bool = False
    agent: bool = False
    object: tuple[int | str, ...] = ()
    redirects: tuple[str, ...] = ()
    decorator: bool = False
    items: tuple[int | str, ...] = ()
    url: tuple[int | str, ...] = ()
    body: tuple[int | str, ...] = ()
    verb: tuple[int | str, ...] = ()


class Endpoint(Struct, frozen=True, forbid_unknown_fields=True):
    """What a path of OpenAI's HTTP interface does, for requests sent without an SDK; `path` is the end of the URL."""

    path: str
    api: str
    tier: str = "none"
    batch: str | None = None


class Flow(Struct, frozen=True, forbid_unknown_fields=True):
    """What a call or attribute of the outside world gives back, for following values.

    call / attribute: dotted names. gives: `receiver`, `instance` (of the class it stands on), `argument N`,
    `element of N`, `entering of N` (what `with` binds), `result of N` (what calling argument N gives), `results of N`
    (many of these), `instance of N`, `stored of N` (the instances that a database holds), `partial of N`,
    `module named N`, `object named N`, `instance named N` (of the class of that name; all by a literal), `kept by NAME`
    (what calls of that name are handed second, where their first argument is the same text), or a dotted name whose
    instance it is. N is a position or a keyword; `*.name` is a method of whatever it is called on, which may be a class
    of the project then: `instance of receiver`. part: which item of what the call gives, where that is taken apart:
    `app, route = fast_app()`.
    """

    gives: str
    call: tuple[str, ...] = ()
    attribute: tuple[str, ...] = ()
    part: int | None = None


class Host(Struct, frozen=True, forbid_unknown_fields=True):
    """Which provider answers at a host (a glob over the host name).

    variables: names (globs) of environment variables that hold an address of this vendor and no other.
    """

    host: str
    provider: str
    vendor: str
    variables: tuple[str, ...] = ()


class ModelPrefix(Struct, frozen=True, forbid_unknown_fields=True):
    """Which provider a model's name (a glob) stands for, where a library routes by it. The first match counts.

    What stands before the star and ends in `/` or `:` is no part of the model's own name: `openai/*`.
    """

    model: str
    provider: str


class EntryPattern(Struct, frozen=True, forbid_unknown_fields=True):
    """One way in which the outside world starts a function; exactly one form besides `kind` and `says`.

    decorator: resolved names of the decorator. method_of + method: a method (globs) of a subclass. argument_of +
    argument: the function handed to a call (positions and keywords); with method: the class or object, whose methods
    run. file + function: globs over path and name. main_guard: `if __name__ == "__main__"`. annotation: a parameter of
    this type. module_calls: a script whose module body runs because it calls one of these (globs). named_in: the
    function's dotted name stands as a string in what is assigned to one of these names (globs): a beat schedule, a list
    of jobs; with method: the name of its class, or of the function that gives it back. The function may stand there
    itself: `functions = [resize]` in `class Worker` is `Worker.functions`; only_in: the files (globs over their names)
    in which such a name means that. assigned_to: an attribute (globs) that the function is put into:
    `client.on_message = answer`. given: the decorator or the call has one of these keywords, or an argument that is a
    certain literal (a glob): `type=httpTrigger`, by position or keyword `0/event_type=http`; `()`: it has no argument.

    with_file: a command that starts the file runs the function: `modal run jobs/sort.py`.

    decorator + method: a class that carries it, whose methods run. decorator + inner: functions (globs) that are
    defined in the function which carries it. method_of + named_under: methods whose names are sent as texts under one
    of these keys of a dict, with dots for underscores or without: `{"type": "ship.sunk"}` runs `ship_sunk`.

    argument_of: the argument may also be a text with the function's dotted name, or something that the project deploys
    (`Deployment`). `receiver` is what the call is a method of; `**` any keyword. Where no other argument of the pattern
    is handed over, `annotation` is the type of the parameter whose default the call is, and `file` everything that the
    file around the call defines.
    """

    kind: str
    says: str
    decorator: tuple[str, ...] = ()
    method_of: tuple[str, ...] = ()
    method: tuple[str, ...] = ()
    argument_of: tuple[str, ...] = ()
    argument: tuple[int | str, ...] = ()
    file: tuple[str, ...] = ()
    function: tuple[str, ...] = ()
    main_guard: bool = False
    annotation: tuple[str, ...] = ()
    module_calls: tuple[str, ...] = ()
    named_in: tuple[str, ...] = ()
    only_in: tuple[str, ...] = ()
    assigned_to: tuple[str, ...] = ()
    given: tuple[str, ...] = ()
    inner: tuple[str, ...] = ()
    named_under: tuple[str, ...] = ()
    with_file: bool = False


class Deployment(Struct, frozen=True, forbid_unknown_fields=True):
    """A call that deploys a function of the project under the name of its file; what calls it there is an EntryPattern
    that the result of the call is handed to.

    handler: the arguments (positions, keywords) with the function's name, `file.function` where nothing else names the
    file. directory: those with the directory that is packed, or with a call whose first argument it is. file: those
    with the file. default_handler, default_file: what holds where no argument says it.
    """

    call: tuple[str, ...]
    handler: tuple[int | str, ...]
    directory: tuple[int | str, ...] = ()
    file: tuple[int | str, ...] = ()
    default_handler: str = ""
    default_file: str = ""


class Detach(Struct, frozen=True, forbid_unknown_fields=True):
    """A call after which the caller goes on without waiting.

    call: dotted names; method: method names on a function of the project (`task.delay()`). runs: which argument is
    run: positions and keywords; `receiver` for `method`. takes: `function`, `call` (a coroutine: the argument is the
    call itself), `name` (a dotted string or task name), `function name` (of a task, without its module), `method name`
    (of a class whose name is the argument `of`, spaces apart) or `rest` (what comes after this call in the same
    function, where it is handed what `runs` names). waited_by: what on the handle waits for the answer after all, a
    method, an attribute, or `()`, a call of the handle itself. how: `detached` or `dispatched`.
    decorator: `method` means this on functions that carry one of these, or whose class does; without `method`, their
    plain call does. given: as in EntryPattern, of the method's call.
    """

    says: str
    call: tuple[str, ...] = ()
    method: tuple[str, ...] = ()
    runs: tuple[int | str, ...] = (0,)
    takes: str = "function"
    waited_by: tuple[str, ...] = ()
    how: str = "detached"
    decorator: tuple[str, ...] = ()
    of: tuple[int | str, ...] = ()
    given: tuple[str, ...] = ()


class Launch(Struct, frozen=True, forbid_unknown_fields=True):
    """A call that starts another program of the project: `subprocess.run(["python", "jobs/sort.py"])`.

    command: the arguments (positions, keywords) with a line for the shell or a list of words; words: every argument is
    one of them. then: the arguments with the words that follow. before: what would stand before it in a shell, where
    only the name of a file or command is handed over. waits: the caller goes on when the program has ended; where it
    does not, waited_by: what on the handle waits after all. when: as in the commands of deployment files, where
    something else than the code around says when it runs.
    """

    says: str
    call: tuple[str, ...]
    command: tuple[int | str, ...] = (0,)
    words: bool = False
    then: tuple[int | str, ...] = ()
    before: str = ""
    waits: bool = True
    waited_by: tuple[str, ...] = ()
    when: str = ""


class FanOut(Struct, frozen=True, forbid_unknown_fields=True):
    """A call that runs a function once per item: function and items are positions or keywords (`receiver` too).

    method: method names on a function of the project that carries one of the decorators, where it is the receiver.
    builds: the function may be a class, of which an object is built that is called for each item.
    """

    says: str
    call: tuple[str, ...] = ()
    function: tuple[int | str, ...] = (0,)
    items: tuple[int | str, ...] = (1,)
    method: tuple[str, ...] = ()
    decorator: tuple[str, ...] = ()
    builds: bool = False


class Registration(Struct, frozen=True, forbid_unknown_fields=True):
    """A call that leaves a function with an object, which runs it when one of its methods is called later:
    `graph.add_node("draft", draft)`, then `graph.compile().invoke(state)`.

    function: positions and keywords. keeper: the object is the `receiver` of the call or its `result`. run_by: the
    methods that wait for what the function gives; left_by: those that set it going and go on, left_given: what the
    others do that with, as in EntryPattern; waited_by: what on the handle waits after all. steps: the functions left
    with one object run one after the other, each with what the last one gave. decorator: one that leaves the function
    with the object that it belongs to: `@flow.task()`.
    """

    says: str
    run_by: tuple[str, ...]
    call: tuple[str, ...] = ()
    function: tuple[int | str, ...] = (0,)
    keeper: str = "receiver"
    steps: bool = False
    decorator: tuple[str, ...] = ()
    left_by: tuple[str, ...] = ()
    left_given: tuple[str, ...] = ()
    waited_by: tuple[str, ...] = ()


class Hook(Struct, frozen=True, forbid_unknown_fields=True):
    """What a class of the outside world runs of its subclasses: calling a module of a network runs its `forward`.

    base: the class. method: what is called on the object (`__call__`: the object itself). runs: the names of the
    subclass's methods that this runs; decorated: those that carry one of these decorators.
    """

    base: tuple[str, ...]
    method: tuple[str, ...]
    runs: tuple[str, ...] = ()
    decorated: tuple[str, ...] = ()


class Record(Struct, frozen=True, forbid_unknown_fields=True):
    """Classes whose instances a database holds: `Ship.objects.get(pk=1)` gives a `Ship`, whatever the query is called.

    base: what the classes descend from. attribute: where a class has its instances. keeper: what else has them, as an
    attribute of the class (`afloat = AfloatManager()`) or in an annotation (`QuerySet[Ship]`): the framework's own
    classes, and those derived from them. back: the keyword by which a relation says what it is called from the other
    side; back_unsaid: what is put behind the class's name where it does not say.
    """

    base: tuple[str, ...]
    attribute: tuple[str, ...]
    keeper: tuple[str, ...] = ()
    back: str = ""
    back_unsaid: str = ""


class Wrapper(Struct, frozen=True, forbid_unknown_fields=True):
    """A call that gives back the iterable it was handed: `tqdm(rows)`."""

    call: tuple[str, ...]
    argument: tuple[int | str, ...] = (0,)


class Decorator(Struct, frozen=True, forbid_unknown_fields=True):
    """A decorator that leaves the parameters of a function as they are and hands all of them on: `@retry`."""

    name: tuple[str, ...]


class Stream(Struct, frozen=True, forbid_unknown_fields=True):
    """A call or object that a loop runs over without an end known up front: events, attempts, endless counters.

    key: of what a function is handed, the item with the messages that it is called for.
    """

    says: str
    name: tuple[str, ...] = ()
    key: tuple[str, ...] = ()


class Sink(Struct, frozen=True, forbid_unknown_fields=True):
    """Where an answer can end up. call: dotted names; `*.tail` also fits an unknown receiver. decorator: a
    call of a function of the project that carries one of these. assigned_to: an attribute that it is put into,
    `resp.media = answer`; `*.resp.media` fits where nothing is known of `resp`.

    kind: `live` (reaches a person now), `response` (what a request is answered with; of what a route returns no table
    says anything, for the return itself does, whatever object it is made into: these are the other ways), `terminal`,
    `mail` (read later: nobody waits for it), `store`, `log`, `queue` (somebody else takes it on). Others say who waits:
    `rejoin` (the function that handed the work over takes the answer back here), `poll` (asks a queue for the answer of
    a task by its id), `conversation` (somebody talks to the function that calls this).
    """

    kind: str
    says: str
    call: tuple[str, ...] = ()
    decorator: tuple[str, ...] = ()
    assigned_to: tuple[str, ...] = ()


class Prompt(Struct, frozen=True, forbid_unknown_fields=True):
    """A call that asks the person at the terminal or in the page something and waits.

    confirms: it asks for a yes or a no, which is a conversation only where it comes after the answer. confirms_by: what
    it says then (globs over the literal text, in small letters), for a call that can ask anything. tells: nothing is
    asked, but somebody is there to hear it.
    """

    call: tuple[str, ...]
    says: str
    confirms: bool = False
    tells: bool = False
    confirms_by: tuple[str, ...] = ()


class SdkTable(Struct, frozen=True, forbid_unknown_fields=True):
    """One file of `sdks/`."""

    sdk: str
    roots: tuple[str, ...]
    distribution: str | None = None
    alias: tuple[Alias, ...] = ()
    client: tuple[Client, ...] = ()
    method: tuple[Method, ...] = ()
    flow: tuple[Flow, ...] = ()
    host: tuple[Host, ...] = ()
    model_prefix: tuple[ModelPrefix, ...] = ()
    endpoint: tuple[Endpoint, ...] = ()


class FrameworkTable(Struct, frozen=True, forbid_unknown_fields=True):
    """One file of `frameworks/`."""

    framework: str
    alias: tuple[Alias, ...] = ()
    entry_point: tuple[EntryPattern, ...] = ()
    deployment: tuple[Deployment, ...] = ()
    detach: tuple[Detach, ...] = ()
    launch: tuple[Launch, ...] = ()
    fan_out: tuple[FanOut, ...] = ()
    registration: tuple[Registration, ...] = ()
    hook: tuple[Hook, ...] = ()
    record: tuple[Record, ...] = ()
    wrapper: tuple[Wrapper, ...] = ()
    decorator: tuple[Decorator, ...] = ()
    stream: tuple[Stream, ...] = ()
    sink: tuple[Sink, ...] = ()
    prompt: tuple[Prompt, ...] = ()
    flow: tuple[Flow, ...] = ()


class Catalog(Struct, frozen=True):
    """All tables as one."""

    sdks: tuple[SdkTable, ...]
    frameworks: tuple[FrameworkTable, ...]

    @property
    def entry_points(self) -> tuple[EntryPattern, ...]:
        return tuple(pattern for table in self.frameworks for pattern in table.entry_point)

    @property
    def deployments(self) -> tuple[Deployment, ...]:
        return tuple(deployment for table in self.frameworks for deployment in table.deployment)


def load(user: Mapping[str, Sequence[Mapping[str, Any]]] | None = None, source: str = "", prefix: str = "") -> Catalog:
    """The shipped tables, and the user's: arrays of tables by name, from the file `source`.

    Raises ConfigError for a user's entry with an unknown key, a wrong type, or without a form.
    """
    shipped = _shipped()
    if not user:
        return shipped
    own: dict[str, tuple[Any, ...]] = {}
    for name, kind in _USER_TABLES.items():
        entries: list[Any] = []
        for number, raw in enumerate(user.get(name, ())):
            key = f"{prefix}{name.replace('_', '-')}[{number}]"
            entry = read_strictly(raw, kind, source=source, key=key)
            if isinstance(entry, EntryPattern):
                _check_entry_point(f"{source}: {key}", entry)
            if isinstance(entry, SdkTable):
                check_sdk(f"{source}: {key}", entry, [c.name for table in shipped.sdks for c in table.client])
            entries.append(entry)
        own[name] = tuple(entries)
    sdks: tuple[SdkTable, ...] = own.pop("sdk", ())
    table = msgspec.convert({"framework": source}, FrameworkTable)
    table = msgspec.structs.replace(table, **own)
    return Catalog((*shipped.sdks, *sdks), (*shipped.frameworks, table))


@lru_cache(maxsize=1)
def _shipped() -> Catalog:
    sdks: list[SdkTable] = []
    frameworks: list[FrameworkTable] = []
    here = resources.files(__name__)
    for folder, kind in (("sdks", SdkTable), ("frameworks", FrameworkTable)):
        for file in sorted(here.joinpath(folder).iterdir(), key=lambda f: f.name):
            if not file.name.endswith(".toml"):
                continue
            table = msgspec.convert(_toml(file.read_text(encoding="utf-8")), kind)
            if isinstance(table, SdkTable):
                sdks.append(table)
            elif isinstance(table, FrameworkTable):
                frameworks.append(table)
    return Catalog(tuple(sdks), tuple(frameworks))


def _toml(text: str) -> dict[str, object]:
    if sys.version_info >= (3, 11):
        import tomllib
    else:
        import tomli as tomllib
    return tomllib.loads(text)


_USER_TABLES: dict[str, type[Struct]] = {
    "entry_point": EntryPattern,
    "deployment": Deployment,
    "detach": Detach,
    "launch": Launch,
    "fan_out": FanOut,
    "registration": Registration,
    "hook": Hook,
    "record": Record,
    "wrapper": Wrapper,
    "decorator": Decorator,
    "stream": Stream,
    "sink": Sink,
    "prompt": Prompt,
    "flow": Flow,
    "alias": Alias,
    "sdk": SdkTable,
}


_CHOICES: dict[str, dict[str, tuple[str, ...]]] = {
    "client": {
        "provider": ("openai", "azure", "other", "configurable", "named", "held"),
        "otherwise": ("openai", "azure", "other", "configurable"),
        "tier": ("keyword", "none"),
    },
    "method": {
        "api": (
            "chat", "responses", "embeddings", "completions", "moderations", "images", "audio", "assistants", "other"
        ),
        "tier": ("keyword", "none", "indirect"),
        "stream": ("keyword", "always", "never"),
    },
    "endpoint": {"tier": ("keyword", "none")},
    "host": {"provider": ("openai", "azure", "other", "configurable")},
    "model_prefix": {"provider": ("openai", "azure", "other", "configurable", "none")},
}  # fmt: skip


def check_sdk(where: str, table: SdkTable, others: Iterable[str]) -> None:
    """Raise ConfigError where a table of an SDK uses a word of its own or names a client that there is none of.

    where: file and key, for the message; others: clients of other tables that its methods may stand on.
    """
    for kind, choices in _CHOICES.items():
        for number, entry in enumerate(getattr(table, kind)):
            for key, words in choices.items():
                said = getattr(entry, key)
                if said not in words:
                    raise ConfigError(f"{where}.{kind}[{number}].{key}: unknown word {said!r}{_one_of(said, words)}")
    known = {client.name for client in table.client}.union(others)
    for number, method in enumerate(table.method):
        for name in method.on:
            if name not in known and name != "*":
                raise ConfigError(
                    f"{where}.method[{number}].on: no client is called {name!r}{_one_of(name, sorted(known), 3)}; "
                    "add a [[client]] of that name"
                )
    if not table.roots:
        raise ConfigError(f"{where}.roots: name the package that is imported")


def _one_of(said: str, words: Sequence[str], most: int = 99) -> str:
    near = difflib.get_close_matches(said, words, 1)
    return f"; did you mean {near[0]!r}?" if near else f"; one of {', '.join(words)}" if len(words) <= most else ""


def _check_entry_point(where: str, pattern: EntryPattern) -> None:
    if pattern.kind not in ENTRY_KINDS:
        raise ConfigError(f"{where}.kind: unknown kind {pattern.kind!r}{_one_of(pattern.kind, list(ENTRY_KINDS))}")
    forms = [
        bool(pattern.decorator), bool(pattern.method_of), bool(pattern.argument_of), bool(pattern.file),
        pattern.main_guard, bool(pattern.annotation), bool(pattern.module_calls), bool(pattern.named_in),
        bool(pattern.assigned_to),
    ]  # fmt: skip
    if sum(forms) != 1:
        raise ConfigError(
            f"{where}: exactly one of decorator, method-of, argument-of, file, main-guard, annotation, module-calls, "
            f"named-in, assigned-to says where it starts, and this entry has {sum(forms)}"
        )
