"""Render blueprints: web services, workers and scheduled jobs."""

from __future__ import annotations

from collections.abc import Iterator

from tierlint.manifests import yaml_scripts
from tierlint.manifests import yaml_values as yaml
from tierlint.manifests.places import folder, inside, page
from tierlint.manifests.yaml_values import Scalar
from tierlint.model import Command

GLOBS = ("render.yaml", "render.yml")

_KEYS = ("buildCommand", "preDeployCommand", "startCommand", "dockerCommand")


def read(path: str, text: str) -> Iterator[Command]:
    """The commands of each service: a schedule starts those of type `cron`, the others keep running."""
    lines = page(text)
    for document in yaml.documents(text):
        groups = [yaml.at(document, "services")]
        for project in yaml.sequence(yaml.at(document, "projects")):
            groups += [yaml.at(each, "services") for each in yaml.sequence(yaml.at(project, "environments"))]
        for service in (service for group in groups for service in yaml.sequence(group)):
            runs = "schedule" if yaml.string(yaml.at(service, "type")) == "cron" else "service"
            directory = inside(folder(path), yaml.string(yaml.at(service, "rootDir")) or ".")
            for key in _KEYS:
                script = yaml.at(service, key)
                when = "manual" if key in ("buildCommand", "preDeployCommand") else runs
                if isinstance(script, Scalar):
                    yield from yaml_scripts.commands(path, lines, (script,), when, directory)
