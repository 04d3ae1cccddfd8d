"""Shell text as statements: words, operators, here-documents, variables and changes of directory."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache

from msgspec import Struct

from tierlint.manifests.places import folder, inside, span
from tierlint.model import Command

_TOKEN = re.compile(
    r"""(?P<blank>(?:[ \t\r]|\\\r?\n)+)
    |(?P<comment>\#[^\n]*)
    |(?P<newline>\n)
    |(?P<heredoc>\d*<<-?[ \t]*(?P<quote>['"\\]?)(?P<tag>[\w.-]+)['"]?)
    |(?P<redirect>(?:\d+(?=[<>])|&(?=>))?(?:<<<|>>|>\||<>|[<>])(?:&\d*-?)?)
    |(?P<operator>\|\||&&|;;|\|&|[;&|()])
    |(?P<word>(?:
        \\.|'[^']*'|"(?:[^"\\]|\\.)*"|`[^`]*`|\$\{\{.*?\}\}|\$\{[^}\n]*\}
        |\$\((?:[^()]|\((?:[^()]|\([^()]*\))*\))*\)
        |(?<==)\((?:'[^']*'|"(?:[^"\\]|\\.)*"|[^()'"])*\)
        |[^\s;&|()<>]
    )+)""",
    re.VERBOSE | re.DOTALL,
)
_EXPRESSION = re.compile(r"\$\{\{.*?\}\}", re.DOTALL)
_QUOTED = re.compile(r"""'([^']*)'|"((?:[^"\\]|\\.)*)"|\\(\r?\n)|\\(.)""", re.DOTALL)
_SUBSTITUTION = re.compile(r"\$\(((?:[^()]|\((?:[^()]|\([^()]*\))*\))*)\)|`([^`]*)`")
_VARIABLE = re.compile(
    r'"\$(?P<all>[@*])"|\$\{\{\s*(?:env|matrix)\.(?P<ci>[\w-]+)\s*\}\}'
    r"|\$\{(?P<braced>\w+)(?::?-(?P<default>[^}]*))?\}|\$(?P<plain>\w+|[@*])"
)
_ASSIGNMENT = re.compile(r"(\w+)=(.*)", re.DOTALL)
_OWN_PATH = re.compile(r"""(?:\$\{?0\}?|\$\{?BASH_SOURCE[^)\s]*?)["']?\s*\)["']?(?P<below>(?:/[\w.-]+)*)""")
_BACKSLASH = re.compile(r"(?<=[\w.:%])\\(?=[\w.])")
_DECLARE = ("export", "declare", "local", "readonly", "typeset")
# Put into a line as text, any other value could become a command of its own.
_PLAIN = re.compile(r"(?:\$\(dirname \$0\))?[\w./:@%+,=~ ${}-]{0,1000}")


class Line(Struct, frozen=True):
    """One logical line of a script: `first` and `last` count physical lines from 0."""

    text: str
    first: int
    last: int


class Statement(Struct, frozen=True):
    """One simple command. depth: how many subshells it is in; stdin: the here-document or text it reads; source: the
    file that it reads."""

    words: tuple[str, ...]
    depth: int = 0
    stdin: str = ""
    source: str = ""


class Token(Struct, frozen=True):
    """A piece of shell text; of kind `body` for the text of a here-document."""

    kind: str
    text: str
    start: int
    end: int


def _tokens(text: str) -> Iterator[Token]:
    position, waiting = 0, list[str]()
    while position < len(text):
        found = _TOKEN.match(text, position)
        if found is None:
            position += 1
            continue
        kind = found.lastgroup if found.lastgroup not in ("quote", "tag") else "heredoc"
        yield Token(str(kind), found.group(), position, found.end())
        position = found.end()
        if kind == "heredoc":
            waiting.append(found["tag"])
        elif kind == "newline":
            for tag in waiting:
                end = re.compile(rf"^[ \t]*{re.escape(tag)}[ \t\r]*$", re.MULTILINE).search(text, position)
                stop, after = (end.start(), end.end()) if end else (len(text), len(text))
                yield Token("body", text[position:stop], position, after)
                position = min(after + 1, len(text))
            waiting = []


def lines(text: str) -> Iterator[Line]:
    """The logical lines of a script, with their continuation lines and here-documents, without comments."""
    start, end, ended = -1, -1, False
    for token in _tokens(text):
        # A here-document still belongs to the line whose newline has just been seen.
        if token.kind == "body":
            end = token.end
            continue
        if ended and start >= 0:
            yield _line(text, start, end)
            start = -1
        ended = token.kind == "newline"
        if token.kind not in ("blank", "comment", "newline"):
            start, end = (token.start if start < 0 else start), token.end
    if start >= 0:
        yield _line(text, start, end)


def _line(text: str, start: int, end: int) -> Line:
    first = text.count("\n", 0, start)
    words = text[start:end]
    return Line(re.sub(r"[ \t]*\\\r?\n[ \t]*", " ", words), first, first + words.count("\n"))


def unquoted(word: str) -> str:
    """A word as the program sees it."""

    def plain(found: re.Match[str]) -> str:
        single, double, newline, escaped = found.groups()
        if single is not None:
            return single
        if double is not None:
            return re.sub(r'\\(["\\$`])', r"\1", double.replace("\\\n", ""))
        return "" if newline else escaped or ""

    if "${{" in word:
        # An expression of a workflow is one word, whatever blanks are in it.
        word = _EXPRESSION.sub(lambda found: re.sub(r"\s", "", found.group()), word)
    return _QUOTED.sub(plain, word)


@lru_cache(maxsize=4096)
def statements(text: str) -> tuple[Statement, ...]:
    """The simple commands of a shell text in order, those in substitutions first."""
    found: list[Statement] = []
    words: list[str] = []
    depth, redirected, here = 0, False, 0
    stdin = source = reads = ""
    # Positions in `found` of the statements whose here-document is still to come.
    reading: list[int] = []
    for token in [*_tokens(text), Token("newline", "", len(text), len(text))]:
        if token.kind == "word":
            for inner in _substituted(token.text):
                found.extend(Statement(s.words, s.depth + depth + 1, s.stdin) for s in statements(inner))
            if not redirected:
                words.append(unquoted(token.text))
            elif reads == "<<<":
                stdin = unquoted(token.text)
            elif reads == "<":
                source = unquoted(token.text)
            redirected = False
        elif token.kind == "redirect":
            redirected = not token.text[-1].isdigit() and not token.text.endswith("-")
            reads = token.text
        elif token.kind == "heredoc":
            here += 1
        elif token.kind == "body" and reading:
            index = reading.pop(0)
            found[index] = Statement(found[index].words, found[index].depth, token.text)
        elif token.kind in ("operator", "newline"):
            if words:
                reading.extend([len(found)] * here)
                found.append(Statement(tuple(words), depth, stdin, source))
            words, here, redirected = [], 0, False
            stdin = source = ""
            depth = max(depth + (token.text == "(") - (token.text == ")"), 0)
    return tuple(found)


def _substituted(word: str) -> Iterator[str]:
    if "$(" not in word and "`" not in word:
        return
    bare = re.sub(r"'[^']*'", "''", word) if not word.startswith('"') else word
    for found in _SUBSTITUTION.finditer(bare):
        inner = found[1] or found[2] or ""
        if not inner.startswith("("):
            yield inner


def assignments(words: Sequence[str]) -> tuple[dict[str, str], tuple[str, ...]]:
    """The variables that stand before a command, and the command."""
    variables: dict[str, str] = {}
    for index, word in enumerate(words):
        found = _ASSIGNMENT.fullmatch(word)
        if not found:
            return variables, tuple(words[index:])
        variables[found[1]] = found[2]
    return variables, ()


def variables_after(text: str) -> dict[str, str]:
    """The variables that a line of a script leaves behind with a value that can be read from the text."""
    known: dict[str, str] = {}
    if "=" not in text:
        return known
    for statement in statements(text):
        words = statement.words[1:] if statement.words[0] in _DECLARE else statement.words
        found, command = assignments(words)
        for name, value in found.items() if not command and not statement.depth else ():
            own = own_directory(value)
            known[name] = value if own is None else f"$(dirname $0){own}"
    return known


def expand(text: str, variables: Mapping[str, str]) -> str:
    """A shell text with the variables that are known put in; `${X:-y}` gives y when X is not known."""
    if "$" not in text:
        return text

    def value(found: re.Match[str]) -> str:
        name = found["all"] or found["ci"] or found["braced"] or found["plain"]
        if name == "*":
            name = "@"
        known = variables.get(name, found["default"])
        plain = known is not None and (found["all"] or _PLAIN.fullmatch(known))
        return known if known is not None and plain else found.group()

    return _VARIABLE.sub(value, text)


def changed_directory(words: Sequence[str], directory: str, file: str) -> str | None:
    """The directory after `cd`; None when the words are another command. `file` is where they stand."""
    if not words or words[0] not in ("cd", "pushd"):
        return None
    target = next((word for word in words[1:] if not word.startswith("-")), "")
    own = own_directory(target)
    if own is not None:
        return inside(folder(file), f".{own}")
    if target.startswith(("/", "$", "~", "`")) or not target:
        return inside("", without_root(target) or ".")
    return inside(directory, target)


def own_directory(word: str) -> str | None:
    """What follows the script's own directory in a path that starts there: `$(dirname "$0")/../jobs`."""
    if "dirname" not in word or not word.startswith("$(") or len(word) > 300:
        return None
    found = _OWN_PATH.search(word)
    if not found:
        return None
    above = "/.." * (word.count("dirname") - 1)
    # In `$(cd "$(dirname "$0")/.." && pwd)/jobs` something follows the outer substitution, too.
    return above + found["below"] + (word.rpartition(")")[2] if word.count("$(") > 1 else "")


def without_root(path: str) -> str:
    """A path below a place that only the machine that runs it knows (`/app`, `$HOME`), from there on."""
    known = re.sub(r"^(?:\$\{\{.*?\}\}|\$\{[^}]*\}|\$\(.*\)|`[^`]*`|\$\w+|~\w*)(?=/|$)", "", path)
    return known.lstrip("/")


def with_slashes(text: str) -> str:
    """A command line of Windows with its paths as they are spelt elsewhere: `python jobs\\digest.py`."""
    return _BACKSLASH.sub("/", text)


def script_commands(
    body: str,
    path: str,
    page: Sequence[str],
    when: str,
    directory: str,
    first: int = 1,
    variables: Mapping[str, str] | None = None,
) -> Iterator[Command]:
    """One command per logical line of a script that starts at line `first` of a file.

    What a line leaves behind (the directory, variables with a plain value) holds for those that follow.
    """
    known = dict(variables or {})
    for line in lines(body):
        text = expand(line.text, known)
        yield Command(text, when, span(path, page, first + line.first, first + line.last), directory)
        for statement in statements(text) if "cd" in text or "pushd" in text else ():
            if not statement.depth:
                moved = changed_directory(statement.words, directory, path)
                directory = directory if moved is None else moved
        known.update(variables_after(text))
