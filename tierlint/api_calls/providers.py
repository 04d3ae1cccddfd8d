"""Who answers a request: by host, by a model's name, by what a client is built with or a module is told."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from fnmatch import fnmatchcase
from functools import cache
from urllib.parse import urlsplit

from msgspec import Struct

from tierlint.api_calls import texts
from tierlint.api_calls.arguments import Arguments, record_of
from tierlint.api_calls.known import Known
from tierlint.api_calls.unseen import assigned, may_be_unseen
from tierlint.catalog import Catalog
from tierlint.catalog.sdk_tables import Client, Host, SdkTable
from tierlint.model import Constant, Either, Evidence, Expr, Location, Name, Subscript, Template
from tierlint.program import Program, Scope, locate
from tierlint.program.values import ConstantValue, External, Values

# Provider, host where it is known, and why.
Said = tuple[str, str | None, tuple[Evidence, ...]]
_FROM_ENVIRONMENT = frozenset({"os.environ.get()", "os.getenv()"})
_FARTHEST = 4
# What is set, where, to what, and whether only some runs set it.
Setting = tuple[str, Location, Values, bool]
Settings = Callable[[tuple[str, ...]], tuple[Setting, ...]]


class World(Struct, frozen=True):
    """What is asked at every call: the program, the tables, and what the project sets on modules.

    official: a client that is built without a host counts as OpenAI's own.
    """

    program: Program
    catalog: Catalog
    known: Known
    settings: Settings
    official: bool

    @property
    def usual(self) -> str:
        return "openai" if self.official else "configurable"


def world_of(program: Program, catalog: Catalog, known: Known, official: bool) -> World:
    # Where a module's attributes are set is the same for all calls, and takes a look at every file.
    return World(program, catalog, known, cache(lambda names: tuple(_settings(program, names))), official)


def by_class(world: World, client: Client, read: Arguments) -> Said | None:
    """What the class, its arguments and its settings say of who answers; None: nothing, so it is as usual."""
    if client.provider in ("azure", "other"):
        return client.provider, None, ()
    for record, scope, at in read.built:
        for keyword in client.host_keywords:
            given, values = read.in_call(record, scope, keyword)
            if given:
                said = Evidence(f"the client is built with `{keyword}=`", at)
                exprs = [e for name, e in record.keywords if name == keyword]
                if any(may_be_unseen(world.program, e, scope) for e in exprs):
                    return "configurable", None, (said,)
                named = by_variable(world, exprs, scope, values, at) if exprs else None
                return named or by_host(world.catalog, values, said)
        if any(name is None for name, _ in record.keywords) and not client.by_call:
            return "configurable", None, (Evidence("the client is built with `**` arguments", at),)
        elsewhere = {"provider", "data_residency"}.difference(map(str, client.through))
        if client.provider == "openai" and any(name in elsewhere for name, _ in record.keywords):
            return "configurable", None, (Evidence("the client is built for another provider or region", at),)
    return by_settings(world, client)


def by_settings(world: World, client: Client) -> Said | None:
    """What is set on the module that sends the requests."""
    hosts = world.settings(client.settings)
    for text, at, values, perhaps in world.settings(client.azure_settings):
        if any(isinstance(v, ConstantValue) and isinstance(v.value, str) and "azure" in v.value for v in values):
            sure = all(isinstance(v, ConstantValue) for v in values) and not hosts and not perhaps
            return "azure" if sure else "configurable", None, (Evidence(f"`{text}` is set", at),)
    for text, at, values, perhaps in sorted(hosts, key=lambda setting: setting[3]):
        if perhaps:
            return "configurable", None, (Evidence(f"`{text}` is set on some runs", at),)
        return by_host(world.catalog, values, Evidence(f"`{text}` is set", at))
    return None


def by_host(catalog: Catalog, values: Values, why: Evidence) -> Said:
    """Who answers at an address that can be one of these values."""
    found = [v.value for v in values if isinstance(v, ConstantValue)]
    if not values or len(found) != len(values):
        return "configurable", None, (why,)
    hosts = {host_of(text) for text in found if isinstance(text, str)}
    if not hosts:
        return "openai", None, ()
    providers = {provider_of(catalog, host) for host in hosts}
    if len(providers) != 1 or (None in found and providers != {"openai"}):
        return "configurable", None, (why,)
    host = sorted(hosts)[0] if len(hosts) == 1 else None
    return providers.pop(), host, (why,)


def by_variable(world: World, exprs: Iterable[Expr], scope: Scope, values: Values, at: Location) -> Said | None:
    """Who answers at an address from an environment variable whose name says it, default and all."""
    names = [name for expr in exprs for name in _variables(world.program, expr, scope)]
    if not names:
        return None
    hosts = [entry for table in world.catalog.sdks for entry in table.host]
    meant = [next((h for h in hosts if any(fnmatchcase(name, v) for v in h.variables)), None) for name in names]
    providers = {host.provider if host is not None else None for host in meant}
    providers |= {provider_of(world.catalog, host_of(one.text)) for one in texts.texts(world.program, values)}
    provider = providers.pop() if len(providers) == 1 else None
    return (provider, None, (Evidence(f"the address is in `{names[0]}`", at),)) if provider is not None else None


def by_prefix(table: SdkTable, name: str) -> tuple[str | None, str]:
    """The provider that a model's name stands for in a library, and the model's own name."""
    for entry in table.model_prefix:
        if fnmatchcase(name, entry.model):
            literal = entry.model.partition("*")[0]
            return entry.provider, name[len(literal) :] if literal.endswith(("/", ":")) else name
    return None, name


def host_of(url: str) -> str:
    """The host name of a URL, also of one without a scheme."""
    return (urlsplit(url if "//" in url else f"//{url}").hostname or "").lower()


def provider_of(catalog: Catalog, host: str) -> str:
    """Who answers at a host: the catalogue's word, and any unknown host is another vendor."""
    entry = _entry_of(catalog, host)
    return entry.provider if entry is not None else "other"


def vendor_of(catalog: Catalog, host: str | None) -> str | None:
    """Whose host it is, as a person says it."""
    entry = _entry_of(catalog, host) if host else None
    return entry.vendor if entry is not None else None


def _entry_of(catalog: Catalog, host: str) -> Host | None:
    return next((entry for table in catalog.sdks for entry in table.host if fnmatchcase(host, entry.host)), None)


def _variables(program: Program, expr: Expr, scope: Scope, depth: int = 0) -> Iterator[str]:
    """The environment variables that a text is taken from."""
    if depth > _FARTHEST:
        return
    if isinstance(expr, Name):
        for bound, outer in assigned(program, expr, scope):
            yield from _variables(program, bound, outer, depth + 1)
    elif isinstance(expr, (Either, Template)):
        for part in expr.options if isinstance(expr, Either) else expr.parts:
            yield from _variables(program, part, scope, depth + 1)
    elif isinstance(expr, Subscript):
        owners = program.resolver.values(expr.base, scope)
        if isinstance(expr.key, Constant) and any(isinstance(v, External) and v.name == "os.environ" for v in owners):
            yield str(expr.key.value)
    else:
        for value in program.resolver.values(expr, scope):
            if isinstance(value, External) and value.made is not None and value.name in _FROM_ENVIRONMENT:
                arguments = record_of(program, value.made)[0].arguments
                if arguments and isinstance(arguments[0], Constant):
                    yield str(arguments[0].value)


def _settings(program: Program, names: tuple[str, ...]) -> Iterator[Setting]:
    for name in names:
        owner, _, attribute = name.rpartition(".")
        root = name.partition(".")[0]
        for module in program.modules.values():
            if root not in module.summary.mentions and not any(
                i.module.startswith(root) for i in module.summary.imports
            ):
                continue
            module.bindings(0, -1)
            for target, bindings in module.dotted.items():
                if not target.endswith("." + attribute):
                    continue
                for binding in bindings:
                    scope = Scope(module.path, binding.function, binding.owner)
                    receiver = program.resolver.values(Name(target.rpartition(".")[0]), scope)
                    if any(isinstance(v, External) and v.name == owner for v in receiver):
                        at = locate(module, binding.line, 1, binding.line, 1)
                        yield target, at, program.resolver.bound(binding, module), binding.perhaps
