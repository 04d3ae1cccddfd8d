"""YAML as plain dicts and lists whose scalars remember where they stand."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from msgspec import Struct

from tierlint.manifests.places import Unreadable

if TYPE_CHECKING:
    from yaml.nodes import Node


class Scalar(Struct, frozen=True):
    """A scalar as text, whatever its type; lines are 1-based. literal: a `|` block, whose lines are kept."""

    text: str
    line: int
    end_line: int
    literal: bool


Yaml = Scalar | list[Any] | dict[str, Any]


def documents(text: str) -> tuple[Yaml, ...]:
    """Every document of a YAML file; aliases and merge keys are resolved, and shared, not copied."""
    import yaml

    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    try:
        return tuple(_value(node, {}) for node in yaml.compose_all(text, Loader=loader) if node is not None)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        problem = getattr(error, "problem", None) or "not YAML"
        raise Unreadable(mark.line + 1 if mark else 0, f"not readable as YAML: {problem}") from error
    except UnicodeError as error:
        raise Unreadable(0, "not readable as YAML: not valid text") from error


def _value(node: Node, known: dict[int, Yaml]) -> Yaml:
    from yaml.nodes import MappingNode, ScalarNode, SequenceNode

    if id(node) in known:
        return known[id(node)]
    if isinstance(node, SequenceNode):
        items: list[Yaml] = []
        # Known before its items are, because an alias may lead back to it.
        known[id(node)] = items
        items.extend(_value(item, known) for item in node.value)
        return items
    if not isinstance(node, MappingNode):
        end = node.end_mark
        # The end of a block scalar is the start of the line after it.
        last = end.line if end.column == 0 and end.line > node.start_mark.line else end.line + 1
        scalar = Scalar(str(node.value), node.start_mark.line + 1, last, getattr(node, "style", None) == "|")
        known[id(node)] = scalar
        return scalar
    entries: dict[str, Yaml] = {}
    known[id(node)] = entries
    merged: list[Yaml] = []
    for key, item in node.value:
        name = str(key.value) if isinstance(key, ScalarNode) else ""
        value = _value(item, known)
        if name == "<<":
            merged.extend(value if isinstance(value, list) else [value])
        else:
            entries[name] = value
    for mapping in merged:
        for name, value in mapping.items() if isinstance(mapping, dict) else ():
            entries.setdefault(name, value)
    return entries


def at(value: Yaml | None, *keys: str) -> Yaml | None:
    """What stands under a path of keys; None where there is nothing."""
    for key in keys:
        if not isinstance(value, dict):
            return None
        value = value.get(key)
    return value


def mapping(value: Yaml | None) -> dict[str, Yaml]:
    """The value if it is a mapping, else an empty one."""
    return value if isinstance(value, dict) else {}


def sequence(value: Yaml | None) -> list[Yaml]:
    """The value if it is a sequence, else an empty one."""
    return value if isinstance(value, list) else []


def words(value: Yaml | None) -> tuple[Scalar, ...]:
    """The scalars of a scalar or of a sequence."""
    if isinstance(value, Scalar):
        return (value,)
    return tuple(item for item in sequence(value) if isinstance(item, Scalar))


def string(value: Yaml | None) -> str:
    """The text of a scalar, else the empty string."""
    return value.text if isinstance(value, Scalar) else ""
