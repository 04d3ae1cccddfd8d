"""What a known program starts: the Python code that its words name."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator, Mapping, Sequence

from tierlint.manifests.command_table import Program
from tierlint.manifests.naming import reference
from tierlint.manifests.options import Option, Parsed, Positional, after_subcommand, parse
from tierlint.manifests.paths import Paths, Place, locate, module_name, settled
from tierlint.manifests.places import inside
from tierlint.manifests.shell import changed_directory
from tierlint.manifests.world import Found


def started(
    program: Program, words: Sequence[str], environment: Mapping[str, str], place: Place, project: Paths
) -> Iterator[Found]:
    """The targets of a command line without its first word; none when it starts nothing of the project."""
    parsed = parse(words, _options_with_value(program), program.pairs)
    named = next((n for then in program.then or ("",) if (n := after_subcommand(parsed, then)) is not None), None)
    flags = {option.name for option in parsed.options}
    if named is None or not flags.issuperset(program.requires) or not flags.isdisjoint(program.without):
        return
    place = moved(place, parsed.options, program.directory)
    place = place if program.near else settled(place, project)
    attribute = _value(parsed, program.attribute_option) or program.attribute
    found = False
    for word, arguments in _candidates(program, parsed, named, words, environment, place, project):
        target = _target(program, word, arguments, attribute, place, project)
        if target is not None:
            found = True
            yield target
            if not program.many:
                return
    if program.nameless and not found:
        yield Found(program.kind, "", tuple(words), place.directory, program.serves)


def moved(place: Place, given: Sequence[Option], names: Sequence[str]) -> Place:
    """Where a command runs that has an option for it: `make -C services`."""
    for option in given:
        if option.name in names and option.value:
            directory = changed_directory(("cd", option.value), place.directory, place.file)
            place = Place(directory or "", place.file)
    return place


def _options_with_value(program: Program) -> tuple[str, ...]:
    return (*program.values, *program.option, *program.attribute_option, *program.directory)


def _value(parsed: Parsed, names: Sequence[str]) -> str | None:
    return next((option.value for option in parsed.options if option.name in names and option.value), None)


def _candidates(
    program: Program,
    parsed: Parsed,
    named: Sequence[Positional],
    words: Sequence[str],
    environment: Mapping[str, str],
    place: Place,
    project: Paths,
) -> Iterator[tuple[str, tuple[str, ...]]]:
    """The words that may be the name, the likeliest first, each with the arguments it leaves."""
    for option in parsed.options:
        if option.name in program.option and option.value:
            yield option.value, tuple(word for index, word in enumerate(words) if index not in option.words)
            return
    for positional in () if program.option else named:
        yield positional.word, tuple(words[positional.index + 1 :])
        if not positional.doubtful and not program.many:
            return
    if program.variable in environment:
        yield environment[program.variable], tuple(words)
    for default in program.defaults:
        if posixpath.join(place.directory, default) in project.all:
            yield default, tuple(words)


def _target(
    program: Program, word: str, arguments: tuple[str, ...], attribute: str, place: Place, project: Paths
) -> Found | None:
    name: str | None
    name, kind, directory = None, program.kind, place.directory
    if program.near and inside(directory, word.partition(":")[0]) not in project.all:
        return None
    if program.within:
        path = posixpath.join(place.directory, program.within)
        name = f"{module_name(path, place)}:{attribute or word}" if path in project.all else None
    elif program.kind in ("script", "notebook"):
        name = locate(word, place, project)
    elif program.kind == "management":
        name = word if re.fullmatch(r"[A-Za-z][\w-]*", word) and word not in program.unless else None
    else:
        found = reference(word, place, project)
        if found is not None and program.kind == "function":
            attribute = found.attribute or attribute
            name = f"{found.module}:{attribute}" if attribute else None
            if name is None and program.otherwise:
                kind, name = program.otherwise, locate(word, place, project)
        elif found is not None:
            name = found.module
        directory = found.directory if found else directory
    if name is None:
        return None
    return Found(kind, name, arguments, directory, program.serves or name in program.serves_names)
