"""Named lists of commands that other commands can start: make targets, task runners, local actions."""

from __future__ import annotations

from msgspec import Struct

from tierlint.model import Command


class Recipe(Struct, frozen=True):
    """A name, the recipes that run before it, and what it runs, with the directory each command runs in."""

    name: str
    commands: tuple[Command, ...]
    needs: tuple[str, ...] = ()
