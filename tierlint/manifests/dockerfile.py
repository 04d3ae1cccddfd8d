"""Dockerfiles: what the image of each build stage runs."""

from __future__ import annotations

import json
import re
import shlex
from collections.abc import Iterator, Mapping

from msgspec import Struct
from msgspec.structs import replace

from tierlint.manifests.command_table import with_environment
from tierlint.manifests.github_actions import images
from tierlint.manifests.places import folder, inside, page, span
from tierlint.manifests.recipes import Recipe
from tierlint.manifests.shell import expand
from tierlint.model import Command

GLOBS = ("Dockerfile*", "*.Dockerfile", "*.dockerfile", "Containerfile*")

_INSTRUCTION = re.compile(r"\s*(?P<name>[A-Za-z]+)\s+(?P<rest>.*)", re.DOTALL)
_HEREDOC = re.compile(r"<<-?\s*[\"']?(\w+)[\"']?")
_VARIABLE = re.compile(r"(\w+)(?:=|\s+)(.*)", re.DOTALL)
_FLAG = re.compile(r"--[\w-]+(?:=\S*)?\s+")


class Instruction(Struct, frozen=True):
    """One instruction with its continuation lines joined; lines are 1-based."""

    name: str
    rest: str
    first: int
    last: int


class Stage(Struct, frozen=True):
    """What is known of a build stage. source: what of the build context is its working directory."""

    name: str = ""
    work: str = ""
    source: str = ""
    entry: Instruction | None = None
    command: Instruction | None = None
    own: bool = False


def read(path: str, files: Mapping[str, str]) -> Iterator[Command]:
    """What the image is built with, then the entry point with its arguments, for every stage that sets either; the
    entry point of a container action is the workflow's that uses it."""
    of_action = images(path, files)
    for command in _commands(path, files[path]):
        if command.when != "service" or not of_action:
            yield command


def recipes(path: str, text: str) -> Iterator[Recipe]:
    """What the image starts with, by the path of its Dockerfile."""
    yield Recipe(path, tuple(command for command in _commands(path, text) if command.when == "service"))


def _commands(path: str, text: str) -> Iterator[Command]:
    lines = page(text)
    stages: list[Stage] = []
    variables: dict[str, str] = {}
    for instruction in _instructions(lines):
        if instruction.name == "FROM":
            stages.append(_new_stage(instruction.rest, stages))
        elif instruction.name in ("ARG", "ENV"):
            variables.update(_pairs(instruction.rest))
        elif stages and instruction.name == "RUN":
            yield _built(path, lines, stages[-1], instruction, variables)
        elif stages:
            stages[-1] = _with(stages[-1], instruction, variables)
    for stage in stages:
        if stage.own:
            yield from _command(path, lines, stage, variables)


def _new_stage(rest: str, earlier: list[Stage]) -> Stage:
    words = [word.lower() for word in rest.split() if not word.startswith("--")]
    parent = next((stage for stage in reversed(earlier) if words and stage.name == words[0]), Stage())
    return replace(parent, name=words[2] if len(words) == 3 else "", own=False)


def _with(stage: Stage, instruction: Instruction, variables: dict[str, str]) -> Stage:
    name, rest = instruction.name, instruction.rest
    if name == "WORKDIR":
        work = expand(rest, variables).strip("\"' ").rstrip("/")
        return replace(stage, work=work if work.startswith(("/", "$")) else f"{stage.work}/{work}")
    if name in ("COPY", "ADD"):
        return replace(stage, source=_source(stage, rest))
    if name == "ENTRYPOINT":
        return replace(stage, entry=instruction, command=None, own=True)
    if name == "CMD":
        return replace(stage, command=instruction, own=True)
    return stage


def _command(path: str, lines: list[str], stage: Stage, variables: dict[str, str]) -> Iterator[Command]:
    parts = [part for part in (stage.entry, stage.command) if part is not None]
    # An entry point in shell form ignores CMD.
    if stage.entry is not None and _list(stage.entry.rest) is None:
        parts = [stage.entry]
    texts = []
    for part in parts:
        words = _list(part.rest)
        texts.append(part.rest if words is None else shlex.join(words))
    shown = parts[-1]
    place = span(path, lines, shown.first, shown.last)
    directory = inside(folder(path), stage.source or ".")
    text = with_environment(expand(" ".join(texts).strip(), variables), variables)
    yield Command(text, "service", place, directory)


def _built(path: str, lines: list[str], stage: Stage, run: Instruction, variables: dict[str, str]) -> Command:
    """A step of the build, which somebody starts and waits for."""
    words = _list(run.rest)
    text = _FLAG.sub("", run.rest) if words is None else shlex.join(words)
    place = span(path, lines, run.first, run.last)
    return Command(expand(text, variables), "manual", place, inside(folder(path), stage.source or "."))


def _source(stage: Stage, rest: str) -> str:
    """Which directory of the build context is the working directory once this has been copied."""
    words = _list(rest) or _FLAG.sub("", rest).split()
    if "--from" in rest or len(words) != 2:
        return stage.source
    source, target = words[0].rstrip("/"), words[1].rstrip("/")
    if target not in (".", stage.work):
        return stage.source
    if source == ".":
        return ""
    # A file, or files, say nothing about where the rest of the directory comes from.
    return stage.source if re.search(r"\.\w+$|\*", source) else source.strip("/")


def _pairs(rest: str) -> Iterator[tuple[str, str]]:
    if "=" not in rest:
        found = _VARIABLE.fullmatch(rest)
        if found:
            yield found[1], found[2]
        return
    for name, value in re.findall(r"""(\w+)=("[^"]*"|'[^']*'|\S*)""", rest):
        yield name, value.strip("\"'")


def _list(rest: str) -> list[str] | None:
    """The words of an instruction in exec form; None for shell form."""
    if not rest.startswith("["):
        return None
    try:
        words = json.loads(rest)
    except ValueError:
        return None
    return [str(word) for word in words] if isinstance(words, list) else None


def _instructions(lines: list[str]) -> Iterator[Instruction]:
    number = 0
    while number < len(lines):
        first, pieces = number, list[str]()
        while number < len(lines):
            line = lines[number]
            number += 1
            # Comments and empty lines may stand between continuation lines.
            if line.lstrip().startswith("#") or (pieces and not line.strip()):
                if not pieces:
                    break
                continue
            pieces.append(line.rstrip().removesuffix("\\"))
            if not line.rstrip().endswith("\\"):
                break
        found = _INSTRUCTION.fullmatch(" ".join(piece.strip() for piece in pieces))
        if found:
            name, rest = found["name"].upper(), found["rest"].strip()
            opened = number
            for tag in _HEREDOC.findall(rest) if name in ("RUN", "COPY", "ADD") else ():
                ends = (at for at in range(number, len(lines)) if lines[at].strip() == tag)
                number = next(ends, len(lines) - 1) + 1
            if name == "RUN" and number > opened:
                # Without a command of its own before it, a here-document is a script.
                shell = "sh " if rest.startswith("<<") else ""
                rest = "\n".join([shell + rest, *lines[opened:number]])
            yield Instruction(name, rest, first + 1, number)
