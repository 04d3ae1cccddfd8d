"""Shell scripts of the project: what a person starts by hand, unless another command runs them."""

from __future__ import annotations

import re
from collections.abc import Iterator

from tierlint.manifests.places import matches, page
from tierlint.manifests.shell import script_commands
from tierlint.model import Command

ENDINGS = (".sh", ".bash")
# The names without an ending that images give to their scripts.
GLOBS = ("*.sh", "*.bash", "entrypoint", "docker-entrypoint", "start", "start-*")

_SHEBANG = re.compile(r"#!.*\b(?:ba|da|z|k|a)?sh\b")


def read(path: str, text: str) -> Iterator[Command]:
    """The lines of the script, as if it were started from the project root."""
    if is_script(path, text):
        yield from script_commands(text, path, page(text), "manual", "")


def is_script(path: str, text: str) -> bool:
    """Whether a file is a shell script: by the ending of its name, or by its first line."""
    return path.endswith(ENDINGS) or (matches(path, GLOBS) and bool(_SHEBANG.match(text)))
