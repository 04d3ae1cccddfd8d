"""The words of a command line told apart: options, their values, and the rest."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from msgspec import Struct


class Option(Struct, frozen=True):
    """An option and its value, if it is known to take one; `words` is where they stand."""

    name: str
    value: str | None
    words: range


class Positional(Struct, frozen=True):
    """A word that is no option. doubtful: it follows an option of which nothing is known: maybe its value."""

    word: str
    index: int
    doubtful: bool


class Parsed(Struct, frozen=True):
    """A command line without the program's name."""

    options: tuple[Option, ...]
    positionals: tuple[Positional, ...]


class Prefix(Struct, frozen=True):
    """The options that stand before a command, and the command."""

    options: tuple[Option, ...]
    rest: tuple[str, ...]


def parse(words: Sequence[str], values: Collection[str], pairs: Collection[str] = ()) -> Parsed:
    """Options may stand anywhere; `values` are those that take a value, `pairs` those that take two."""
    options: list[Option] = []
    positionals: list[Positional] = []
    index, only_words, doubtful = 0, False, False
    while index < len(words):
        word = words[index]
        if only_words or not word.startswith("-") or word == "-":
            positionals.append(Positional(word, index, doubtful))
            doubtful = False
            index += 1
        elif word == "--":
            only_words, doubtful = True, False
            index += 1
        else:
            option = _option(words, index, (*values, *pairs))
            options.append(option)
            doubtful = option.value is None
            index = option.words.stop + (option.name in pairs)
    return Parsed(tuple(options), tuple(positionals))


def after_subcommand(parsed: Parsed, subcommand: str) -> tuple[Positional, ...] | None:
    """The words behind a subcommand (of one word or several); None when it is another one."""
    path = subcommand.split()
    words = [positional.word for positional in parsed.positionals]
    for start, positional in enumerate(parsed.positionals):
        if words[start : start + len(path)] == path:
            return parsed.positionals[start + len(path) :]
        if not positional.doubtful:
            return None
    return None if path else ()


def prefix(
    words: Sequence[str], subcommand: str, values: Collection[str], skip: int, last: Collection[str]
) -> Prefix | None:
    """Read options up to the command that they stand before; an option in `last` ends them."""
    path, options, index = subcommand.split(), list[Option](), 0
    while index < len(words):
        word = words[index]
        if word.startswith("-") and word not in ("-", "--"):
            option = _option(words, index, values)
            options.append(option)
            index = option.words.stop
            if option.name in last and not path:
                return Prefix(tuple(options), tuple(words[index:]))
            continue
        if path:
            if word != path.pop(0):
                return None
        elif word not in ("-", "--"):
            if not skip:
                break
            skip -= 1
        index += 1
    return None if path else Prefix(tuple(options), tuple(words[index:]))


def _option(words: Sequence[str], index: int, values: Collection[str]) -> Option:
    word = words[index]
    name, equals, value = word.partition("=")
    following = words[index + 1] if index + 1 < len(words) else ""
    if word in values:
        return Option(word, following, range(index, index + 2))
    if equals and (word.startswith("--") or name in values):
        return Option(name, value, range(index, index + 1))
    if not word.startswith("--") and word[:2] in values:
        return Option(word[:2], word[2:], range(index, index + 1))
    # Of short options in one word only the last can take its value from the next: `sh -lc`, `python -um`.
    if word[1:].isalpha() and f"-{word[-1]}" in values:
        return Option(f"-{word[-1]}", following, range(index, index + 2))
    return Option(word, None, range(index, index + 1))
