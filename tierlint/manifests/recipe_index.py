"""Where a recipe that a command names is found."""

from __future__ import annotations

import posixpath
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from functools import lru_cache

from tierlint.manifests import (
    dockerfile,
    dvc,
    github_actions,
    justfile,
    makefile,
    noxfile,
    package_json,
    pre_commit,
    pyproject,
    systemd,
    taskfile,
    terraform,
    tox,
)
from tierlint.manifests.places import Unreadable, folder, matches
from tierlint.manifests.recipes import Recipe

_READERS: Mapping[str, tuple[tuple[str, ...], Callable[[str, str], Iterator[Recipe]]]] = {
    "makefile": (makefile.GLOBS, makefile.recipes),
    "justfile": (justfile.GLOBS, justfile.recipes),
    "pyproject": (pyproject.GLOBS, pyproject.recipes),
    "github_actions": (github_actions.GLOBS, github_actions.recipes),
    "dockerfile": (dockerfile.GLOBS, dockerfile.recipes),
    "taskfile": (taskfile.GLOBS, taskfile.recipes),
    "package_json": (package_json.GLOBS, package_json.recipes),
    "tox": (tox.GLOBS, tox.recipes),
    "noxfile": (noxfile.GLOBS, noxfile.recipes),
    "pre_commit": (pre_commit.GLOBS, pre_commit.recipes),
    "dvc": (dvc.GLOBS, dvc.recipes),
    "systemd": (systemd.SERVICES, systemd.recipes),
    "terraform": (terraform.GLOBS, terraform.recipes),
}


def recipe_files(paths: Collection[str]) -> dict[str, tuple[str, ...]]:
    """For each kind of recipe the files that hold some."""
    return {
        kind: tuple(sorted(path for path in paths if matches(path, globs))) for kind, (globs, _) in _READERS.items()
    }


def nearest_first(paths: Sequence[str], directory: str) -> list[str]:
    """The files of a directory, then those of the directories above it, then all others."""
    above = [directory]
    while above[-1]:
        above.append(folder(above[-1]))
    distance = {each: index for index, each in enumerate(above)}
    return sorted(paths, key=lambda path: distance.get(folder(path), len(above)))


def recipes_named(name: str, recipes: Sequence[Recipe]) -> list[Recipe]:
    """The recipes of a file that a name means; hatch puts the environment before it: `env:task`."""
    return [recipe for recipe in recipes if recipe.name in (name, name.rpartition(":")[2])]


def default_recipe(recipes: Sequence[Recipe]) -> str | None:
    """What runs when no recipe is named: the first that is not special."""
    return next((recipe.name for recipe in recipes if recipe.name[0] not in "._"), None)


@lru_cache(maxsize=256)
def recipes_in(kind: str, path: str, text: str) -> tuple[Recipe, ...]:
    """The recipes of a file; none when it cannot be read, which its reader has already said."""
    try:
        return tuple(_READERS[kind][1](path, text.replace("\r\n", "\n")))
    except Unreadable:
        return ()


def candidate_files(kind: str, name: str, known: Sequence[str], directory: str) -> list[str]:
    """The files that may hold a recipe, likeliest first; a local action or workflow is named by its path."""
    if kind == "github_actions":
        paths = (name, *(posixpath.join(name, action) for action in github_actions.ACTIONS))
        return [path for path in paths if path in known]
    if kind == "dockerfile":
        return [path for path in known if path == name]
    return nearest_first(known, directory)
