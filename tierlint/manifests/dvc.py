"""dvc.yaml: the commands of a pipeline's stages."""

from __future__ import annotations

from collections.abc import Iterator

from tierlint.manifests import yaml_scripts
from tierlint.manifests import yaml_values as yaml
from tierlint.manifests.places import folder, inside, page
from tierlint.manifests.recipes import Recipe
from tierlint.model import Command

GLOBS = ("dvc.yaml",)


def read(path: str, text: str) -> Iterator[Command]:
    """The commands of every stage: a person reproduces them."""
    for recipe in recipes(path, text):
        yield from recipe.commands


def recipes(path: str, text: str) -> Iterator[Recipe]:
    """First all stages, because that is what runs when none is named; then each by its name."""
    lines = page(text)
    for document in yaml.documents(text):
        stages = yaml.mapping(yaml.at(document, "stages"))
        yield Recipe("all", (), tuple(stages))
        for name, stage in stages.items():
            # A stage that is repeated for a list of values has its command below `do`.
            body = yaml.at(stage, "do") or stage
            directory = inside(folder(path), yaml.string(yaml.at(body, "wdir")) or ".")
            script = tuple(yaml_scripts.scalars(yaml.at(body, "cmd")))
            yield Recipe(name, tuple(yaml_scripts.commands(path, lines, script, "manual", directory)))
