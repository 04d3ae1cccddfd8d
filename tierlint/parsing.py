"""Source bytes to a syntax tree: the interpreter's parser, or LibCST where the syntax is newer than that."""

from __future__ import annotations

import ast
import re
import sys
import threading
import tokenize
import warnings

from msgspec import Struct

TOO_DEEP = "nested too deeply to be read"
NOT_PYTHON = "not readable as Python 3"

# LibCST recurses once per level of nesting, several frames each.
STACK_SIZE = 256 * 1024 * 1024
RECURSION_LIMIT = 100_000
# LibCST and the conversion take seconds for this much; a longer file is hardly written by hand.
LARGEST_SOURCE = 1_000_000
# Its time also grows with the square of nesting, which is free up to an ordinary depth; this is some seconds.
ORDINARY_DEPTH = 50
DEEPEST_BRACKETS = 200
MOST_DEPTH_IN_ALL = 2_500_000

FIRST_TWO_LINES = re.compile(rb"[^\r\n]*(?:\r\n|\r|\n)?[^\r\n]*")
# Strings and comments, which nest nothing; then what opens, closes, ends a chain, or adds a link to it.
NESTING = re.compile(
    r"""(?P<skip>\#[^\n]*|'''(?:\\.|[^\\])*?'''|\"\"\"(?:\\.|[^\\])*?\"\"\"|'(?:\\.|[^'\\\n])*'|"(?:\\.|[^"\\\n])*")"""
    r"""|(?P<open>[(\[{])|(?P<close>[)\]}])|(?P<end>[,;\n])|(?P<link>[-+*/%@&|^~.<>]|\b(?:not|lambda|else|await)\b)""",
    re.DOTALL,
)


class Unreadable(Struct, frozen=True):
    """Why there is no tree; `line` is 1-based, or 0 for the file as a whole."""

    line: int
    message: str


def parse(data: bytes) -> ast.Module | Unreadable:
    """The tree of a source file. Syntax newer than the interpreter is read, too, in older shapes."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            # The interpreter runs no file with a stray byte, even if its parser skips one in a comment.
            if not data.isascii():
                decode(data)
            return ast.parse(data)
        except (RecursionError, MemoryError, OverflowError):
            return Unreadable(0, TOO_DEEP)
        except (SyntaxError, ValueError, LookupError) as error:
            return parse_newer(data, refusal(data, error))


def refusal(data: bytes, error: Exception) -> Unreadable:
    """Why the interpreter did not read it, in one line."""
    null = data.find(b"\0")
    if null >= 0:
        return Unreadable(data.count(b"\n", 0, null) + 1, f"{NOT_PYTHON}: null byte, so no text, or not in UTF-8")
    message = (error.msg if isinstance(error, SyntaxError) else None) or str(error) or "invalid syntax"
    line = error.lineno if isinstance(error, SyntaxError) else None
    return Unreadable(max(line or 0, 0), f"{NOT_PYTHON}: {' '.join(message.split())}")


def decode(data: bytes) -> str:
    """The text of a source file, newlines as they are; SyntaxError where it does not keep to its encoding."""
    first = FIRST_TWO_LINES.match(data)
    lines = iter(first.group().splitlines(keepends=True) if first else ())
    encoding, _ = tokenize.detect_encoding(lambda: next(lines, b""))
    try:
        return data.decode(encoding)
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        stray = error.object[error.start : error.start + 1].hex()
        message = f"not text in the encoding {encoding}, because of the byte 0x{stray}"
        raise SyntaxError(message, (None, line, None, None)) from error
    except (ValueError, LookupError) as error:
        raise SyntaxError(f"not text in the encoding {encoding}: {error}") from error


# --- Newer syntax ----------------------------------------------------------------------------------


def parse_newer(data: bytes, refused: Unreadable) -> ast.Module | Unreadable:
    """What LibCST makes of a file that the interpreter refused."""
    try:
        text = decode(data).replace("\r\n", "\n").replace("\r", "\n")
    except SyntaxError:
        return refused
    if "\0" in text or len(text) > LARGEST_SOURCE:
        return refused
    if is_too_deep(text):
        return Unreadable(refused.line, TOO_DEEP)
    outcome: list[ast.Module | Unreadable] = []
    reader = threading.Thread(target=lambda: outcome.append(convert_newer(text)), daemon=True)
    stack_size = threading.stack_size(STACK_SIZE)
    recursion_limit = sys.getrecursionlimit()
    sys.setrecursionlimit(RECURSION_LIMIT)
    try:
        reader.start()
        reader.join()
    except RuntimeError:  # no memory for the stack
        return refused
    finally:
        sys.setrecursionlimit(recursion_limit)
        threading.stack_size(stack_size)
    result = outcome[0] if outcome else refused
    # Who comes further has read past what the other one merely did not know.
    return refused if isinstance(result, Unreadable) and 0 < result.line <= refused.line else result


def convert_newer(text: str) -> ast.Module | Unreadable:
    # Imported here because it takes longer than most programs take to check, and few of them need it.
    import libcst

    from tierlint.conversion import Unconvertible, convert

    try:
        return convert(libcst.parse_module(text), text)
    except (RecursionError, MemoryError):
        return Unreadable(0, TOO_DEEP)
    except libcst.ParserSyntaxError as error:
        return Unreadable(error.raw_line, f"{NOT_PYTHON}: invalid syntax")
    except (SyntaxError, ValueError, libcst.CSTLogicError) as error:
        return Unreadable(1, f"{NOT_PYTHON}: {' '.join(str(error).split())}")
    except Unconvertible as error:
        return Unreadable(1, f"{NOT_PYTHON}: syntax that is not known yet ({error})")


def is_too_deep(text: str) -> bool:
    """Whether brackets or chains of operators nest so deeply that LibCST would take minutes."""
    total = 0
    links = [0]
    for found in NESTING.finditer(text):
        kind = found.lastgroup
        if kind == "skip":
            continue
        if kind == "open":
            links[-1] += 1
            links.append(links[-1])
        elif kind == "close":
            if len(links) > 1:
                links.pop()
        elif kind == "end":
            links[-1] = links[-2] if len(links) > 1 else 0
        else:
            links[-1] += 1
        total += max(links[-1] - ORDINARY_DEPTH, 0)
        if total > MOST_DEPTH_IN_ALL or len(links) > DEEPEST_BRACKETS:
            return True
    return False
