"""How a tier is written into the call that takes it, in that call's own spelling."""

from __future__ import annotations

from collections.abc import Callable

from msgspec import Struct

from tierlint.model import Reading, Splice

TIER = "flex"
# What a class goes by in a file, and the import line that has to be added for it, if any.
LocalName = Callable[[str], tuple[str, Splice | None] | None]


class Written(Struct, frozen=True):
    """The edits that write a tier, and what they write."""

    item: str
    edits: tuple[Splice, ...]


def written(path: str, reading: Reading, spelling: str, local_name: LocalName, tier: str = TIER) -> Written | str:
    """The edits that add a tier to the call at `reading`, or why there are none."""
    if reading.insert_at is None:
        return reading.obstacle or "the call cannot be edited"
    keyword, *inner = spelling.split("/")
    imports: list[Splice] = []
    names: dict[str, str] = {}
    for name in inner:
        if name.endswith("()"):
            local = local_name(name.removesuffix("()"))
            if local is None:
                return f"`{name.removesuffix('()').rpartition('.')[2]}` is not imported here"
            names[name] = local[0]
            imports += [local[1]] if local[1] is not None else []
    value = f"{reading.quote}{tier}{reading.quote}"
    item = _item(keyword, inner, value, names, reading.quote)
    if keyword not in reading.keywords:
        whole = f"service_tier={reading.quote}{TIER}{reading.quote}"
        edit = Splice(path, reading.insert_at, reading.insert_at, reading.insert.replace(whole, item))
        return Written(item, (*imports, edit))
    if not inner:
        return f"`{keyword}` is passed already"
    inside = reading.inside.get(keyword)
    if inside is None:
        return f"`{keyword}` is put together elsewhere"
    is_object = inner[0].endswith("()")
    name, rest = (inner[1], inner[2:]) if is_object else (inner[0], inner[1:])
    if name in inside.names:
        return f"`{keyword}` holds `{name}` already"
    added = _item(name, rest, value, names, reading.quote) if is_object else _entry(name, rest, value, reading.quote)
    edit = Splice(path, inside.insert_at, inside.insert_at, inside.before + added + inside.after)
    return Written(item, (*imports, edit) if not is_object else (edit,))


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
