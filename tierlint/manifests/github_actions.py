"""GitHub Actions workflows and local actions (Gitea and Forgejo read the same files)."""

from __future__ import annotations

import itertools
import re
import shlex
from collections.abc import Iterator, Mapping

from msgspec.structs import replace

from tierlint.manifests import yaml_values as yaml
from tierlint.manifests.places import folder, inside, matches, page, span
from tierlint.manifests.recipes import Recipe
from tierlint.manifests.shell import expand, script_commands, with_slashes, without_root
from tierlint.manifests.yaml_values import Scalar, Yaml
from tierlint.model import Command

WORKFLOWS = tuple(
    f"{place}/workflows/*.{ending}" for place in (".github", ".gitea", ".forgejo") for ending in ("yml", "yaml")
)
ACTIONS = ("action.yml", "action.yaml")
GLOBS = (*WORKFLOWS, *ACTIONS)

_WHEN = {"schedule": "schedule", "workflow_dispatch": "manual", "workflow_call": "manual"}
_ORDER = ("schedule", "event", "manual")
_ONLY_WHEN = re.compile(r"(?:\$\{\{)?\s*github\.event_name\s*(==|!=)\s*'(\w+)'\s*(?:\}\})?")
_MATRIX = re.compile(r"\$\{\{\s*matrix\.([\w-]+)\s*\}\}")
_MOST_COMBINATIONS = 64
# What actions that run a command again, later or elsewhere call it.
_GIVEN = ("command", "run", "runCmd")

# An event's name, and whether the event must or must not have it.
Condition = tuple[bool, str]


def read(path: str, text: str) -> Iterator[Command]:
    """The commands of a workflow, once for every way in which it is started."""
    documents = yaml.documents(text)
    # An action runs when a workflow uses it.
    for document in () if _is_action(path) else documents:
        events = _events(yaml.at(document, "on"))
        for command, conditions in dict.fromkeys(_workflow(path, text, document)):
            started = {_WHEN.get(event, "event") for event in events if _let_through(event, conditions)}
            for when in _ORDER:
                if when in started:
                    yield replace(command, when=when)


def recipes(path: str, text: str) -> Iterator[Recipe]:
    """What `uses: ./path` starts: a local action or a workflow of the same repository."""
    root = _root(path)
    for document in yaml.documents(text):
        if _is_action(path):
            steps = yaml.at(document, "runs", "steps")
            found = tuple(command for command, _ in _steps(path, text, steps, root, {}))
            yield Recipe(inside("", folder(path) or "."), (*found, *_image(path, text, document)))
        else:
            yield Recipe(path, tuple(command for command, _ in _workflow(path, text, document)))


def _image(path: str, text: str, action: Yaml) -> Iterator[Command]:
    """What an action runs in a container: what it says itself, or what its own image starts with."""
    runs = yaml.at(action, "runs")
    if yaml.string(yaml.at(runs, "using")) != "docker":
        return
    lines, directory = page(text), folder(path)
    arguments = yaml.words(yaml.at(runs, "args"))
    for key in ("pre-entrypoint", "entrypoint", "post-entrypoint"):
        own = yaml.at(runs, key)
        if isinstance(own, Scalar):
            words = [own.text, *(word.text for word in arguments if key == "entrypoint")]
            yield Command(shlex.join(words), "event", span(path, lines, own.line, own.end_line), directory)
    image = yaml.at(runs, "image")
    if isinstance(image, Scalar) and "://" not in image.text and yaml.at(runs, "entrypoint") is None:
        place = span(path, lines, image.line, image.end_line)
        yield Command(f"dockerfile {inside(directory, image.text)}", "event", place, directory)


def images(path: str, files: Mapping[str, str]) -> bool:
    """Whether a file is the Dockerfile of an action that a workflow of the repository uses."""
    here = folder(path)
    actions = [files.get(f"{here}/{action}" if here else action, "") for action in ACTIONS]
    if not any("docker" in action and path.rpartition("/")[2] in action for action in actions):
        return False
    used = re.compile(rf"""uses:\s*["']?\./{re.escape(here)}["']?\s*$""", re.MULTILINE)
    return any(used.search(text) for name, text in files.items() if matches(name, WORKFLOWS))


def _is_action(path: str) -> bool:
    return path.rpartition("/")[2] in ACTIONS and "/workflows/" not in path


def _root(path: str) -> str:
    return re.split(r"(?:^|/)\.(?:github|gitea|forgejo)/", path)[0] if "/" in path and "/." in f"/{path}" else ""


def _events(trigger: Yaml | None) -> frozenset[str]:
    if isinstance(trigger, dict):
        empty = {name for name, value in trigger.items() if name == "schedule" and not yaml.sequence(value)}
        return frozenset(trigger) - empty
    return frozenset(word.text for word in yaml.words(trigger))


def _workflow(path: str, text: str, document: Yaml) -> Iterator[tuple[Command, tuple[Condition, ...]]]:
    root = _root(path)
    common = _variables(document)
    base = yaml.string(yaml.at(document, "defaults", "run", "working-directory"))
    for job in yaml.mapping(yaml.at(document, "jobs")).values():
        conditions = _conditions(job)
        for command in _local_use(path, text, job, root):
            yield command, conditions
        own = yaml.string(yaml.at(job, "defaults", "run", "working-directory")) or base
        directory = inside(root, own or ".")
        steps = yaml.at(job, "steps")
        for row in _matrix(job):
            variables = {**common, **_variables(job), **row}
            on_windows = "windows" in yaml.string(yaml.at(job, "runs-on"))
            for command, limits in _steps(path, text, steps, directory, variables, on_windows):
                yield command, conditions + limits


def _steps(
    path: str, text: str, steps: Yaml | None, directory: str, variables: Mapping[str, str], on_windows: bool = False
) -> Iterator[tuple[Command, tuple[Condition, ...]]]:
    lines = page(text)
    for step in yaml.sequence(steps):
        conditions = _conditions(step)
        own = expand(yaml.string(yaml.at(step, "working-directory")), variables)
        inner = inside(_root(path), without_root(own) or ".") if own else directory
        for command in _local_use(path, text, step, inner):
            yield command, conditions
        run = yaml.at(step, "run") or next(
            (said for key in _GIVEN if (said := yaml.at(step, "with", key)) is not None), None
        )
        if not isinstance(run, Scalar):
            continue
        known = {**variables, **_variables(step)}
        place = span(path, lines, run.line, run.end_line)
        shell = yaml.string(yaml.at(step, "shell"))
        if shell.startswith("python"):
            yield Command(f"python -c {shlex.quote(run.text)}", "event", place, inner), conditions
            continue
        first = run.line + 1 if run.literal else run.line
        of_windows = shell.startswith(("cmd", "pwsh", "powershell")) or (on_windows and not shell)
        body = with_slashes(run.text) if of_windows else run.text
        for command in script_commands(body, path, lines, "event", inner, first, known):
            yield command if run.literal else replace(command, at=place), conditions


def _local_use(path: str, text: str, user: Yaml, directory: str) -> Iterator[Command]:
    uses = yaml.at(user, "uses")
    if isinstance(uses, Scalar) and uses.text.startswith("./"):
        place = span(path, page(text), uses.line, uses.end_line)
        yield Command(f"uses ./{inside(_root(path), uses.text)}", "event", place, directory)


def _conditions(user: Yaml) -> tuple[Condition, ...]:
    """The events that an `if:` lets through, where it speaks of the event alone."""
    found = _ONLY_WHEN.fullmatch(yaml.string(yaml.at(user, "if")).strip())
    return ((found[1] == "==", found[2]),) if found else ()


def _let_through(event: str, conditions: tuple[Condition, ...]) -> bool:
    return all((event == name) == wanted for wanted, name in conditions)


def _variables(level: Yaml) -> dict[str, str]:
    return {name: yaml.string(value) for name, value in yaml.mapping(yaml.at(level, "env")).items()}


def _matrix(job: Yaml) -> Iterator[dict[str, str]]:
    """The combinations of those axes of a job's matrix that its commands speak of."""
    scripts = "".join(yaml.string(yaml.at(step, "run")) for step in yaml.sequence(yaml.at(job, "steps")))
    named = set(_MATRIX.findall(scripts))
    matrix = yaml.at(job, "strategy", "matrix")
    axes = {
        name: [word.text for word in yaml.words(values)]
        for name, values in yaml.mapping(matrix).items()
        if name in named and yaml.words(values)
    }
    more = [
        row
        for item in yaml.sequence(yaml.at(matrix, "include"))
        if (row := {name: yaml.string(value) for name, value in yaml.mapping(item).items() if name in named})
    ]
    if axes or not more:
        for values in itertools.islice(itertools.product(*axes.values()), _MOST_COMBINATIONS):
            yield dict(zip(axes, values, strict=True))
    yield from more
