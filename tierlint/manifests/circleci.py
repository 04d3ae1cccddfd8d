"""CircleCI: the jobs of scheduled workflows and of those that a repository's events start."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from msgspec import Struct

from tierlint.manifests import yaml_scripts
from tierlint.manifests import yaml_values as yaml
from tierlint.manifests.places import folder, inside, page, span
from tierlint.manifests.shell import without_root
from tierlint.manifests.yaml_values import Scalar, Yaml
from tierlint.model import Command

GLOBS = (".circleci/config.yml", ".circleci/config.yaml", ".circleci/continue*.yml", ".circleci/*config.yml")

_PARAMETER = re.compile(r"<<\s*parameters\.([\w-]+)\s*>>")
_CHECKOUT = re.compile(r"^(?:~/project|~|\.)(?:/|$)")
_DEEPEST = 5


class Shop(Struct, frozen=True):
    """The file, its lines, and the reusable commands and jobs that are defined in it."""

    path: str
    lines: list[str]
    commands: dict[str, Yaml]
    jobs: dict[str, Yaml]


def read(path: str, text: str) -> Iterator[Command]:
    """The lines of every job of every workflow, for what starts the workflow."""
    for document in yaml.documents(text):
        shop = Shop(
            path, page(text), yaml.mapping(yaml.at(document, "commands")), yaml.mapping(yaml.at(document, "jobs"))
        )
        workflows = yaml.mapping(yaml.at(document, "workflows"))
        for workflow in workflows.values():
            started = _started(workflow)
            approvals = _approvals(workflow)
            for name, use in _used_jobs(workflow):
                when = "manual" if _needs_approval(use, approvals) else started
                yield from _job(shop, name, use, when)
        if not workflows and "build" in shop.jobs:
            yield from _job(shop, "build", None, "event")


def _started(workflow: Yaml) -> str:
    triggers = yaml.sequence(yaml.at(workflow, "triggers"))
    if any(yaml.at(trigger, "schedule") is not None for trigger in triggers):
        return "schedule"
    # A pipeline that a schedule of the project starts says so in its source or in the schedule's name.
    equal = yaml.words(yaml.at(workflow, "when", "equal"))
    for condition in yaml.sequence(yaml.at(workflow, "when", "and")):
        equal += yaml.words(yaml.at(condition, "equal"))
    words = {word.text for word in equal}
    if "scheduled_pipeline" in words or any("pipeline.schedule.name" in word for word in words):
        return "schedule"
    return "event"


def _used_jobs(workflow: Yaml) -> Iterator[tuple[str, Yaml | None]]:
    for item in yaml.sequence(yaml.at(workflow, "jobs")):
        if isinstance(item, Scalar):
            yield item.text, None
        yield from yaml.mapping(item).items()


def _approvals(workflow: Yaml) -> frozenset[str]:
    """The jobs that wait for a person, under the names that other jobs use, and all that wait for these."""
    waiting: set[str] = set()
    uses = list(_used_jobs(workflow))
    for _ in uses:
        for name, use in uses:
            needed = {word.text for word in yaml.words(yaml.at(use, "requires"))}
            if yaml.string(yaml.at(use, "type")) == "approval" or needed & waiting:
                waiting.add(yaml.string(yaml.at(use, "name")) or name)
    return frozenset(waiting)


def _needs_approval(use: Yaml | None, approvals: frozenset[str]) -> bool:
    return any(word.text in approvals for word in yaml.words(yaml.at(use, "requires")))


def _job(shop: Shop, name: str, use: Yaml | None, when: str) -> Iterator[Command]:
    job = shop.jobs.get(name)
    given = {key: yaml.string(value) for key, value in yaml.mapping(use).items()}
    environment = {key: yaml.string(value) for key, value in yaml.mapping(yaml.at(job, "environment")).items()}
    directory = _directory(shop.path, yaml.string(yaml.at(job, "working_directory")), "")
    for step in (*yaml.sequence(yaml.at(use, "pre-steps")), *yaml.sequence(yaml.at(job, "steps"))):
        yield from _step(shop, step, when, directory, _parameters(job, given), environment, 0)


def _parameters(definition: Yaml | None, given: Mapping[str, str]) -> dict[str, str]:
    declared = yaml.mapping(yaml.at(definition, "parameters"))
    return {**{name: yaml.string(yaml.at(value, "default")) for name, value in declared.items()}, **given}


def _step(
    shop: Shop,
    step: Yaml,
    when: str,
    directory: str,
    parameters: Mapping[str, str],
    environment: Mapping[str, str],
    depth: int,
) -> Iterator[Command]:
    if isinstance(step, Scalar):
        step = {step.text: {}}
    for name, body in yaml.mapping(step).items():
        if name == "run":
            yield from _run(shop, body, when, directory, parameters, environment)
            continue
        inner: Yaml | None = body if name in ("when", "unless") else shop.commands.get(name)
        known = parameters
        if name in shop.commands:
            given = {key: _filled(yaml.string(value), parameters) for key, value in yaml.mapping(body).items()}
            known = _parameters(inner, given)
        for each in yaml.sequence(yaml.at(inner, "steps")) if depth < _DEEPEST else ():
            yield from _step(shop, each, when, directory, known, environment, depth + 1)


def _run(
    shop: Shop,
    run: Yaml,
    when: str,
    directory: str,
    parameters: Mapping[str, str],
    environment: Mapping[str, str],
) -> Iterator[Command]:
    script = run if isinstance(run, Scalar) else yaml.at(run, "command")
    if not isinstance(script, Scalar):
        return
    own = yaml.mapping(yaml.at(run, "environment"))
    variables = {**environment, **{name: yaml.string(value) for name, value in own.items()}}
    directory = _directory(shop.path, _filled(yaml.string(yaml.at(run, "working_directory")), parameters), directory)
    filled = Scalar(_filled(script.text, parameters), script.line, script.end_line, script.literal)
    if yaml.string(yaml.at(run, "background")) == "true":
        when = "service"
    if filled.text.count("\n") != script.text.count("\n"):
        place = span(shop.path, shop.lines, script.line, script.end_line)
        yield Command(filled.text, when, place, directory)
        return
    yield from yaml_scripts.commands(shop.path, shop.lines, (filled,), when, directory, variables)


def _filled(text: str, parameters: Mapping[str, str]) -> str:
    return _PARAMETER.sub(lambda found: parameters.get(found[1], f"${found[1]}"), text)


def _directory(path: str, working: str, otherwise: str) -> str:
    """A working directory, seen from the project root: the checkout is `~/project`, or where a job says."""
    root = folder(folder(path))
    if not working:
        return inside(root, otherwise or ".")
    return inside(root, without_root(_CHECKOUT.sub("", working)) or ".")
