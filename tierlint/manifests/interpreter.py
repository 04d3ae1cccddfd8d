"""What a command of the shell starts: one interpreter for the commands of every manifest."""

from __future__ import annotations

import posixpath
import re
import shlex
from collections.abc import Collection, Iterator, Mapping, Sequence

from msgspec.structs import replace

from tierlint.manifests import options, shell
from tierlint.manifests.command_table import Follower, Program, Wrapper, command_table, entries_for
from tierlint.manifests.naming import functions_in_code, reference
from tierlint.manifests.paths import Place, import_root, index_paths, locate, locate_module, settled
from tierlint.manifests.places import page
from tierlint.manifests.programs import moved, started
from tierlint.manifests.recipe_index import (
    candidate_files,
    default_recipe,
    recipe_files,
    recipes_in,
    recipes_named,
)
from tierlint.manifests.shell_scripts import ENDINGS, is_script
from tierlint.manifests.world import Context, EntryPoint, Found, World
from tierlint.model import Command, Target

_ENTRY_POINT = re.compile(r"(?P<name>[\w.-]+) = (?P<function>[\w.]+\s*:\s*[\w.]+)(?:\s*\[.*\])?")

# More scripts and recipes than a command of a real project leads to.
_MOST_FOLLOWED = 50


def interpret(commands: Sequence[Command], files: Mapping[str, str], sources: Collection[str]) -> tuple[Target, ...]:
    """What each command starts, in the order of the commands, through scripts, make targets and tasks.

    A target keeps its command's text and place. Its `directory` is where the code is started, or from where
    its module can be imported; its `when` is `service` or `request` for what keeps running, whoever starts it.
    A script's own lines count only when nothing runs it.
    """
    world = _world(commands, files, sources)
    found: dict[Target, None] = {}
    followed: set[str] = set()
    by_script: dict[str, list[Command]] = {}
    for command in commands:
        if command.at.path in world.scripts.all:
            by_script.setdefault(command.at.path, []).append(command)
            continue
        targets, through = _targets(command, world)
        found.update(dict.fromkeys(targets))
        followed |= through
    alone = {
        path: [_targets(line, world) for line in lines] for path, lines in by_script.items() if path not in followed
    }
    called = {path for results in alone.values() for _, through in results for path in through}
    # Scripts that no other script calls come first, so that of a circle of scripts one still counts.
    for path in sorted(alone, key=lambda path: (path in called, path)):
        for targets, through in alone[path] if path not in followed else ():
            found.update(dict.fromkeys(targets))
            followed |= through
    return tuple(found)


def _world(commands: Sequence[Command], files: Mapping[str, str], sources: Collection[str]) -> World:
    table = command_table()
    entry_points = {
        entry["name"]: EntryPoint(entry["function"], Place(command.directory, command.at.path))
        for command in commands
        if (entry := _ENTRY_POINT.fullmatch(command.text))
    }
    project = index_paths(sources, table.foreign)
    scripts = index_paths([path for path, text in files.items() if is_script(path, text)])
    return World(table, project, scripts, files, recipe_files(files), entry_points)


def _targets(command: Command, world: World) -> tuple[list[Target], set[str]]:
    """What a command starts, and the files it was followed through."""
    context = Context(Place(command.directory, command.at.path), world, set())
    targets: list[Target] = []
    try:
        for found in _text(command.text, context):
            if "--help" in found.arguments or found.arguments == ("--version",):
                continue  # a look at whether it starts at all
            # An application object is called for each request; anything else that keeps running is a process.
            serves = "request" if found.kind == "function" else "service"
            when = serves if found.serves else command.when
            origin = replace(command, when=when, directory=found.directory)
            targets.append(Target(found.kind, found.name, found.arguments, origin))
    except RecursionError:
        # Hundreds of commands inside each other: nothing that a person wrote. What was found so far holds.
        pass
    return targets, {path for path, *_ in context.seen}


def _text(text: str, context: Context) -> Iterator[Found]:
    entry = _ENTRY_POINT.fullmatch(text)
    if entry:
        yield from _function(EntryPoint(entry["function"], context.place), (), context.world)
        return
    # One directory per depth of subshells: what a subshell changes ends with it.
    directories = [context.place.directory]
    file = context.place.file
    variables: dict[str, str] = {}
    exported: dict[str, str] = {}
    for statement in shell.statements(text):
        del directories[statement.depth + 1 :]
        directories += [directories[-1]] * (statement.depth + 1 - len(directories))
        words = tuple(shell.expand(word, variables) for word in statement.words)
        directory = shell.changed_directory(words, directories[-1], file)
        if directory is not None:
            directories[-1] = directory
            continue
        is_export = words[:1] == ("export",)
        assigned, command = shell.assignments(words[1:] if is_export else words)
        if not command:
            variables.update(assigned)
            exported.update(assigned if is_export else {})
        here = replace(context, place=Place(directories[-1], file), environment=dict(exported))
        here = replace(here, stdin=statement.stdin, source=statement.source)
        yield from _command(words, here)


def _command(words: Sequence[str], context: Context) -> Iterator[Found]:
    assigned, words = shell.assignments(words)
    if not words:
        return
    if any(blank in words[0] for blank in " \t\n"):
        if _is_new((words[0], context.place.directory), context):  # `x+=("$(date +%s)")` holds itself again
            yield from _text(words[0], context)
        return
    if assigned:
        context = replace(context, environment={**context.environment, **assigned})
    # A script that only hands its arguments on says nothing: its name may.
    found = False
    for reading in (_script, _console_script, _followed, _wrapped_or_started):
        for target in reading(words, context):
            found = True
            yield target
        if found:
            return


def _script(words: Sequence[str], context: Context) -> Iterator[Found]:
    world, place = context.world, context.place
    is_path = "/" in words[0] or words[0].endswith(ENDINGS)
    path = locate(words[0], place, world.scripts) if is_path else None
    if path is None or not _is_new((path, place.directory, *words[1:]), context):
        return
    text = world.files[path].replace("\r\n", "\n")
    variables = {"@": shlex.join(words[1:]), **{str(n): word for n, word in enumerate(words[1:], 1)}}
    for line in shell.script_commands(text, path, page(text), "manual", place.directory, 1, variables):
        yield from _text(line.text, replace(context, place=Place(line.directory, path)))


def _console_script(words: Sequence[str], context: Context) -> Iterator[Found]:
    name = posixpath.basename(words[0])
    entry = context.world.entry_points.get(name)
    if entry and (words[0] == name or "/bin/" in f"/{words[0]}"):
        yield from _function(entry, tuple(words[1:]), context.world)


def _function(entry: EntryPoint, arguments: tuple[str, ...], world: World) -> Iterator[Found]:
    place = settled(entry.place, world.project)
    found = reference(re.sub(r"\s", "", entry.function), place, world.project)
    if found and found.attribute:
        yield Found("function", f"{found.module}:{found.attribute}", arguments, found.directory)


def _followed(words: Sequence[str], context: Context) -> Iterator[Found]:
    for entry in entries_for(posixpath.basename(words[0])):
        if isinstance(entry, Follower):
            yield from _recipes(entry, words[1:], context)


def _recipes(follower: Follower, words: Sequence[str], context: Context) -> Iterator[Found]:
    parsed = options.parse(words, (*follower.values, *follower.option, *follower.directory))
    after = (options.after_subcommand(parsed, then) for then in follower.then or ("",))
    named = next((words for words in after if words is not None), None)
    if named is None:
        return
    directory = moved(context.place, parsed.options, follower.directory).directory
    variables, _ = shell.assignments([word.word for word in named if "=" in word.word])
    by_option = [option.value for option in parsed.options if option.name in follower.option and option.value]
    wanted = [name.strip() for names in by_option for name in names.split(",")]
    wanted += [word.word.removeprefix("./") for word in named if "=" not in word.word and not word.doubtful]
    kind, files = follower.recipes, context.world.files
    if follower.first and not wanted:
        nearest = candidate_files(kind, "", context.world.recipes[kind], directory)[:1]
        wanted = [name for path in nearest if (name := default_recipe(recipes_in(kind, path, files[path])))]
    # Task runners take one name and hand on the rest; make takes many.
    for name in wanted if follower.many else wanted[:1]:
        for path in candidate_files(kind, name, context.world.recipes[kind], directory):
            if recipes_named(name, recipes_in(kind, path, files[path])):
                yield from _recipe(kind, path, name, variables, context)
                break


def _is_new(key: tuple[str, ...], context: Context) -> bool:
    """Whether a script or recipe is still to be followed; it is taken to be from now on."""
    if key in context.seen or len(context.seen) >= _MOST_FOLLOWED:
        return False
    context.seen.add(key)
    return True


def _recipe(kind: str, path: str, name: str, variables: Mapping[str, str], context: Context) -> Iterator[Found]:
    if not _is_new((path, name, *variables.values()), context):
        return
    for recipe in recipes_named(name, recipes_in(kind, path, context.world.files[path])):
        for need in recipe.needs:
            yield from _recipe(kind, path, need, variables, context)
        for command in recipe.commands:
            place = Place(command.directory, path)
            yield from _text(shell.expand(command.text, variables), replace(context, place=place))


def _wrapped_or_started(words: Sequence[str], context: Context) -> Iterator[Found]:
    world = context.world
    place = settled(context.place, world.project)
    is_path = words[0].endswith(".py") or "/" in words[0]
    source = locate(words[0], place, world.project) if is_path else None
    if source is None and is_path:  # `python jobs/digest`, a directory with a `__main__.py`
        source = locate(posixpath.join(words[0], "__main__.py"), place, world.project)
    found = False
    for entry in entries_for(posixpath.basename(words[0])):
        if isinstance(entry, Wrapper):
            targets = _wrapped(entry, words[1:], context)
        elif isinstance(entry, Program) and (source or not entry.own):
            targets = started(entry, words[1:], context.environment, place, world.project)
        else:
            continue
        for target in targets:
            found = True
            yield target
    if source and not found:
        yield Found("script", source, tuple(words[1:]), place.directory)


def _wrapped(wrapper: Wrapper, words: Sequence[str], context: Context) -> Iterator[Found]:
    last = (*wrapper.shell, *wrapper.code, *wrapper.module)
    values = (*wrapper.values, *wrapper.directory, *wrapper.joined, *last)
    prefixes = (options.prefix(words, then, values, wrapper.skip, last) for then in wrapper.then or ("",))
    prefix = next((found for found in prefixes if found), None)
    if prefix is None:
        return
    rest = prefix.rest
    context = replace(context, place=moved(context.place, prefix.options, wrapper.directory))
    final = prefix.options[-1] if prefix.options and prefix.options[-1].name in last else None
    if final is not None and final.name in wrapper.shell:
        yield from _text(final.value or "", context)
    elif final is not None and final.name in wrapper.code:
        yield from _code(final.value or "", rest, context)
    elif final is not None:
        yield from _module(final.value or "", rest, context)
    elif wrapper.joined:
        given = {option.name: option.value or "" for option in options.parse(words, values).options}
        joined = [word for name in wrapper.joined for word in given.get(name, "").split(",") if word]
        yield from _command(joined, context)
    elif wrapper.after:
        position = list(words).index(wrapper.after) + 1 if wrapper.after in words else len(words)
        yield from _command(words[position:], context)
    elif wrapper.each:
        for text in rest:
            yield from _text(text, context)
    elif rest:
        # hatch puts the environment before the command: `prod:python jobs/digest.py`.
        first = rest[0].partition(":")[2] if wrapper.environments else ""
        yield from _command((first or rest[0], *rest[1:]), context)
    elif wrapper.stdin and context.source:
        yield from _command((context.source,), replace(context, source=""))
    elif wrapper.stdin == "shell":
        yield from _text(context.stdin, replace(context, stdin=""))
    elif wrapper.stdin == "python":
        yield from _code(context.stdin, (), context)


def _code(code: str, arguments: tuple[str, ...], context: Context) -> Iterator[Found]:
    place = settled(context.place, context.world.project)
    for found in functions_in_code(code, place, context.world.project):
        yield Found("function", f"{found.module}:{found.attribute}", arguments, found.directory)


def _module(name: str, arguments: tuple[str, ...], context: Context) -> Iterator[Found]:
    place = settled(context.place, context.world.project)
    # A single word is likely a tool: only a package that can be run is looked for in the whole project.
    parts = ("", "__main__.py", "__init__.py") if "." in name else ("__main__.py",)
    path = locate_module(name, place, context.world.project, parts)
    if path:
        yield Found("module", name, arguments, import_root(name, path, place))
    else:
        yield from _command((name, *arguments), context)
