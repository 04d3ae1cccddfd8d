"""setup.cfg and setup.py: console scripts."""

from __future__ import annotations

import ast
import configparser
from collections.abc import Iterator, Sequence

from tierlint.manifests import python_text
from tierlint.manifests.places import Unreadable, folder, line_of, page, span
from tierlint.model import Command

GLOBS = ("setup.cfg", "setup.py")

_GROUPS = ("console_scripts", "gui_scripts")


def read(path: str, text: str) -> Iterator[Command]:
    """Console scripts, spelt `name = package.module:function`."""
    lines = page(text)
    found = _from_cfg(text) if path.endswith(".cfg") else _from_python(text)
    for entry in found:
        name, _, target = (part.strip() for part in entry.partition("="))
        if ":" in target:
            # Only the name tells two entries with the same function apart.
            line = line_of(lines, entry.strip())
            yield Command(f"{name} = {target}", "manual", span(path, lines, line), folder(path))


def _from_cfg(text: str) -> Iterator[str]:
    parser = configparser.ConfigParser(interpolation=None, strict=False)
    try:
        parser.read_string(text)
    except configparser.Error as error:
        raise Unreadable(0, f"not readable as setup.cfg: {error.message}") from error
    for group in _GROUPS:
        yield from _entries(parser.get("options.entry_points", group, fallback="").splitlines())


def _from_python(text: str) -> Iterator[str]:
    if "entry_points" not in text:
        return
    tree = python_text.parse(text)
    constants = {
        node.targets[0].id: node.value
        for node in tree.body
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name)
    }
    for node in ast.walk(tree):
        if not isinstance(node, ast.keyword) or node.arg != "entry_points":
            continue
        value = constants.get(node.value.id, node.value) if isinstance(node.value, ast.Name) else node.value
        try:
            points = ast.literal_eval(value)
        except (ValueError, TypeError):
            continue
        yield from _from_points(points)


def _from_points(points: object) -> Iterator[str]:
    if isinstance(points, str):
        parser = configparser.ConfigParser(interpolation=None, strict=False, allow_no_value=True)
        try:
            parser.read_string("\n".join(line.strip() for line in points.splitlines()))
        except configparser.Error:
            return
        for group in _GROUPS:
            if parser.has_section(group):
                yield from (f"{name} = {target}" for name, target in parser.items(group) if target)
    elif isinstance(points, dict):
        for group in _GROUPS:
            entries = points.get(group, ())
            yield from _entries(entries.splitlines() if isinstance(entries, str) else entries)


def _entries(lines: Sequence[object]) -> Iterator[str]:
    for line in lines:
        if isinstance(line, str) and "=" in line and not line.lstrip().startswith("#"):
            yield line.strip()
