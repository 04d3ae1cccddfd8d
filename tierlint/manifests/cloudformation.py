"""CloudFormation and SAM templates: the handler of each function, for each event that calls it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from tierlint.manifests import yaml_values as yaml
from tierlint.manifests.handlers import ON_THE_LINE, code_directory, handler_command
from tierlint.manifests.places import folder, page, span
from tierlint.manifests.yaml_values import Scalar, Yaml
from tierlint.model import Command

GLOBS = ("*.yaml", "*.yml", "*.template")

_FUNCTIONS = ("AWS::Serverless::Function", "AWS::Lambda::Function")
_TIMERS = {"AWS::Events::Rule": "ScheduleExpression", "AWS::Scheduler::Schedule": "ScheduleExpression"}


def read(path: str, text: str) -> Iterator[Command]:
    """The functions' own events, and the rules and schedules that stand elsewhere in the template."""
    if not any(kind in text for kind in _FUNCTIONS):
        return
    lines = page(text)
    for document in yaml.documents(text):
        resources = yaml.mapping(yaml.at(document, "Resources"))
        common = yaml.at(document, "Globals", "Function")
        for name, resource in resources.items():
            if yaml.string(yaml.at(resource, "Type")) not in _FUNCTIONS:
                continue
            found = _handler(path, resource, common)
            if found is None:
                continue
            command, at, directory = found
            for when in dict.fromkeys((*_own(resource), *_timed(name, resources))):
                yield Command(command, when, span(path, lines, at.line, at.end_line), directory)


def _handler(path: str, resource: Yaml, common: Yaml | None) -> tuple[str, Scalar, str] | None:
    properties = yaml.at(resource, "Properties")
    handler = yaml.at(properties, "Handler") or yaml.at(common, "Handler")
    image = yaml.words(yaml.at(properties, "ImageConfig", "Command"))
    if not isinstance(handler, Scalar):
        handler = image[0] if image else None
    if not isinstance(handler, Scalar):
        return None
    runtime = yaml.string(yaml.at(properties, "Runtime")) or yaml.string(yaml.at(common, "Runtime"))
    places = [yaml.at(properties, "CodeUri"), yaml.at(properties, "Code"), yaml.at(common, "CodeUri")]
    places.append(yaml.at(resource, "Metadata", "DockerContext"))
    source = next((place for place in places if place is not None), None)
    # Anything but a path is a bucket, or code that is written out in the template.
    directory = code_directory(path, yaml.string(source)) if source is None or isinstance(source, Scalar) else None
    command = handler_command(handler.text, runtime, packed=directory is None)
    return (command, handler, folder(path) if directory is None else directory) if command else None


def _own(resource: Yaml) -> Iterator[str]:
    properties = yaml.at(resource, "Properties")
    if yaml.at(properties, "FunctionUrlConfig") is not None:
        yield "request"
    for event in yaml.mapping(yaml.at(properties, "Events")).values():
        kind, settings = yaml.string(yaml.at(event, "Type")), yaml.at(event, "Properties")
        if kind and not _is_off(settings):
            timed = kind.startswith("Schedule")
            yield "request" if kind.lower() in ON_THE_LINE else "schedule" if timed else "message"


def _timed(function: str, resources: Mapping[str, Yaml]) -> Iterator[str]:
    for resource in resources.values():
        expression = _TIMERS.get(yaml.string(yaml.at(resource, "Type")))
        properties = yaml.at(resource, "Properties")
        if expression is None or yaml.at(properties, expression) is None or _is_off(properties):
            continue
        targets = [yaml.at(properties, "Target"), *yaml.sequence(yaml.at(properties, "Targets"))]
        if any(_named(yaml.at(target, "Arn")) == function for target in targets):
            yield "schedule"


def _is_off(settings: Yaml | None) -> bool:
    enabled, state = (yaml.string(yaml.at(settings, key)) for key in ("Enabled", "State"))
    return enabled.lower() == "false" or state == "DISABLED"


def _named(reference: Yaml | None) -> str:
    """The resource in `!GetAtt Name.Arn`, `Fn::GetAtt: [Name, Arn]` or `!Sub "${Name.Arn}"`."""
    if isinstance(reference, dict):
        reference = next(iter(reference.values()), None)
    words = yaml.words(reference)
    return words[0].text.strip("${}").partition(".")[0] if words else ""
