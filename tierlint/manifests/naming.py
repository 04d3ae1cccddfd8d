"""The names that commands give to Python code, in the one spelling that a target has."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from tierlint.manifests.paths import Paths, Place, locate, locate_module, module_name

_REFERENCE = re.compile(r"(?P<module>[^:]+?)(?:::?(?P<attribute>[\w.]+))?(?:\(.*\))?")


def module_of(word: str, place: Place, project: Paths) -> str | None:
    """The module that `pkg.mod`, `pkg.mod:attribute`, `pkg.mod.attribute` or `pkg/mod.py` is of."""
    found = _reference(word, place, project)
    return found[0] if found else None


def function_name(word: str, place: Place, project: Paths, attribute: str = "") -> str | None:
    """`pkg.mod:attribute`, from any spelling of it; `attribute` where the word names the module alone."""
    found = _reference(word, place, project)
    if not found:
        return None
    module, own = found
    return f"{module}:{own or attribute}" if own or attribute else None


def _reference(word: str, place: Place, project: Paths) -> tuple[str, str] | None:
    found = _REFERENCE.fullmatch(word)
    if not found:
        return None
    module, attribute = found["module"], found["attribute"] or ""
    if module.endswith(".py") or "/" in module:
        path = locate(module, place, project) or locate(f"{module}.py", place, project)
        return (module_name(path, place), attribute) if path else None
    if locate_module(module, place, project):
        return module, attribute
    # `pkg.mod.attribute`: the longest part that is a module of the project.
    parts = module.split(".")
    for end in range(len(parts) - 1, 0, -1):
        if not attribute and locate_module(".".join(parts[:end]), place, project):
            return ".".join(parts[:end]), ".".join(parts[end:])
    return None


def functions_in_code(code: str, place: Place, project: Paths) -> Iterator[str]:
    """The project's functions that a few lines of Python import and call."""
    try:
        tree = ast.parse(code.strip())
    except (SyntaxError, ValueError):
        return
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
            found = function_name(".".join(filter(None, (names[first], rest))), place, project)
            if found:
                yield found


def _dotted(node: ast.expr) -> str | None:
    if isinstance(node, ast.Name):
        return node.id
    if isinstance(node, ast.Attribute):
        base = _dotted(node.value)
        return f"{base}.{node.attr}" if base else None
    return None
