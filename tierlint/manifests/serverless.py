"""Serverless Framework: the handler of each function, for each event that calls it, and the workers of queues."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from tierlint.manifests import yaml_values as yaml
from tierlint.manifests.handlers import ON_THE_LINE, handler_command
from tierlint.manifests.places import folder, page, span
from tierlint.manifests.yaml_values import Scalar, Yaml
from tierlint.model import Command

GLOBS = ("serverless*.yml", "serverless*.yaml")


def read(path: str, text: str) -> Iterator[Command]:
    """Who calls a handler stands in its events; without any, nothing in the files calls it."""
    lines = page(text)
    for document in yaml.documents(text):
        common = yaml.string(yaml.at(document, "provider", "runtime"))
        for function, whens in _functions(document):
            handler = yaml.at(function, "handler")
            runtime = yaml.string(yaml.at(function, "runtime")) or common
            command = handler_command(handler.text, runtime) if isinstance(handler, Scalar) else None
            if not isinstance(handler, Scalar) or command is None:
                continue
            place = span(path, lines, handler.line, handler.end_line)
            for when in dict.fromkeys(whens):
                yield Command(command, when, place, folder(path))


def _functions(document: Yaml) -> Iterator[tuple[Yaml, Iterable[str]]]:
    functions = yaml.at(document, "functions")
    for group in functions if isinstance(functions, list) else [functions]:
        for function in yaml.mapping(group).values():
            yield function, _whens(function)
    # The plugin Lift: a queue brings its own function, https://github.com/getlift/lift/blob/master/docs/queue.md
    for construct in yaml.mapping(yaml.at(document, "constructs")).values():
        worker = yaml.at(construct, "worker")
        if worker is not None and yaml.string(yaml.at(construct, "type")) == "queue":
            yield worker, ("message",)


def _whens(function: Yaml) -> Iterator[str]:
    if yaml.at(function, "url") is not None:
        yield "request"
    for event in yaml.sequence(yaml.at(function, "events")):
        entries = yaml.mapping(event) or {yaml.string(event): {}}
        for name, settings in entries.items():
            # Settings of a vendor stand beside the event that they are for.
            if name and not name.startswith("x-") and yaml.string(yaml.at(settings, "enabled")) != "false":
                yield _when(name, settings)


def _when(event: str, settings: Yaml) -> str:
    if event.lower() in ON_THE_LINE:
        return "request"
    is_timed = event == "schedule" or (event == "eventBridge" and yaml.at(settings, "schedule") is not None)
    return "schedule" if is_timed else "message"
