"""Tasks of the LM evaluation harness: the Python functions that a task's YAML names with `!function`."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator

from tierlint.manifests.places import folder, inside, page, span
from tierlint.model import Command

# What tasks include of one another often has no extension, so that it is not taken for a task.
GLOBS = ("*.yaml", "*.yml", "*_yaml")

_FUNCTION = re.compile(r"!function\s+[\"']?(?P<module>[\w.]+)\.(?P<function>\w+)")


def read(path: str, text: str) -> Iterator[Command]:
    """`!function utils.process_results` is the function of that name in `utils.py` beside the task."""
    if "!function" not in text:
        return
    lines = page(text)
    for number, line in enumerate(lines, 1):
        if found := _FUNCTION.search(line.partition("#")[0]):
            script = inside(folder(path), found["module"].replace(".", "/") + ".py")
            yield Command(f"handler {shlex.quote(script)}:{found['function']}", "evaluation", span(path, lines, number))
