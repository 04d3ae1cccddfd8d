"""The catalogue's clients and methods, laid out for look-up by name."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from msgspec import Struct
from msgspec.structs import replace

from tierlint.catalog import Catalog
from tierlint.catalog.sdk_tables import Client, Endpoint, Method, SdkTable
from tierlint.model import ApiCall

CALLED = "__call__"


class Entry(Struct, frozen=True):
    """A method of a client, and the table that says so."""

    table: SdkTable
    client: Client
    method: Method


class Known(Struct, frozen=True):
    """The catalogue's methods and clients.

    methods: by full dotted name; tails: by an unmistakable path. last: last parts of paths whose part before is one of
    `resources`. plain: last parts of methods that stand directly on an object or module -> the roots of their packages.
    apis: of a client, the one API that all its methods use.
    makers: last parts of the names of what builds clients that are called themselves. decorators: last parts of
    decorators' names. handed_out: by package, what stands directly below it.
    """

    methods: Mapping[str, Entry]
    tails: Mapping[str, tuple[SdkTable, Method]]
    clients: Mapping[str, tuple[SdkTable, Client]]
    endpoints: tuple[Endpoint, ...]
    apis: Mapping[str, str]
    last: frozenset[str]
    resources: frozenset[str]
    plain: Mapping[str, frozenset[str]]
    makers: Mapping[str, frozenset[str]]
    decorators: frozenset[str]
    roots: frozenset[str]
    handed_out: Mapping[str, frozenset[str]]


def lay_out(catalog: Catalog) -> Known:
    """Index the SDK tables by full dotted name and by the last parts of it."""
    clients = {client.name: (table, client) for table in catalog.sdks for client in table.client}
    methods: dict[str, Entry] = {}
    tails: dict[str, tuple[SdkTable, Method]] = {}
    last: set[str] = set()
    resources: set[str] = set()
    plain: dict[str, frozenset[str]] = {}
    makers: dict[str, frozenset[str]] = {}
    decorators: set[str] = set()
    for table in catalog.sdks:
        roots = frozenset(table.roots)
        for method in table.method:
            own = [client.name for client in table.client] if "*" in method.on else method.on
            for name in own:
                owner = clients.get(name)
                if owner is None:
                    continue
                for path in method.path:
                    methods[f"{name}.{path}"] = Entry(table, owner[1], method)
                    resource, _, tail = path.rpartition(".")
                    if method.decorator:
                        decorators.add(tail)
                    elif path == CALLED:
                        for maker in _makers(catalog, name):
                            makers[maker] = makers.get(maker, frozenset()) | roots
                    elif resource:
                        last.add(tail)
                        resources.add(resource.rpartition(".")[2])
                    else:
                        plain[tail] = plain.get(tail, frozenset()) | roots
            if method.tail:
                tails.update(dict.fromkeys(method.path, (table, method)))
    return Known(
        methods=methods,
        tails=tails,
        clients=clients,
        endpoints=tuple(endpoint for table in catalog.sdks for endpoint in table.endpoint),
        apis=_apis(methods.values()),
        last=frozenset(last),
        resources=frozenset(resources),
        plain=plain,
        makers=makers,
        decorators=frozenset(decorators),
        roots=frozenset(root for table in catalog.sdks for root in table.roots),
        handed_out=_handed_out(methods),
    )


def _apis(methods: Iterable[Entry]) -> dict[str, str]:
    used: dict[str, set[str]] = {}
    for entry in methods:
        if entry.client.provider != "held":
            used.setdefault(entry.client.name, set()).add(entry.method.api)
    return {name: apis.pop() for name, apis in used.items() if len(apis) == 1}


def _makers(catalog: Catalog, client: str) -> Iterator[str]:
    """The last parts of the names of what builds a client: the class or function under all its names, and the flows."""
    yield client.rpartition(".")[2].removesuffix("()")
    root = client.partition(".")[0]
    aliases = (alias for table in catalog.sdks for alias in table.alias)
    yield from (alias.name.rpartition(".")[2] for alias in aliases if alias.stands_for == client)
    for flow in (flow for table in catalog.sdks for flow in table.flow):
        if flow.gives == client:
            yield from (name.rpartition(".")[2] for name in flow.call)
        elif flow.gives == "instance":
            yield from (name.rpartition(".")[2] for name in flow.call if name.partition(".")[0] == root)


def _handed_out(methods: Mapping[str, Entry]) -> Mapping[str, frozenset[str]]:
    found: dict[str, set[str]] = {}
    for name, entry in methods.items():
        root, _, below = name.partition(".")
        if root in entry.table.roots:
            found.setdefault(root, set()).add(below.partition(".")[0])
    return {root: frozenset(names) for root, names in found.items()}


def method_of(known: Known, api_call: ApiCall) -> Method:
    """The table entry of a found call; where it uses another API than others, with what that API takes."""
    if api_call.method not in known.methods:
        return next(entry for path, (_, entry) in known.tails.items() if api_call.method.endswith(path))
    method = known.methods[api_call.method].method
    if method.agent:
        method = replace(method, agent=False) if api_call.toolless else replace(method, batch=None)
    if method.url or method.api != api_call.api:
        endpoint = next(entry for entry in known.endpoints if entry.api == api_call.api)
        tier = endpoint.tier if method.url or endpoint.tier == "none" else method.tier
        return replace(method, tier=tier, batch=endpoint.batch)
    return method
