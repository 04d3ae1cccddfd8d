"""promptfoo's configuration: the Python files that it evaluates with."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator

from tierlint.manifests import yaml_values as yaml
from tierlint.manifests.places import folder, inside, page, span
from tierlint.manifests.yaml_values import Scalar, Yaml
from tierlint.model import Command

GLOBS = ("promptfooconfig*.yaml", "promptfooconfig*.yml", "promptfoo*.yaml")

_FILE = re.compile(r"(?:file://|python:)(?P<file>[^\s:]+\.py)(?::(?P<function>\w+))?")
_FUNCTIONS = {"providers": "call_api", "targets": "call_api", "assert": "get_assert", "tests": "generate_tests"}


def read(path: str, text: str) -> Iterator[Command]:
    """Providers, prompts, assertions and tests that are Python functions; where no function is named, their own."""
    lines = page(text)
    for document in yaml.documents(text):
        for found, function in dict.fromkeys(_named(document, "", set())):
            file = _FILE.fullmatch(found.text)
            if file and (file["function"] or function):
                script = inside(folder(path), file["file"])
                name = file["function"] or function
                place = span(path, lines, found.line, found.end_line)
                yield Command(f"handler {shlex.quote(script)}:{name}", "evaluation", place)


def _named(node: Yaml, function: str, seen: set[int]) -> Iterator[tuple[Scalar, str]]:
    if isinstance(node, Scalar):
        yield node, function
    elif id(node) not in seen:
        seen.add(id(node))
        for item in yaml.sequence(node):
            yield from _named(item, function, seen)
        for key, value in yaml.mapping(node).items():
            yield from _named(value, _FUNCTIONS.get(key, function), seen)
