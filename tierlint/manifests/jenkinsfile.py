"""Jenkins pipelines: the shell steps of a Jenkinsfile, and what starts it."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator, Sequence

from msgspec import Struct

from tierlint.manifests.places import inside, page, span
from tierlint.manifests.shell import script_commands, with_slashes
from tierlint.model import Command

GLOBS = ("Jenkinsfile*", "*.jenkinsfile", "*.Jenkinsfile", "jenkins/*.groovy")

_TOKEN = re.compile(
    r"""(?P<comment>//[^\n]*|/\*.*?\*/)
    |(?P<string>'{3}.*?'{3}|"{3}.*?"{3}|'(?:[^'\\\n]|\\.)*'|"(?:[^"\\\n]|\\.)*")
    |(?P<open>\{)|(?P<close>\})
    |(?P<word>[A-Za-z_]\w*)
    |(?P<other>[^\s])""",
    re.VERBOSE | re.DOTALL,
)
_STEPS = ("sh", "bat", "powershell", "pwsh")
_OF_WINDOWS = ("bat", "powershell", "pwsh")
_SCHEDULES = ("cron", "parameterizedCron")
_EVENTS = ("pollSCM", "upstream", "githubPush", "gitlab", "GenericTrigger", "bitbucketPush")


class Token(Struct, frozen=True):
    """A piece of Groovy; a comment is none."""

    kind: str
    text: str
    start: int


class Block(Struct, frozen=True):
    """What stands before an opening brace: `dir('jobs')`, `stage('x')`, `when`."""

    name: str
    argument: str


def read(path: str, text: str) -> Iterator[Command]:
    """The lines of every `sh` step, once for every way in which the pipeline is started."""
    tokens = [Token(str(f.lastgroup), f.group(), f.start()) for f in _TOKEN.finditer(text) if f.lastgroup != "comment"]
    started = _started(tokens)
    lines = page(text)
    limits = _stage_limits(tokens)
    blocks: list[tuple[Block, int]] = []
    for index, token in enumerate(tokens):
        if token.kind == "open":
            blocks.append((_block(tokens, index), index))
        elif token.kind == "close" and blocks:
            blocks.pop()
        elif token.kind == "word" and token.text in _STEPS and not _is_member(tokens, index):
            string = _argument(tokens, index)
            if string is None:
                continue
            directory = ""
            for block, _ in blocks:
                directory = inside(directory, block.argument) if block.name == "dir" else directory
            allowed = {limits[opened] for _, opened in blocks if opened in limits}
            whens = [when for when in started if not allowed or when in allowed]
            for when in whens or sorted(allowed)[:1]:
                first = text.count("\n", 0, string.start) + 1
                on_windows = token.text in _OF_WINDOWS
                yield from _script(string.text, on_windows, path, lines, when, directory, first)


def _started(tokens: Sequence[Token]) -> tuple[str, ...]:
    """By a schedule, by an event, or both; a pipeline without triggers is started by the repository's server."""
    words = {
        token.text for token, following in itertools.pairwise(tokens) if token.kind == "word" and following.text == "("
    }
    found = ["schedule"] if words.intersection(_SCHEDULES) else []
    if not found or words.intersection(_EVENTS):
        found.append("event")
    return tuple(found)


def _stage_limits(tokens: Sequence[Token]) -> dict[int, str]:
    """For the brace that opens a stage: what alone starts its steps, where its `when` or `input` says so."""
    limits: dict[int, str] = {}
    open_braces: list[int] = []
    for index, token in enumerate(tokens):
        if token.kind == "open":
            open_braces.append(index)
        elif token.kind == "close" and open_braces:
            open_braces.pop()
        elif token.kind == "word" and token.text == "triggeredBy" and len(open_braces) > 1:
            string = _argument(tokens, index)
            negated = any(_block(tokens, brace).name == "not" for brace in open_braces)
            if string is not None and "TimerTrigger" in string.text:
                stages = (brace for brace in reversed(open_braces) if _block(tokens, brace).name == "stage")
                limits[next(stages, open_braces[0])] = "event" if negated else "schedule"
        elif token.text == "input" and open_braces and _block(tokens, open_braces[-1]).name == "stage":
            limits[open_braces[-1]] = "manual"
    return limits


def _block(tokens: Sequence[Token], opened: int) -> Block:
    """The name before a brace, over the parentheses between them."""
    index, argument = opened - 1, ""
    if index >= 0 and tokens[index].text == ")":
        while index >= 0 and tokens[index].text != "(":
            argument = tokens[index].text if tokens[index].kind == "string" else argument
            index -= 1
        index -= 1
    name = tokens[index].text if index >= 0 and tokens[index].kind == "word" else ""
    return Block(name, _unquoted(argument))


def _is_member(tokens: Sequence[Token], index: int) -> bool:
    return index > 0 and tokens[index - 1].text in (".", "def")


def _argument(tokens: Sequence[Token], index: int) -> Token | None:
    """The string that a step is given: alone, in parentheses, or as its `script:` among other settings."""
    following = tokens[index + 1 : index + 12]
    script = next((n for n, token in enumerate(following) if token.text == "script"), None)
    if following[:1] and following[0].text == "(":
        following = following[1:]
        script = None if script is None else script - 1
    if following[:1] and following[0].kind == "string":
        return following[0]
    if script is not None and [token.kind for token in following[script + 2 : script + 3]] == ["string"]:
        return following[script + 2]
    return None


def _unquoted(literal: str) -> str:
    for quotes in ("'''", '"""', "'", '"'):
        if literal.startswith(quotes):
            return literal[len(quotes) : -len(quotes)]
    return literal


def _script(
    literal: str, on_windows: bool, path: str, lines: list[str], when: str, directory: str, first: int
) -> Iterator[Command]:
    body = _unquoted(literal)
    if on_windows:
        # `@` keeps a line of a batch file from being shown.
        body = re.sub(r"(?m)^(\s*)@", r"\1", with_slashes(body.replace("\\\\", "\\")))
    if "\n" not in body:
        body = body.replace("\\'", "'").replace('\\"', '"').replace("\\\\", "\\").replace("\\n", "; ")
        yield Command(body, when, span(path, lines, first), directory)
        return
    yield from script_commands(body, path, lines, when, directory, first)
