"""What is known about commands of the shell, read strictly from `catalog/commands.toml`."""

from __future__ import annotations

import shlex
from collections.abc import Mapping
from fnmatch import fnmatchcase
from functools import lru_cache
from importlib import resources

import msgspec
from msgspec import Struct


class Wrapper(Struct, frozen=True, forbid_unknown_fields=True):
    """Words that stand before another command: `sudo -u x`, `timeout 5`, `uv run`, `python`, `sh -c`.

    names: globs over the last part of the command's path. then: subcommands, one of which must follow.
    values: options that take a value. skip: how many words after the options are not yet the command.
    after: the word behind which the command stands. shell, code, module: options whose value is shell text,
    Python code, or a module to run. directory: options that change the directory. each: every further word
    is a shell text. stdin: what it reads when no command follows: `shell` or `python`. environments: an environment
    may stand before the command, `prod:python`. joined: options whose values, split at commas, are the command.
    """

    names: tuple[str, ...]
    then: tuple[str, ...] = ()
    values: tuple[str, ...] = ()
    skip: int = 0
    after: str = ""
    shell: tuple[str, ...] = ()
    code: tuple[str, ...] = ()
    module: tuple[str, ...] = ()
    directory: tuple[str, ...] = ()
    each: bool = False
    stdin: str = ""
    environments: bool = False
    joined: tuple[str, ...] = ()


class Program(Struct, frozen=True, forbid_unknown_fields=True):
    """A command that starts Python code which its words name.

    kind: of the target, as in `Target`. then: subcommands, one of which must follow. option: options whose
    value is the name; otherwise it is the first word after the subcommand. values, pairs: other options that
    take one value, or two. attribute: of the module, where the name has none; attribute_option gives it
    explicitly. defaults: files of the command's directory, tried when nothing is named. variable: an
    environment variable that names it. directory: options that change the directory. requires: flags without
    which it runs nothing; without: flags with which it is another program. many: every word is a name. nameless:
    it runs whatever was put in a queue, so no name is needed. serves: it keeps running, whoever starts it;
    serves_names: for these names only. own: the command is itself a file of the project. near: the name is a
    file below the command's directory, and looked for nowhere else. unless: subcommands of the program's own,
    which are no names. within: the file in which the words name a function. otherwise: the kind of target where a
    file is named and nothing in it.
    """

    names: tuple[str, ...]
    kind: str
    then: tuple[str, ...] = ()
    values: tuple[str, ...] = ()
    pairs: tuple[str, ...] = ()
    option: tuple[str, ...] = ()
    attribute: str = ""
    attribute_option: tuple[str, ...] = ()
    defaults: tuple[str, ...] = ()
    variable: str = ""
    directory: tuple[str, ...] = ()
    requires: tuple[str, ...] = ()
    without: tuple[str, ...] = ()
    many: bool = False
    nameless: bool = False
    serves: bool = False
    serves_names: tuple[str, ...] = ()
    own: bool = False
    near: bool = False
    unless: tuple[str, ...] = ()
    within: str = ""
    otherwise: str = ""


class Follower(Struct, frozen=True, forbid_unknown_fields=True):
    """A command that starts recipes by name. recipes: which reader knows them, as `recipe_index.py` calls it.
    option: options whose value names some, separated by commas. first: without a name, the first recipe runs.
    many: every word is a name.
    """

    names: tuple[str, ...]
    recipes: str
    then: tuple[str, ...] = ()
    values: tuple[str, ...] = ()
    option: tuple[str, ...] = ()
    directory: tuple[str, ...] = ()
    first: bool = False
    many: bool = False


class CommandTable(Struct, frozen=True, forbid_unknown_fields=True):
    """The whole of `commands.toml`. foreign: where on a machine nothing of the project lies."""

    foreign: tuple[str, ...]
    wrapper: tuple[Wrapper, ...]
    program: tuple[Program, ...]
    follower: tuple[Follower, ...]


@lru_cache(maxsize=1)
def command_table() -> CommandTable:
    """The table that comes with the package."""
    source = resources.files("tierlint.catalog").joinpath("commands.toml").read_bytes()
    return msgspec.toml.decode(source, type=CommandTable)


@lru_cache(maxsize=4096)
def entries_for(name: str) -> tuple[Follower | Wrapper | Program, ...]:
    """The entries that a command's name has, those that start recipes first, in the order of the table."""
    table = command_table()
    entries: tuple[Follower | Wrapper | Program, ...] = (*table.follower, *table.wrapper, *table.program)
    return tuple(entry for entry in entries if any(fnmatchcase(name, pattern) for pattern in entry.names))


def with_environment(text: str, variables: Mapping[str, str]) -> str:
    """A command after the variables that its program looks for, where a file sets these elsewhere."""
    wanted = (
        program.variable
        for program in command_table().program
        if program.variable in variables and any(name in text for name in program.names)
    )
    return "".join(f"export {name}={shlex.quote(variables[name])}; " for name in wanted) + text


@lru_cache(maxsize=1)
def known_names() -> frozenset[str]:
    """Every name that is a command beyond doubt, those that stay inside the shell included."""
    table = command_table()
    entries: tuple[Wrapper | Program | Follower, ...] = (*table.wrapper, *table.program, *table.follower)
    return frozenset(name for entry in entries for name in entry.names) | {"cd", "test", "echo", "["}
