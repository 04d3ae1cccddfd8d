"""The names that commands give to Python code, in the one spelling that a target has."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from msgspec import Struct

from tierlint.manifests import python_text
from tierlint.manifests.paths import Paths, Place, import_root, locate, locate_module, module_name

_REFERENCE = re.compile(r"(?P<module>[^:]+?)(?:::?(?P<attribute>[\w.]+))?(?:\(.*\))?")


class Reference(Struct, frozen=True):
    """A module of the project, what of it is meant, and the directory from which it is imported."""

    module: str
    attribute: str
    directory: str


def reference(word: str, place: Place, project: Paths) -> Reference | None:
    """What `pkg.mod`, `pkg.mod:attribute`, `pkg.mod.attribute`, `pkg/mod.py` or `pkg/mod.py::name` means."""
    found = _REFERENCE.fullmatch(word)
    if not found:
        return None
    module, attribute = found["module"], found["attribute"] or ""
    if module.endswith(".py") or "/" in module:
        path = locate(module, place, project) or locate(f"{module}.py", place, project)
        return Reference(module_name(path, place), attribute, place.directory) if path else None
    parts = module.split(".")
    # Of `pkg.mod.attribute`, the longest part that is a module of the project.
    for end in range(len(parts), len(parts) - 1 if attribute else 0, -1):
        name = ".".join(parts[:end])
        path = locate_module(name, place, project)
        if path:
            rest = attribute or ".".join(parts[end:])
            return Reference(name, rest, import_root(name, path, place))
    return None


def functions_in_code(code: str, place: Place, project: Paths) -> Iterator[Reference]:
    """The project's functions that a few lines of Python import and call."""
    tree = python_text.parse(code.strip())
    names: dict[str, str] = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and node.module and not node.level:
            names.update({alias.asname or alias.name: f"{node.module}.{alias.name}" for alias in node.names})
        elif isinstance(node, ast.Import):
            for alias in node.names:
                first = alias.name.partition(".")[0]
                names[alias.asname or first] = alias.name if alias.asname else first
    for node in ast.walk(tree):
        callee = _dotted(node.func) if isinstance(node, ast.Call) else None
        first, _, rest = (callee or "").partition(".")
        if first in names:
            found = reference(".".join(filter(None, (names[first], rest))), place, project)
            if found and found.attribute:
                yield found


def _dotted(node: ast.expr) -> str | None:
    if isinstance(node, ast.Name):
        return node.id
    if isinstance(node, ast.Attribute):
        base = _dotted(node.value)
        return f"{base}.{node.attr}" if base else None
    return None
