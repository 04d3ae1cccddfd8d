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

from tierlint.catalog.framework_tables import (
    Decorator,
    Deployment,
    Detach,
    EntryPattern,
    FanOut,
    FrameworkTable,
    Hook,
    Launch,
    Prompt,
    Record,
    Registration,
    Signal,
    Sink,
    Stream,
    Wrapper,
)
from tierlint.catalog.sdk_tables import Alias, Flow, SdkTable
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
# A person starts these and may sit there; nobody can say from the code alone.
BY_HAND = frozenset({"command", "notebook", "start-up"})


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
    "signal": Signal,
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
