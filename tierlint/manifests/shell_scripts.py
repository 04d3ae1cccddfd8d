"""Shell scripts of the project: what a person starts by hand, unless another command runs them."""

from __future__ import annotations

from collections.abc import Iterator

from tierlint.manifests.places import page
from tierlint.manifests.shell import script_commands
from tierlint.model import Command

GLOBS = ("*.sh", "*.bash")


def read(path: str, text: str) -> Iterator[Command]:
    """The lines of the script, as if it were started from the project root."""
    yield from script_commands(text, path, page(text), "manual", "")


def is_script(path: str) -> bool:
    """Whether a path is that of a shell script."""
    return path.endswith((".sh", ".bash"))
