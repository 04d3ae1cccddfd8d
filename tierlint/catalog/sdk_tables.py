"""What a table says of an SDK: its clients, the methods that send requests, and who answers at which host."""

from __future__ import annotations

from msgspec import Struct


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
    tools: constructor arguments, and methods of the object (`tool()`), that give an agent something to do between its
    requests; one that is given nothing sends one request and is done.
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
    tools: tuple[str, ...] = ()


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
    agent: one call sends a chain of requests, each needing the answer before; `batch` then says what takes them where
    the agent has no tools and sends one. object: the arguments whose own
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
