"""What a command can refer to, and what interpreting one finds."""

from __future__ import annotations

from collections.abc import Mapping

from msgspec import Struct

from tierlint.manifests.command_table import CommandTable
from tierlint.manifests.paths import Paths, Place


class Found(Struct, frozen=True):
    """A target, before it is told which command of a manifest led to it. serves: it keeps running."""

    kind: str
    name: str
    arguments: tuple[str, ...]
    directory: str
    serves: bool = False


class EntryPoint(Struct, frozen=True):
    """What the name of a console script stands for, and where it is defined."""

    function: str
    place: Place


class World(Struct, frozen=True):
    """The table's commands, and the project's files, scripts, recipes and console scripts."""

    table: CommandTable
    project: Paths
    scripts: Paths
    files: Mapping[str, str]
    recipes: Mapping[str, tuple[str, ...]]
    entry_points: Mapping[str, EntryPoint]


class Context(Struct, frozen=True):
    """In what a command is read. seen: which scripts and recipes have been followed already; stdin and source: the text
    and the file that it reads."""

    place: Place
    world: World
    seen: set[tuple[str, ...]]
    environment: Mapping[str, str] = {}
    stdin: str = ""
    source: str = ""
