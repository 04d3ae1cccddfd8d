"""Azure Pipelines: the steps of a pipeline and of the local templates that it uses."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator, Mapping

from msgspec import Struct
from msgspec.structs import replace

from tierlint.manifests import yaml_scripts
from tierlint.manifests import yaml_values as yaml
from tierlint.manifests.places import Unreadable, folder, inside, matches, page, span
from tierlint.manifests.shell import without_root
from tierlint.manifests.yaml_values import Scalar, Yaml
from tierlint.model import Command

GLOBS = ("*.yml", "*.yaml")

# Under any other name, a pipeline says what starts it and what it does.
_NAMED = (
    "azure-pipelines*.yml",
    "azure-pipelines*.yaml",
    "azure_pipelines*.yml",
    "azure-pipeline*.yml",
    ".azure-pipelines/*.yml",
    ".azure-pipelines/*.yaml",
    ".azuredevops/*.yml",
    ".vsts-ci.yml",
)

_TRIGGER = re.compile(r"^(?:trigger|pr|schedules):", re.MULTILINE)
_BODY = re.compile(r"^(?:stages|jobs|steps|extends):", re.MULTILINE)
_SCRIPTS = ("script", "bash", "pwsh", "powershell")
_LISTS = ("stages", "jobs", "steps")
_MACRO = re.compile(r"\$\(([\w.]+)\)")
_REASON = re.compile(r"\b(?P<how>eq|ne)\(\s*variables\[?\.?'?Build\.Reason'?\]?\s*,\s*'(?P<reason>\w+)'\s*\)")
_ORDER = ("schedule", "event", "manual")
_MOST_TEMPLATES = 30


class Setting(Struct, frozen=True):
    """In what a step is read: what starts it, and the files and variables it can refer to."""

    path: str
    files: Mapping[str, str]
    whens: frozenset[str]
    variables: Mapping[str, str]
    unread: list[Unreadable]
    templates: tuple[str, ...] = ()


def read(path: str, files: Mapping[str, str]) -> Iterator[Command]:
    """The steps, once for every way in which the pipeline is started."""
    text = files[path]
    if not matches(path, _NAMED) and not (_TRIGGER.search(text) and _BODY.search(text)):
        return
    unread: list[Unreadable] = []
    for document in yaml.documents(text):
        entries = yaml.mapping(document)
        # A template begins with its parameters or steps and says nothing of what starts it.
        if "parameters" in entries and not ({"trigger", "pr", "schedules", "pool"} & set(entries)):
            continue
        setting = Setting(path, files, _whens(entries), _variables(entries), unread)
        yield from _within(document, setting)
    # Last, so that one template that cannot be read takes nothing from the others.
    for error in unread[:1]:
        raise error


def _whens(entries: Mapping[str, Yaml]) -> frozenset[str]:
    found: set[str] = set()
    if any(yaml.at(each, "cron") is not None for each in yaml.sequence(entries.get("schedules"))):
        found.add("schedule")
    off = [yaml.string(entries.get(key)) == "none" for key in ("trigger", "pr")]
    if not all(off):
        found.add("event")
    return frozenset(found or {"manual"})


def _variables(level: Yaml) -> dict[str, str]:
    declared = yaml.at(level, "variables")
    if isinstance(declared, dict):
        return {name: yaml.string(value) for name, value in declared.items()}
    pairs = ((yaml.string(yaml.at(each, "name")), yaml.at(each, "value")) for each in yaml.sequence(declared))
    return {name: yaml.string(value) for name, value in pairs if name}


def _within(level: Yaml, setting: Setting) -> Iterator[Command]:
    """The steps of a pipeline, stage, job or template; a deployment's steps stand below its strategy."""
    if isinstance(level, list):
        for item in level:
            yield from _within(item, setting)
        return
    entries = yaml.mapping(level)
    setting = _narrowed(entries, setting)
    yield from _template(entries, setting)
    if any(key in entries for key in _SCRIPTS) or "task" in entries:
        yield from _step(entries, setting)
    for key, value in entries.items():
        # `${{ if eq(...) }}:` stands before a list of steps, jobs or stages.
        if (
            key in (*_LISTS, "strategy", "runOnce", "rolling", "canary", "deploy", "extends", "parameters")
            or "${{" in key
        ):
            yield from _within(value, setting)


def _narrowed(entries: Mapping[str, Yaml], setting: Setting) -> Setting:
    found = _REASON.search(yaml.string(entries.get("condition")))
    whens = setting.whens
    if found:
        scheduled = (found["reason"] == "Schedule") == (found["how"] == "eq")
        is_exact = found["reason"] == "Schedule"
        whens = frozenset(when for when in whens if not is_exact or (when == "schedule") == scheduled)
    if yaml.string(entries.get("enabled")) == "false":
        whens = frozenset()
    variables = {**setting.variables, **_variables(dict(entries))}
    return replace(setting, whens=whens, variables=variables)


def _template(entries: Mapping[str, Yaml], setting: Setting) -> Iterator[Command]:
    name = yaml.string(entries.get("template")).removesuffix("@self")
    if not name or "@" in name:
        return
    path = inside("", name.lstrip("/")) if name.startswith("/") else inside(folder(setting.path), name)
    if path not in setting.files or path in setting.templates or len(setting.templates) >= _MOST_TEMPLATES:
        return
    try:
        documents = yaml.documents(setting.files[path])
    except Unreadable as error:
        setting.unread.append(Unreadable(error.line, error.message, path))
        return
    inner = replace(setting, path=path, templates=(*setting.templates, path))
    for document in documents:
        yield from _within(document, inner)


def _step(entries: Mapping[str, Yaml], setting: Setting) -> Iterator[Command]:
    lines = page(setting.files[setting.path])
    inputs = yaml.mapping(entries.get("inputs"))
    working = yaml.string(entries.get("workingDirectory")) or yaml.string(inputs.get("workingDirectory"))
    directory = inside("", without_root(_plain(working, setting.variables)) or ".")
    known = {**setting.variables, **{n: yaml.string(v) for n, v in yaml.mapping(entries.get("env")).items()}}
    script = next((entries[key] for key in (*_SCRIPTS,) if key in entries), inputs.get("script"))
    task = yaml.string(entries.get("task")).partition("@")[0]
    for when in (each for each in _ORDER if each in setting.whens):
        if task == "PythonScript":
            yield from _python(inputs, setting, lines, directory, when)
        elif task == "Bash" and isinstance(inputs.get("filePath"), Scalar):
            name = inputs["filePath"]
            text = f"bash {_plain(yaml.string(name), known)} {yaml.string(inputs.get('arguments'))}"
            yield _at(text.strip(), name, setting, lines, directory, when)
        elif isinstance(script, Scalar):
            filled = Scalar(_plain(script.text, known), script.line, script.end_line, script.literal)
            yield from yaml_scripts.commands(setting.path, lines, (filled,), when, directory, known)


def _python(
    inputs: Mapping[str, Yaml], setting: Setting, lines: list[str], directory: str, when: str
) -> Iterator[Command]:
    name, inline = inputs.get("scriptPath"), inputs.get("script")
    if isinstance(name, Scalar):
        text = f"python {_plain(name.text, setting.variables)} {yaml.string(inputs.get('arguments'))}"
        yield _at(text.strip(), name, setting, lines, directory, when)
    elif isinstance(inline, Scalar):
        yield _at(f"python -c {shlex.quote(inline.text)}", inline, setting, lines, directory, when)


def _at(text: str, shown: Yaml, setting: Setting, lines: list[str], directory: str, when: str) -> Command:
    first, last = (shown.line, shown.end_line) if isinstance(shown, Scalar) else (1, 1)
    return Command(text, when, span(setting.path, lines, first, last), directory)


def _plain(text: str, variables: Mapping[str, str]) -> str:
    """A text with `$(name)` put in, which is a variable of the pipeline; those unknown become the shell's."""
    if "$(" not in text:
        return text

    def value(found: re.Match[str]) -> str:
        # `$(pwd)` is a command: a variable of the platform has a dot in it.
        plain = "${" + found[1].replace(".", "_") + "}" if "." in found[1] else found.group()
        return variables.get(found[1], plain)

    return _MACRO.sub(value, text)
