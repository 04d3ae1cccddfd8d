"""function.json of Azure Functions: what its trigger calls, in the programming model without decorators."""

from __future__ import annotations

import shlex
from collections.abc import Iterator

from tierlint.manifests import json_text
from tierlint.manifests.places import folder, inside, page, span
from tierlint.model import Command

GLOBS = ("function.json",)

_WHEN = {"httptrigger": "request", "timertrigger": "schedule"}


def read(path: str, text: str) -> Iterator[Command]:
    """The entry point of the script, for the binding that starts it."""
    settings = json_text.parse(text)
    bindings = settings.get("bindings")
    file, function = settings.get("scriptFile", "__init__.py"), settings.get("entryPoint", "main")
    if not isinstance(file, str) or not file.endswith(".py") or not isinstance(function, str):
        return
    lines = page(text)
    for binding in bindings if isinstance(bindings, list) else []:
        kind = binding.get("type") if isinstance(binding, dict) else None
        if isinstance(kind, str) and kind.lower().endswith("trigger"):
            place = span(path, lines, json_text.line_of_key(lines, kind))
            script = inside(folder(path), file)
            yield Command(f"handler {shlex.quote(script)}:{function}", _WHEN.get(kind.lower(), "message"), place)
