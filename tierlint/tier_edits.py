"""How a tier is written into the call that takes it, in that call's own spelling."""

from __future__ import annotations

from collections.abc import Callable

from msgspec import Struct

from tierlint.model import Reading, Splice

TIER = "flex"
# What classes go by in a file, and the import line that has to be added for those that have no name there.
LocalNames = Callable[[tuple[str, ...]], tuple[dict[str, str], tuple[Splice, ...]] | None]


class Written(Struct, frozen=True):
    """The edits that write a tier, and what they write."""

    item: str
    edits: tuple[Splice, ...]


def written(path: str, reading: Reading, spelling: str, local_names: LocalNames, tier: str = TIER) -> Written | str:
    """The edits that add a tier to the call at `reading`, or why there are none."""
    if reading.insert_at is None:
        return reading.obstacle or "the call cannot be edited"
    keyword, *inner = spelling.split("/")
    is_there = keyword in reading.keywords
    extends_object = is_there and bool(inner) and inner[0].endswith("()")
    # The class of an object that stands there already is not named again.
    classes = tuple(name.removesuffix("()") for name in inner[extends_object:] if name.endswith("()"))
    known = local_names(classes)
    if known is None:
        return f"`{classes[0].rpartition('.')[2]}` is not imported here"
    imports = known[1]
    names = {f"{name}()": local for name, local in known[0].items()}
    value = f"{reading.quote}{tier}{reading.quote}"
    if not is_there:
        item = _item(keyword, inner, value, names, reading.quote)
        whole = f"service_tier={reading.quote}{TIER}{reading.quote}"
        edit = Splice(path, reading.insert_at, reading.insert_at, reading.insert.replace(whole, item))
        return Written(item, (*imports, edit))
    if not inner:
        return f"`{keyword}` is passed already"
    inside = reading.inside.get(keyword)
    if inside is None:
        return f"`{keyword}` is put together elsewhere"
    name, *rest = inner[extends_object:]
    if name in inside.names:
        return f"`{keyword}` holds `{name}` already"
    item = _item(name, rest, value, names, reading.quote)
    added = item if extends_object else _entry(name, rest, value, reading.quote)
    edit = Splice(path, inside.insert_at, inside.insert_at, inside.before + added + inside.after)
    return Written(item, (*imports, edit))


def spelled(spelling: str, tier: str = TIER) -> str:
    """A spelling as a person would write it: `model_settings={"service_tier": "flex"}`."""
    keyword, *inner = spelling.split("/")
    names = {name: name.removesuffix("()").rpartition(".")[2] for name in inner if name.endswith("()")}
    return _item(keyword, inner, f'"{tier}"', names, '"')


def _item(keyword: str, inner: list[str], value: str, names: dict[str, str], quote: str) -> str:
    return f"{keyword}={_value(inner, value, names, quote)}"


def _entry(key: str, inner: list[str], value: str, quote: str) -> str:
    return f"{quote}{key}{quote}: {_value(inner, value, {}, quote)}"


def _value(inner: list[str], value: str, names: dict[str, str], quote: str) -> str:
    if not inner:
        return value
    first, *rest = inner
    if first.endswith("()"):
        return f"{names[first]}({_item(rest[0], rest[1:], value, names, quote)})"
    return f"{{{_entry(first, rest, value, quote)}}}"
