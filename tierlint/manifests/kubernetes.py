"""Kubernetes workloads: scheduled jobs, jobs, Spark's, and what keeps running, also in unrendered Helm templates."""

from __future__ import annotations

import posixpath
import re
import shlex
from collections.abc import Iterator, Mapping

from msgspec.structs import replace

from tierlint.manifests import yaml_values as yaml
from tierlint.manifests.places import Unreadable, folder, page, span
from tierlint.manifests.yaml_values import Yaml
from tierlint.model import Command

GLOBS = ("*.yaml", "*.yml")

_WHEN = {
    "CronJob": "schedule",
    "CronWorkflow": "schedule",
    "ScaledJob": "message",
    "ScheduledSparkApplication": "schedule",
    "SparkApplication": "manual",
    "Job": "manual",
    "Workflow": "manual",
    "WorkflowTemplate": "manual",
    "ClusterWorkflowTemplate": "manual",
    "Deployment": "service",
    "StatefulSet": "service",
    "DaemonSet": "service",
    "ReplicaSet": "service",
    "Pod": "service",
}
_KIND = re.compile(rf"^[\s-]*kind:\s*[\"']?(?:{'|'.join(_WHEN)})\b", re.MULTILINE)
# Where a Spark image or store has a file: `local:///opt/spark/jobs/x.py`.
_SCHEME = re.compile(r"^\w+://[^/]*")
_KNATIVE = "serving.knative.dev/"
_TEMPLATE_USED = re.compile(r"workflowTemplateRef:\s*(?:\{\s*)?name:\s*[\"']?([\w.-]+)")
_TEMPLATE_LINE = re.compile(r"^[ \t]*(?:-[ \t]*)?\{\{[^\n]*\}\}[ \t]*$", re.MULTILINE)
_TEMPLATE = re.compile(r"\{\{.*?\}\}", re.DOTALL)


def read(path: str, files: Mapping[str, str]) -> Iterator[Command]:
    """The command and arguments of every container."""
    text = files[path]
    if posixpath.basename(path).startswith("values") and posixpath.join(folder(path), "Chart.yaml") in files:
        yield from _values(path, text)
    if "kind:" not in text or not (_KIND.search(text) or _KNATIVE in text):
        return
    template = "{{" in text
    try:
        documents = yaml.documents(_rendered(text) if template else text)
    except Unreadable:
        # What a template gives before it is rendered need not be YAML.
        if template:
            return
        raise
    lines = page(text)
    for document in documents:
        for command in _workloads(path, lines, document, "", set()):
            yield replace(command, when="schedule") if _is_scheduled(document, files) else command


def _is_scheduled(document: Yaml, files: Mapping[str, str]) -> bool:
    """An Argo template that a scheduled workflow, here or in another file, is made from."""
    if yaml.string(yaml.at(document, "kind")) not in ("WorkflowTemplate", "ClusterWorkflowTemplate"):
        return False
    name = yaml.string(yaml.at(document, "metadata", "name"))
    return any(name in _TEMPLATE_USED.findall(text) for text in files.values() if "kind: CronWorkflow" in text)


def _values(path: str, text: str) -> Iterator[Command]:
    """A chart's values that say when a job runs and what: its templates only put them in place."""
    lines = page(text)
    waiting: list[Yaml] = list(yaml.documents(text))
    seen: set[int] = set()
    while waiting:
        node = waiting.pop()
        if id(node) not in seen:
            seen.add(id(node))
            waiting += [*yaml.sequence(node), *yaml.mapping(node).values()]
            if isinstance(yaml.at(node, "schedule"), yaml.Scalar):
                yield from _container(path, lines, node, "schedule")


def _rendered(text: str) -> str:
    """A Helm template with placeholders for its expressions; every line stays where it is."""
    without_lines = _TEMPLATE_LINE.sub("", text)
    return _TEMPLATE.sub(lambda found: "template" + "\n" * found.group().count("\n"), without_lines)


def _workloads(path: str, lines: list[str], node: Yaml, when: str, seen: set[int]) -> Iterator[Command]:
    # Aliases share nodes, and may even lead back to where they stand.
    if id(node) in seen:
        return
    seen.add(id(node))
    for item in yaml.sequence(node):
        yield from _workloads(path, lines, item, when, seen)
    entries = yaml.mapping(node)
    when = _WHEN.get(yaml.string(entries.get("kind")), when)
    if yaml.string(entries.get("apiVersion")).startswith(_KNATIVE):
        when = "service"
    if when == "schedule" and yaml.string(yaml.at(entries, "spec", "suspend")).lower() == "true":
        when = "manual"
    if when and isinstance(entries.get("mainApplicationFile"), yaml.Scalar):
        yield from _submitted(path, lines, entries, when)
    for key, value in entries.items():
        if when and key in ("containers", "initContainers", "container"):
            for container in [value] if key == "container" else yaml.sequence(value):
                yield from _container(path, lines, container, when)
        elif when and key == "script" and isinstance(yaml.at(value, "source"), yaml.Scalar):
            yield from _source(path, lines, value, when)
        elif not isinstance(value, yaml.Scalar):
            yield from _workloads(path, lines, value, when, seen)


def _container(path: str, lines: list[str], container: Yaml, when: str) -> Iterator[Command]:
    words = (*yaml.words(yaml.at(container, "command")), *yaml.words(yaml.at(container, "args")))
    if not words:
        return
    text = shlex.join(word.text for word in words)
    directory = yaml.string(yaml.at(container, "workingDir")).strip("/")
    yield Command(text, when, span(path, lines, words[0].line, words[-1].end_line), directory)


def _submitted(path: str, lines: list[str], entries: Mapping[str, Yaml], when: str) -> Iterator[Command]:
    """A program that is handed to Spark."""
    words = (*yaml.words(entries["mainApplicationFile"]), *yaml.words(entries.get("arguments")))
    text = shlex.join((_SCHEME.sub("", words[0].text), *(word.text for word in words[1:])))
    yield Command(f"spark-submit {text}", when, span(path, lines, words[0].line))


def _source(path: str, lines: list[str], script: Yaml, when: str) -> Iterator[Command]:
    """An Argo template whose program is written out in it."""
    source, words = yaml.at(script, "source"), yaml.words(yaml.at(script, "command"))
    if isinstance(source, yaml.Scalar) and words:
        text = f"{shlex.join(word.text for word in words)} -c {shlex.quote(source.text)}"
        yield Command(text, when, span(path, lines, source.line, source.end_line))
