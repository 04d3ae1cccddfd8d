"""Settings from pyproject.toml or tierlint.toml and the command line, read strictly."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterable, Mapping
from difflib import get_close_matches
from pathlib import Path
from typing import Any, Final, Literal, TypeVar, Union, get_args, get_origin, get_type_hints

import msgspec
from msgspec import Struct

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

T = TypeVar("T")

# With these a project describes its own wrappers and frameworks; only the catalogue knows their schema.
TABLES: Final = (
    "entry-point", "detach", "fan-out", "sink", "wrapper", "decorator", "stream", "prompt", "flow", "alias", "sdk",
)  # fmt: skip

_REMEDIES: Final = (
    ("Expected `array", 'write a list: ["..."]'),
    ("Expected `object", "write a table of key = value pairs"),
    ("Expected `bool", "write true or false"),
    ("Expected `str", "write a string in quotes"),
    ("Expected `int", "write a number"),
)
_WHERE: Final = re.compile(r" - at `(?:key in )?\$?(?P<path>[^`]*)`\Z")
_UNKNOWN: Final = re.compile(r"Object contains unknown field `(?P<name>[^`]*)`")
_MISSING: Final = re.compile(r"Object missing required field `(?P<name>[^`]*)`")


class ConfigError(Exception):
    """A mistake in what the user wrote: one line that names the place and the remedy."""


class Settings(Struct, frozen=True, forbid_unknown_fields=True, rename="kebab", kw_only=True):
    """What a project asks for.

    include, exclude: gitignore-style patterns; `extend-exclude` adds to `exclude`. assume_openai_host: a
    client built without a base URL counts as OpenAI's own. openai_version: overrules the installed, locked or
    required one. raw_tables: the project's own catalogue entries, by table name with underscores, not yet
    checked. source: the file all of this was read from.
    """

    include: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()
    extend_exclude: tuple[str, ...] = ()
    select: tuple[str, ...] = ("TL",)
    extend_select: tuple[str, ...] = ()
    ignore: tuple[str, ...] = ()
    per_file_ignores: dict[str, tuple[str, ...]] = {}
    min_confidence: Literal["low", "medium", "high"] = "low"
    output_format: Literal["text", "concise", "json", "github"] = "text"
    strict: bool = False
    assume_openai_host: bool = True
    extend_flex_models: tuple[str, ...] = ()
    exclude_flex_models: tuple[str, ...] = ()
    openai_version: str | None = None
    raw_tables: dict[str, Any] = {}
    source: str = ""

    @property
    def prefix(self) -> str:
        """What stands before a key of these settings in messages: `tool.tierlint.` or nothing."""
        return _prefix(self.source)


def load(root: Path, explicit: Path | None = None) -> Settings:
    """The settings of the project at `root`, or those in the file `explicit`."""
    if explicit is not None:
        name = str(explicit)
        table = _own_table(_read_toml(explicit, name), name)
        if table is None:
            raise ConfigError(f"{name}: has no [tool.tierlint] table; add one, or name another file")
        return _settings(table, name)
    found = {}
    for name in ("tierlint.toml", "pyproject.toml"):
        path = root / name
        if path.is_file():
            table = _own_table(_read_toml(path, name), name)
            if table is not None:
                found[name] = table
    if len(found) > 1:
        raise ConfigError("tierlint.toml: pyproject.toml has [tool.tierlint] too; keep one of the two")
    for name, table in found.items():
        return _settings(table, name)
    return Settings()


def override(settings: Settings, **options: Any) -> Settings:
    """The settings with the command line's options on top; an option that is None or empty was not given.

    Rules selected on the command line replace the file's selection and what it ignores: who asks for a rule
    wants to see it. `ignore`, `extend_select` and `extend_exclude` add to the file's.
    """
    given = {key: value for key, value in options.items() if value is not None and value != ()}
    if "select" in given:
        settings = msgspec.structs.replace(settings, extend_select=(), ignore=())
    for key in ("ignore", "extend_select", "extend_exclude"):
        if key in given:
            given[key] = (*getattr(settings, key), *given[key])
    return msgspec.structs.replace(settings, **given)


def read_strictly(value: Any, kind: type[T], *, source: str, key: str) -> T:
    """`value`, as TOML gave it, as a `kind`; `source` and `key` name the place in messages."""
    try:
        return msgspec.convert(value, kind, strict=True)
    except msgspec.ValidationError as error:
        raise ConfigError(f"{source}: {_explain(str(error), kind, key)}") from None


def suggestion(word: str, known: Iterable[str]) -> str:
    """`; did you mean ...?` where something known is spelt alike, else an empty string."""
    nearest = get_close_matches(word, list(known), n=1)
    return f"; did you mean `{nearest[0]}`?" if nearest else ""


def _prefix(source: str) -> str:
    return "tool.tierlint." if Path(source).name == "pyproject.toml" else ""


def _read_toml(path: Path, name: str) -> dict[str, Any]:
    try:
        # Windows editors put a byte order mark in front, which TOML does not know.
        return tomllib.loads(path.read_bytes().decode("utf-8-sig"))
    except OSError as error:
        raise ConfigError(f"{name}: cannot be read: {error.strerror or error}") from None
    except UnicodeDecodeError as error:
        raise ConfigError(f"{name}: is not UTF-8 (byte {error.start}); save it as UTF-8") from None
    except tomllib.TOMLDecodeError as error:
        raise ConfigError(f"{name}: is not valid TOML: {str(error).rstrip('.')}") from None


def _own_table(document: dict[str, Any], name: str) -> dict[str, Any] | None:
    if not _prefix(name):
        if "tool" in document:
            raise ConfigError(f"{name}: tool: keys stand at the top level here, without [tool.tierlint]")
        return document
    tool = document.get("tool", {})
    table = tool.get("tierlint") if isinstance(tool, dict) else None
    if table is not None and not isinstance(table, dict):
        raise ConfigError(f"{name}: tool.tierlint: expected a table; write [tool.tierlint]")
    return table


def _settings(table: Mapping[str, Any], source: str) -> Settings:
    prefix = _prefix(source)
    plain: dict[str, Any] = {}
    raw: dict[str, Any] = {}
    known = [field for field in Settings.__struct_encode_fields__ if field not in ("raw-tables", "source")]
    for key, value in table.items():
        if key.replace("_", "-") in TABLES:
            raw[key.replace("-", "_")] = _array_of_tables(value, source, f"{prefix}{key}")
        elif key in known:
            plain[key] = value
        else:
            hint = suggestion(key, [*known, *TABLES]) or f"; known keys: {', '.join(sorted((*known, *TABLES)))}"
            raise ConfigError(f"{source}: {prefix}{key}: unknown key{hint}")
    per_file = plain.get("per-file-ignores")
    for pattern, codes in per_file.items() if isinstance(per_file, dict) else ():
        # msgspec would not say under which pattern the mistake stands.
        read_strictly(codes, tuple[str, ...], source=source, key=f'{prefix}per-file-ignores."{pattern}"')
    settings = read_strictly(plain, Settings, source=source, key=prefix)
    return msgspec.structs.replace(settings, raw_tables=raw, source=source)


def _array_of_tables(value: Any, source: str, key: str) -> list[dict[str, Any]]:
    if not isinstance(value, list) or not all(isinstance(item, dict) for item in value):
        raise ConfigError(f"{source}: {key}: not an array of tables; write [[{key}]] in double brackets")
    return [_with_underscores(item) for item in value]


def _with_underscores(value: Any) -> Any:
    """The catalogue writes its keys with underscores; in pyproject.toml people write hyphens."""
    if isinstance(value, dict):
        return {key.replace("-", "_"): _with_underscores(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_with_underscores(item) for item in value]
    return value


def _explain(error: str, kind: Any, key: str) -> str:
    """msgspec's message in the words of the file: the dotted key, what is wrong, and what to write."""
    where = _WHERE.search(error)
    path = where["path"].lstrip(".") if where else ""
    message = (error[: where.start()] if where else error).replace(" | null", "")
    place = _join(key, path)
    if unknown := _UNKNOWN.match(message):
        name, fields = unknown["name"], _fields(_type_at(kind, path))
        hint = suggestion(name, fields) or (f"; known keys: {', '.join(sorted(fields))}" if fields else "")
        return f"{_join(place, name)}: unknown key{hint}"
    if missing := _MISSING.match(message):
        return f"{_join(place, missing['name'])}: is missing; add it"
    if "enum value" in message:
        choices = [str(choice) for choice in _choices(_type_at(kind, path))]
        return f"{place}: {message[0].lower()}{message[1:]}; write one of {', '.join(choices)}"
    remedy = next((f"; {words}" for start, words in _REMEDIES if message.startswith(start)), "")
    return f"{place}: {message[0].lower()}{message[1:].replace('`', '')}{remedy}"


def _join(key: str, path: str) -> str:
    if not path or not key or path.startswith("["):
        return f"{key}{path}"
    return f"{key.rstrip('.')}.{path}"


def _type_at(kind: Any, path: str) -> Any:
    """The type that a msgspec path such as `method[0].on` leads to; None where it cannot be told."""
    for step in re.findall(r"\[[^\]]*\]|[^.\[]+", path):
        kind = _without_none(kind)
        if step.startswith("["):
            arguments = get_args(kind)
            kind = (arguments[-1] if get_origin(kind) is dict else arguments[0]) if arguments else None
        elif isinstance(kind, type) and issubclass(kind, Struct):
            names = dict(zip(kind.__struct_encode_fields__, kind.__struct_fields__, strict=True))
            kind = get_type_hints(kind).get(names.get(step, step))
        else:
            return None
    return _without_none(kind)


def _without_none(kind: Any) -> Any:
    if get_origin(kind) is Union or type(kind).__name__ == "UnionType":
        return next((option for option in get_args(kind) if option is not type(None)), kind)
    return kind


def _fields(kind: Any) -> tuple[str, ...]:
    return kind.__struct_encode_fields__ if isinstance(kind, type) and issubclass(kind, Struct) else ()


def _choices(kind: Any) -> tuple[Any, ...]:
    return get_args(kind) if get_origin(kind) is Literal else ()
