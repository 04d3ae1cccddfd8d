"""noxfile.py: the commands of the sessions."""

from __future__ import annotations

import ast
import shlex
from collections.abc import Iterator

from tierlint.manifests import python_text
from tierlint.manifests.places import folder, inside, page, span
from tierlint.manifests.recipes import Recipe
from tierlint.model import Command

GLOBS = ("noxfile.py",)

_RUNS = ("run", "run_always", "run_install")


def read(path: str, text: str) -> Iterator[Command]:
    """What every session runs: a person starts it by its name."""
    for recipe in recipes(path, text):
        yield from recipe.commands


def recipes(path: str, text: str) -> Iterator[Recipe]:
    """First the default sessions, then each by its name."""
    if "session" not in text:
        return
    tree = python_text.parse(text)
    sessions = {
        name: node
        for node in tree.body
        if isinstance(node, ast.FunctionDef) and node.args.args and (name := _session_name(node))
    }
    chosen = _default(tree)
    yield Recipe("sessions", (), tuple(sessions) if chosen is None else chosen)
    lines = page(text)
    for name, node in sessions.items():
        yield Recipe(name, tuple(_commands(path, lines, node)), tuple(_notified(node)))


def _session_name(node: ast.FunctionDef) -> str | None:
    for decorator in node.decorator_list:
        called = decorator.func if isinstance(decorator, ast.Call) else decorator
        if ast.unparse(called).rpartition(".")[2] != "session":
            continue
        keywords = decorator.keywords if isinstance(decorator, ast.Call) else []
        given = [_text(keyword.value) for keyword in keywords if keyword.arg == "name"]
        return given[0] if given else node.name
    return None


def _default(tree: ast.Module) -> tuple[str, ...] | None:
    for node in tree.body:
        if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]).endswith("options.sessions"):
            items = node.value.elts if isinstance(node.value, (ast.List, ast.Tuple)) else []
            return tuple(_text(item) for item in items)
    return None


def _session_calls(node: ast.FunctionDef) -> Iterator[tuple[str, ast.Call]]:
    session = node.args.args[0].arg
    for inner in ast.walk(node):
        called = inner.func if isinstance(inner, ast.Call) else None
        if isinstance(inner, ast.Call) and isinstance(called, ast.Attribute) and ast.unparse(called.value) == session:
            yield called.attr, inner


def _commands(path: str, lines: list[str], node: ast.FunctionDef) -> Iterator[Command]:
    directory = folder(path)
    for name, call in sorted(_session_calls(node), key=lambda found: (found[1].lineno, found[1].col_offset)):
        if name in ("chdir", "cd") and call.args:
            directory = inside(folder(path), _text(call.args[0]))
        elif name in _RUNS and call.args:
            words = [_text(argument) for argument in call.args]
            text = " ".join(word if word.startswith("$") else shlex.quote(word) for word in words)
            yield Command(text, "manual", span(path, lines, call.lineno, call.end_lineno or call.lineno), directory)


def _notified(node: ast.FunctionDef) -> Iterator[str]:
    for name, call in _session_calls(node):
        if name == "notify" and call.args:
            yield _text(call.args[0])


def _text(node: ast.expr) -> str:
    """A literal word; what is only known when it runs becomes a variable of the shell."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return node.value
    return "$posargs" if isinstance(node, ast.Starred) else "$value"
