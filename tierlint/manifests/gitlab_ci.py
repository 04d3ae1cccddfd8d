"""GitLab pipelines: the jobs of a file and of the local files that it includes."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator, Mapping

from msgspec import Struct

from tierlint.manifests import yaml_scripts
from tierlint.manifests import yaml_values as yaml
from tierlint.manifests.places import Unreadable, folder, inside, page
from tierlint.manifests.yaml_values import Scalar, Yaml
from tierlint.model import Command

GLOBS = (".gitlab-ci.yml", ".gitlab-ci.yaml")

_KEYWORDS = frozenset(
    {"default", "include", "stages", "variables", "workflow", "image", "services", "cache", "spec"}
    | {"before_script", "after_script", "types"}
)
_SOURCE = re.compile(r"""\(*\s*\$CI_PIPELINE_SOURCE\s*(?P<how>==|!=)\s*["'](?P<source>\w+)["']\s*\)*""")
_SCRIPTS = ("before_script", "script", "after_script")
_ORDER = ("schedule", "event", "manual")
_MOST_FILES = 50
_DEEPEST_EXTENDS = 11


class Layer(Struct, frozen=True):
    """What one file says of a job."""

    path: str
    entries: dict[str, Yaml]


class Outcome(Struct, frozen=True):
    """What becomes of a job in one kind of pipeline. named: the rules speak of this kind itself."""

    runs: bool
    by_hand: bool
    named: bool


# A job's layers, the nearest first: those of the file, then those of what it includes.
Jobs = dict[str, tuple[Layer, ...]]


def read(path: str, files: Mapping[str, str]) -> Iterator[Command]:
    """The lines of every job that runs, once for every kind of pipeline that it speaks of."""
    yield from _pipeline(path, files, folder(path), frozenset(), {path})


def _pipeline(
    path: str, files: Mapping[str, str], root: str, started: frozenset[str], seen: set[str]
) -> Iterator[Command]:
    """started: what starts the pipeline, where that is known: the job of another pipeline."""
    jobs: Jobs = {}
    unread: list[Unreadable] = []
    _collect(path, files, root, jobs, set(), unread)
    workflow = jobs.get("workflow", ())
    for name, layers in jobs.items():
        if name.startswith(".") or name in _KEYWORDS:
            continue
        chain = _chain(name, jobs, 0)
        whens = _whens(chain, workflow, started)
        variables = {**_variables(jobs.get("variables", ())), **_variables_of(chain)}
        for when in _ORDER:
            if when in whens:
                yield from _lines(chain, jobs, files, root, when, variables)
        for child in _children(layers[0], files, root):
            if child not in seen and len(seen) < _MOST_FILES:
                yield from _pipeline(child, files, root, frozenset(whens), seen | {child})
    # Last, so that one file that cannot be read takes nothing from the others.
    for error in unread[:1]:
        raise error


def _collect(
    path: str, files: Mapping[str, str], root: str, jobs: Jobs, seen: set[str], unread: list[Unreadable]
) -> None:
    """Add the keys of a file, then those of what it includes: what was there before stays nearer."""
    if path in seen or len(seen) >= _MOST_FILES:
        return
    seen.add(path)
    includes: Yaml | None = None
    try:
        documents = yaml.documents(files[path])
    except Unreadable as error:
        unread.append(Unreadable(error.line, error.message, path))
        return
    for document in documents:
        entries = yaml.mapping(document)
        includes = entries.get("include", includes)
        for name, value in entries.items():
            layer = Layer(path, value if isinstance(value, dict) else {"": value})
            jobs[name] = (*jobs.get(name, ()), layer)
    for included in _local_files(includes, files, root):
        _collect(included, files, root, jobs, seen, unread)


def _local_files(value: Yaml | None, files: Mapping[str, str], root: str) -> Iterator[str]:
    for item in value if isinstance(value, list) else [value]:
        name = yaml.string(item) or yaml.string(yaml.at(item, "local"))
        if not name or "://" in name:
            continue
        wanted = inside(root, name.lstrip("/"))
        if "*" in wanted:
            fitting = re.compile(re.escape(wanted).replace(r"\*\*", ".*").replace(r"\*", "[^/]*"))
            yield from sorted(path for path in files if fitting.fullmatch(path))
        elif wanted in files:
            yield wanted


def _children(job: Layer, files: Mapping[str, str], root: str) -> Iterator[str]:
    yield from _local_files(yaml.at(job.entries.get("trigger"), "include"), files, root)


def _chain(name: str, jobs: Jobs, depth: int) -> tuple[Layer, ...]:
    """A job's layers and those of what it extends, the nearest first."""
    own = jobs.get(name, ())
    extended: list[Layer] = []
    for layer in own if depth < _DEEPEST_EXTENDS else ():
        # Of several, the last one counts most.
        for parent in reversed(yaml.words(layer.entries.get("extends"))):
            extended.extend(_chain(parent.text, jobs, depth + 1))
    return (*own, *extended)


def _said(chain: tuple[Layer, ...], key: str) -> tuple[str, Yaml] | None:
    return next(((layer.path, layer.entries[key]) for layer in chain if key in layer.entries), None)


def _lines(
    chain: tuple[Layer, ...],
    jobs: Jobs,
    files: Mapping[str, str],
    root: str,
    when: str,
    variables: Mapping[str, str],
) -> Iterator[Command]:
    directory = root
    if _said(chain, "script") is None:  # a job that starts another pipeline
        return
    for key in _SCRIPTS:
        # A list at the top of the file is the older spelling of `default`.
        found = _said(chain, key) or _said(jobs.get("default", ()), key) or _said(jobs.get(key, ()), "")
        if found is None:
            continue
        if key == "after_script":  # which has a shell of its own
            directory = root
        for path, scalars in itertools.groupby(_referenced(*found, jobs, 0), key=lambda line: line[0]):
            script = [scalar for _, scalar in scalars]
            for command in yaml_scripts.commands(path, page(files[path]), script, when, directory, variables):
                yield command
                directory = yaml_scripts.directory_after(command)


def _referenced(path: str, value: Yaml, jobs: Jobs, depth: int) -> Iterator[tuple[str, Scalar]]:
    """The lines of a script, and where they stand; in `!reference [.job, script]` the first word is a job."""
    if isinstance(value, list) and depth < _DEEPEST_EXTENDS:
        names = [yaml.string(item) for item in value]
        if len(names) == 2 and names[0] in jobs and names[1] in _SCRIPTS:
            found = _said(_chain(names[0], jobs, 0), names[1])
            yield from _referenced(*found, jobs, depth + 1) if found else ()
            return
        for item in value:
            yield from _referenced(path, item, jobs, depth + 1)
    else:
        yield from ((path, scalar) for scalar in yaml_scripts.scalars(value))


def _variables(layers: tuple[Layer, ...]) -> dict[str, str]:
    found: dict[str, str] = {}
    for layer in reversed(layers):
        for name, value in layer.entries.items():
            found[name] = yaml.string(value) or yaml.string(yaml.at(value, "value"))
    return found


def _variables_of(chain: tuple[Layer, ...]) -> dict[str, str]:
    return _variables(tuple(Layer(layer.path, yaml.mapping(layer.entries.get("variables"))) for layer in chain))


# --- When a job runs -----------------------------------------------------------------------------


def _whens(chain: tuple[Layer, ...], workflow: tuple[Layer, ...], started: frozenset[str]) -> set[str]:
    """A job that speaks of no schedule runs on a repository's events: where schedules are is not in the files."""
    rules, only, exception = (_said(chain, key) for key in ("rules", "only", "except"))
    by_hand = any(yaml.string(found[1]) == "manual" for found in [_said(chain, "when")] if found)
    whole = _said(workflow, "rules")
    outcomes: dict[str, Outcome] = {}
    for source in ("schedule", "push"):
        allowed = _by_rules(whole[1], source, False) if whole else Outcome(True, False, False)
        if rules is not None:
            own = _by_rules(rules[1], source, by_hand)
        else:
            own = _by_refs(only, exception, source, by_hand)
        outcomes[source] = Outcome(
            allowed.runs and own.runs, own.by_hand, source == "schedule" and (allowed.named or own.named)
        )
    scheduled, other = outcomes["schedule"], outcomes["push"]
    if started:
        return {"manual" if other.by_hand and not other.runs else when for when in started}
    found = set[str]()
    if scheduled.named and scheduled.runs:
        found.add("schedule")
    if other.runs:
        found.add("event")
    if other.by_hand or (scheduled.named and scheduled.by_hand):
        found.add("manual")
    return found


def _by_rules(rules: Yaml, source: str, by_hand: bool) -> Outcome:
    """The first rule that fits decides; one of which that cannot be said may decide."""
    runs = manual = named = False
    for rule in yaml.sequence(rules):
        condition = yaml.string(yaml.at(rule, "if"))
        fits = _fits(condition, source) if condition else (None if yaml.at(rule, "changes") else True)
        if fits is False:
            continue
        when = yaml.string(yaml.at(rule, "when")) or ("manual" if by_hand else "on_success")
        named = named or (f'"{source}"' in condition.replace("'", '"') and when != "never")
        manual = manual or when == "manual"
        runs = runs or when not in ("never", "manual")
        if fits:
            break
    return Outcome(runs, manual, named)


def _fits(condition: str, source: str) -> bool | None:
    """Whether a condition holds in a pipeline of this source; None when it speaks of something else, too."""
    alternatives = [_all_fit(part, source) for part in condition.split("||")]
    if True in alternatives:
        return True
    return None if None in alternatives else False


def _all_fit(condition: str, source: str) -> bool | None:
    parts: list[bool | None] = []
    for part in condition.split("&&"):
        found = _SOURCE.fullmatch(part.strip())
        if found and "schedule" in (source, found["source"]):
            parts.append((found["source"] == source) == (found["how"] == "=="))
        elif source == "schedule" and "$CI_MERGE_REQUEST_" in part and "!" not in part:
            parts.append(False)  # these variables are set for merge requests only
        else:
            # Which of the other sources it is (a push, a merge request) makes no difference.
            parts.append(None)
    if False in parts:
        return False
    return None if None in parts else True


def _by_refs(only: tuple[str, Yaml] | None, exception: tuple[str, Yaml] | None, source: str, by_hand: bool) -> Outcome:
    """`only:` and `except:`, which name kinds of pipelines among branches."""
    wanted, unwanted = (_refs(found[1]) if found else None for found in (only, exception))
    name = "schedules" if source == "schedule" else source
    runs = wanted is None or name in wanted or (source != "schedule" and wanted != {"schedules"})
    if unwanted is not None and name in unwanted:
        runs = False
    named = wanted is not None and name in wanted
    return Outcome(runs and not by_hand, runs and by_hand, named)


def _refs(value: Yaml) -> set[str]:
    return {word.text for word in yaml.words(yaml.at(value, "refs") if isinstance(value, dict) else value)}
