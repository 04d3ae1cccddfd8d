"""How cloud platforms name the function that they call, as a command: `handler jobs/digest.py:run`."""

from __future__ import annotations

import re
import shlex

from tierlint.manifests.places import folder, inside

_HANDLER = re.compile(r"(?P<module>[\w./-]+)\.(?P<function>[A-Za-z_]\w*)")

# The triggers for which somebody is on the line; every other one hands over a message and goes on.
ON_THE_LINE = frozenset(
    {"http", "httpapi", "api", "url", "functionurl", "websocket", "alb", "alexaskill", "alexasmarthome", "appsync"}
    | {"cognito", "cognitouserpool"}
)


def handler_command(handler: str, runtime: str = "", packed: bool = False) -> str | None:
    """The command for a handler such as `jobs/digest.run` or `jobs.digest.run`; None for other languages.

    packed: of the archive that holds it the files do not say what it is made of.
    """
    found = _HANDLER.fullmatch(handler.strip())
    if not found or not is_python(runtime):
        return None
    path = found["module"].replace(".", "/").lstrip("/")
    return f"{'packed-' if packed else ''}handler {shlex.quote(path)}.py:{found['function']}"


def is_python(runtime: str) -> bool:
    """Whether a runtime may be Python: what is put in from elsewhere may be anything."""
    return not runtime or "$" in runtime or runtime.startswith("python")


def code_directory(path: str, source: str) -> str | None:
    """The directory that is packed, seen from the file that says so; None for an archive made elsewhere."""
    if "${" in source or source.endswith((".zip", ".jar")) or source.startswith("s3:"):
        return None
    return inside(folder(path), source or ".")
