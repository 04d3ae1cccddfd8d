"""The comments by which the programs of tests/wrappers say what the real package does (grammar: CONTRIBUTING.md)."""

from __future__ import annotations

import io
import json
import re
import tokenize
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Final

from msgspec import Struct

from tests.server import Request


class Outcome(Struct, frozen=True):
    """What became of one run of a program."""

    printed: str
    errors: str
    requests: tuple[Request, ...]  # without those that only look something up
    raised: tuple[str, ...] = ()  # the exception's classes, its own first
    message: str = ""
    network: tuple[str, ...] = ()


class Server(Struct, frozen=True):
    """How the server answers requests for flex."""

    flex_is_full: bool = False
    models_without_flex: frozenset[str] = frozenset()


class Claims(Struct, frozen=True):
    """What a program says at its top. `facts`: of the program as it stands. `fixed`: of the program after the fix."""

    facts: Mapping[str, str]
    fixed: Mapping[str, str]
    fix: str = ""
    todo: bool = False
    server: Server = Server()
    variants: tuple[str, ...] = ()


APIS: Final = {
    "/chat/completions": "chat",
    "/responses": "responses",
    "/completions": "completions",
    "/embeddings": "embeddings",
    "/moderations": "moderations",
}
# The key of a comment and what it is compared to: the values seen in the requests, all of them and no other.
SEEN: Final[Mapping[str, Callable[[Request], str]]] = {
    "api": lambda request: api(request),
    "model": lambda request: str(request.body.get("model", "none")),
    "stream": lambda request: "yes" if request.body.get("stream") else "no",
    "tier": lambda request: str(request.body.get("service_tier", "none")),
    "timeout": lambda request: timeout(request),
}
OTHERS: Final = ("requests", "sends", "drops", "raises")
FIXED: Final = ("fixed-tiers", "fixed-timeout")
KEYS: Final = (*SEEN, *OTHERS, *FIXED, "fix", "todo-fix", "server", "in")
FIELD: Final = re.compile(r"#\s*(?P<key>[a-z]+(?:-[a-z]+)*):\s+(?P<value>\S.*)")
RAISED: Final = re.compile(r'(?P<classes>[\w.]+(?:,\s*[\w.]+)*)(?:\s+"(?P<part>.*)")?')


def api(request: Request) -> str:
    path = request.path.partition("?")[0]
    return next((name for ending, name in APIS.items() if path.endswith(ending)), path)


def timeout(request: Request) -> str:
    """In seconds, as the client of the SDK says how long it waits for an answer."""
    said = request.headers.get("x-stainless-read-timeout") or request.headers.get("x-stainless-timeout") or "none"
    return said.removesuffix(".0")


def read(program: Path) -> Claims:
    """The claims of a program, read strictly: an unknown key is an error."""
    fields: dict[str, str] = {}
    source = program.read_text(encoding="utf-8")
    for comment in head(source):
        if said := FIELD.fullmatch(comment.strip()):
            key, value = said["key"], said["value"].strip()
            assert key in KEYS, f"{program}: no such key: {key}"
            assert key not in fields, f"{program}: {key} stands there twice"
            fields[key] = value
    assert fields, f"{program} claims nothing"
    fix = fields.get("fix") or fields.get("todo-fix") or ""
    assert fix in ("", "safe", "unsafe", "none"), f"{program}: fix: {fix}"
    assert fix in ("safe", "unsafe") or not set(FIXED) & set(fields), f"{program}: nothing is fixed here"
    for name in split(fields.get("drops", "")):
        written = re.sub(r"# drops: .*", "", source)
        assert re.search(rf"\b{name}\b", written), f"{program}: {name} is not there to be dropped"
    return Claims(
        {key: value for key, value in fields.items() if key in (*SEEN, *OTHERS)},
        {key: value for key, value in fields.items() if key in FIXED},
        fix,
        "todo-fix" in fields,
        server(fields.get("server", "")),
        tuple(split(fields.get("in", ""))),
    )


def head(source: str) -> list[str]:
    """The comments before the first statement that is not the docstring."""
    found = []
    for token in tokenize.generate_tokens(io.StringIO(source).readline):
        if token.type == tokenize.COMMENT:
            found.append(token.string)
        elif token.type not in (tokenize.STRING, tokenize.NL, tokenize.NEWLINE):
            break
    return found


def split(value: str) -> list[str]:
    return [one.strip() for one in value.split(",") if one.strip()]


def server(value: str) -> Server:
    """`flex-is-full`, `no-flex=MODEL`, or several of them."""
    words = split(value)
    without = frozenset(word.removeprefix("no-flex=") for word in words if word.startswith("no-flex="))
    assert all(word == "flex-is-full" or word.startswith("no-flex=") for word in words), f"server: {value}"
    return Server("flex-is-full" in words, without)


def mistakes(claims: Claims, outcome: Outcome) -> list[str]:
    """The claims about the program as it stands that are not so."""
    wrong = [f"tries to reach {host}: switch it off in QUIET of tests/wrapper_runs.py" for host in outcome.network]
    if outcome.raised and "raises" not in claims.facts:
        wrong.append(f"ends with an exception:\n{outcome.errors[-2000:]}")
    for key, value in claims.facts.items():
        if (found := seen(key, value, outcome)) is not None:
            wrong.append(f"{key}: {value}, but in fact {found}")
    return wrong


def seen(key: str, value: str, outcome: Outcome) -> str | None:
    """What is the case instead of the claim, or nothing where it holds."""
    match key:
        case "requests":
            return None if str(len(outcome.requests)) == value else str(len(outcome.requests))
        case "sends":
            name, _, wanted = value.partition("=")
            values = [request.body.get(name) for request in outcome.requests]
            return None if values and all(one == constant(wanted) for one in values) else repr(values)
        case "drops":
            having = [name for name in split(value) for one in outcome.requests if name in one.body]
            return ", ".join(having) or (None if outcome.requests else "no requests")
        case "raises":
            return raised(value, outcome)
        case _:
            found = {SEEN[key](request) for request in outcome.requests}
            return None if found == set(split(value)) else ", ".join(sorted(found)) or "no requests"


def constant(text: str) -> Any:
    """JSON, or the word itself."""
    try:
        return json.loads(text)
    except json.JSONDecodeError:
        return text


def raised(value: str, outcome: Outcome) -> str | None:
    said = RAISED.fullmatch(value)
    assert said, f"raises: {value}"
    classes = {*outcome.raised, *(one.rpartition(".")[2] for one in outcome.raised)}
    if set(split(said["classes"])) <= classes and (said["part"] or "") in outcome.message:
        return None
    return f"{', '.join(outcome.raised) or 'nothing'}: {outcome.message}"
