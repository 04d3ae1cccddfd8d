"""CloudFormation and SAM templates: the handler of each function, for each event that calls it."""

from __future__ import annotations

import json
import posixpath
import re
from collections.abc import Iterator, Mapping

from tierlint.manifests import yaml_values as yaml
from tierlint.manifests.handlers import ON_THE_LINE, code_directory, handler_command
from tierlint.manifests.places import folder, inside, page, span
from tierlint.manifests.yaml_values import Scalar, Yaml
from tierlint.model import Command

GLOBS = ("*.yaml", "*.yml", "*.template")

_FUNCTIONS = ("AWS::Serverless::Function", "AWS::Lambda::Function")
_TIMERS = {"AWS::Events::Rule": "ScheduleExpression", "AWS::Scheduler::Schedule": "ScheduleExpression"}
# Resources that name the function which they hand everything to, and where they name it.
_CALLERS = {
    "AWS::Lambda::EventSourceMapping": (("FunctionName",), "message"),
    "AWS::SNS::Subscription": (("Endpoint",), "message"),
    "AWS::Lambda::Url": (("TargetFunctionArn",), "request"),
    "AWS::ApiGateway::Method": (("Integration", "Uri"), "request"),
    "AWS::ApiGatewayV2::Integration": (("IntegrationUri",), "request"),
}
_IMAGE_COMMAND = re.compile(r"^CMD\s+(\[.*\])\s*$", re.MULTILINE)


def read(path: str, files: Mapping[str, str]) -> Iterator[Command]:
    """The functions' own events, and the rules, schedules and callers that stand elsewhere in the template."""
    text = files[path]
    if not any(kind in text for kind in _FUNCTIONS):
        return
    lines = page(text)
    for document in yaml.documents(text):
        resources = yaml.mapping(yaml.at(document, "Resources"))
        common = yaml.at(document, "Globals", "Function")
        for name, resource in resources.items():
            if yaml.string(yaml.at(resource, "Type")) not in _FUNCTIONS:
                continue
            found = _handler(path, resource, common) or _in_image(path, resource, files)
            if found is None:
                continue
            command, at, directory = found
            for when in dict.fromkeys((*_own(resource), *_timed(name, resources), *_called(name, resources))):
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


def _in_image(path: str, resource: Yaml, files: Mapping[str, str]) -> tuple[str, Scalar, str] | None:
    """A function that is an image: the handler is what its Dockerfile says last."""
    metadata = yaml.at(resource, "Metadata")
    at, name = yaml.at(metadata, "DockerContext"), yaml.string(yaml.at(metadata, "Dockerfile")) or "Dockerfile"
    if not isinstance(at, Scalar):
        return None
    context = inside(folder(path), at.text)
    said = _IMAGE_COMMAND.findall(files.get(posixpath.join(context, name), ""))
    try:
        words = json.loads(said[-1]) if said else []
    except ValueError:
        return None
    command = handler_command(str(words[0])) if words else None
    return (command, at, context) if command else None


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


def _called(function: str, resources: Mapping[str, Yaml]) -> Iterator[str]:
    for resource in resources.values():
        keys, when = _CALLERS.get(yaml.string(yaml.at(resource, "Type")), ((), ""))
        place = yaml.at(resource, "Properties", *keys) if keys else None
        if place is not None and function in _references(place):
            yield when


def _references(value: Yaml) -> set[str]:
    """The resources in `!GetAtt Name.Arn`, or anywhere in `!Sub "arn:...:${Name.Arn}/invocations"`."""
    found = {_named(value)}
    for inner in (*yaml.mapping(value).values(), value):
        found.update(name for word in yaml.words(inner) for name in re.findall(r"\$\{(\w+)", word.text))
    return found


def _is_off(settings: Yaml | None) -> bool:
    enabled, state = (yaml.string(yaml.at(settings, key)) for key in ("Enabled", "State"))
    return enabled.lower() == "false" or state == "DISABLED"


def _named(reference: Yaml | None) -> str:
    """The resource in `!GetAtt Name.Arn`, `Fn::GetAtt: [Name, Arn]` or `!Sub "${Name.Arn}"`."""
    if isinstance(reference, dict):
        reference = next(iter(reference.values()), None)
    words = yaml.words(reference)
    return words[0].text.strip("${}").partition(".")[0] if words else ""
