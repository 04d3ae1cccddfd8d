"""Terraform: what schedules, queues and gateways call, from resource to resource down to a handler or command."""

from __future__ import annotations

import json
import re
import shlex
from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import TYPE_CHECKING

from msgspec import Struct

from tierlint.manifests.handlers import code_directory, handler_command
from tierlint.manifests.places import Unreadable, folder, page, span
from tierlint.manifests.recipes import Recipe
from tierlint.model import Command

if TYPE_CHECKING:
    from tree_sitter import Node

GLOBS = ("*.tf",)

# What calls something: the resource that it calls stands in its text. Its own trigger decides when.
_CALLERS = {
    "aws_scheduler_schedule": "schedule",
    "google_cloud_scheduler_job": "schedule",
    "kubernetes_cron_job": "schedule",
    "kubernetes_cron_job_v1": "schedule",
    "aws_lambda_event_source_mapping": "message",
    "aws_sns_topic_subscription": "message",
    "aws_s3_bucket_notification": "message",
    "aws_lambda_function_url": "request",
    "aws_apigatewayv2_integration": "request",
    "aws_api_gateway_integration": "request",
}
_RULE, _TARGET = "aws_cloudwatch_event_rule", "aws_cloudwatch_event_target"
_TOPIC = "google_pubsub_topic"
# What holds code: a handler, a function of `main.py`, or the command of a container.
_HANDLERS = ("aws_lambda_function", "module")
_ENTRIES = ("google_cloudfunctions_function", "google_cloudfunctions2_function")
_CONTAINERS = ("aws_ecs_task_definition", "google_cloud_run_v2_job", "kubernetes_cron_job", "kubernetes_cron_job_v1")
_CODE = (*_HANDLERS, *_ENTRIES, *_CONTAINERS)
_RELEVANT = (*_CALLERS, _RULE)

_MENTION = re.compile(r"\b(?:(?:aws|google|kubernetes)_\w+|module|data\.archive_file)\.[\w-]+")
_WORDS = re.compile(r"""["']?\b(?:command|args|entryPoint|entry_point)\b["']?\s*[=:]\s*(\[[^\[\]]*\])""")
_OFF = re.compile(
    r"""^\s*(?:is_enabled\s*=\s*false|state\s*=\s*"(?:DISABLED|PAUSED)"|paused\s*=\s*true|suspend\s*=\s*true)""", re.M
)


class Block(Struct, frozen=True):
    """A resource with the texts of its own settings and of those below it; lines are 1-based."""

    kind: str
    name: str
    text: str
    settings: dict[str, str]
    line: int
    end_line: int


def read(path: str, text: str) -> Iterator[Command]:
    """One command for each resource that calls others: `terraform` and their names."""
    if not any(f'"{kind}"' in text for kind in _RELEVANT):
        return
    blocks, error = _parsed(text)
    lines = page(text)
    for block in blocks:
        if _OFF.search(block.text):
            continue
        place = span(path, lines, block.line)
        if block.kind == _RULE:
            when = "schedule" if "schedule_expression" in block.settings else "message"
            yield Command(f"terraform {_RULE}.{block.name}", when, place, folder(path))
        elif block.kind in _CALLERS:
            called = [name for name in _mentions(block) if name.partition(".")[0] in (*_CODE, _TOPIC)]
            names = [f"{block.kind}.{block.name}"] if block.kind in _CONTAINERS else called
            if names:
                yield Command(f"terraform {' '.join(names)}", _CALLERS[block.kind], place, folder(path))
    if error:
        raise Unreadable(error, "not readable as HCL from here on")


def recipes(path: str, text: str) -> Iterator[Recipe]:
    """What a resource runs, by its address; a rule runs its targets, a topic the functions that listen to it."""
    if not any(f'"{kind}"' in text for kind in (*_CODE, _TARGET)) and "handler" not in text:
        return
    blocks, _ = _parsed(text)
    lines = page(text)
    archives = {f"data.archive_file.{block.name}": block for block in blocks if block.kind == "archive_file"}
    by_name = {f"{block.kind}.{block.name}": block for block in blocks}
    for block in blocks:
        place = span(path, lines, block.line)
        if block.kind == _TARGET:
            called = [name for name in _mentions(block) if name.partition(".")[0] in _CODE]
            follow = Command(f"terraform {' '.join(called)}", "manual", place, folder(path))
            for rule in (name for name in _mentions(block) if name.startswith(f"{_RULE}.")):
                yield Recipe(rule, (follow,) if called else ())
        elif block.kind in _CODE:
            source = _source(path, block, by_name, archives)
            directory = folder(path) if source is None else source
            found = tuple(Command(command, "manual", place, directory) for command in _commands(block, source is None))
            yield Recipe(f"{block.kind}.{block.name}", found)
            for topic in (name for name in _mentions(block) if name.startswith(f"{_TOPIC}.")):
                yield Recipe(topic, found)


def _commands(block: Block, packed: bool) -> Iterator[str]:
    if block.kind in _CONTAINERS:
        words: list[str] = []
        for found in _WORDS.finditer(block.text):
            try:
                listed = json.loads(found[1].replace("\n", " ").rstrip("] ,") + "]")
            except ValueError:
                continue
            words.extend(str(word) for word in listed)
        if words:
            yield shlex.join(words)
        return
    if block.kind in _HANDLERS:
        handler = _literal(block.settings.get("handler", ""))
    else:
        handler = f"main.{_literal(block.settings.get('entry_point', ''))}"
    command = handler_command(handler, _literal(block.settings.get("runtime", "")), packed)
    if command:
        yield command


def _source(path: str, block: Block, by_name: Mapping[str, Block], archives: Mapping[str, Block]) -> str | None:
    """The directory of a function's code: of the archive that it, or what it mentions, is made of."""
    own = _literal(block.settings.get("source_path", ""))
    pending, seen = [block], set[str]()
    while pending and not own:
        for name in _mentions(pending.pop()):
            if name in archives:
                settings = archives[name].settings
                file = _literal(settings.get("source_file", ""))
                own = _literal(settings.get("source_dir", "")) or (folder(file) or "." if file else "")
            elif name in by_name and name not in seen:
                seen.add(name)
                pending.append(by_name[name])
    return code_directory(path, re.sub(r"^\$\{path\.(?:module|root|cwd)\}/?", "./", own)) if own else None


def _mentions(block: Block) -> list[str]:
    own = f"{block.kind}.{block.name}"
    return [name for name in dict.fromkeys(_MENTION.findall(block.text)) if name != own]


def _literal(expression: str) -> str:
    expression = expression.strip()
    return expression[1:-1] if len(expression) > 1 and expression[0] == expression[-1] == '"' else ""


@lru_cache(maxsize=64)
def _parsed(text: str) -> tuple[tuple[Block, ...], int]:
    """The resources that can be read, and the first line that cannot (0: none)."""
    import tree_sitter
    import tree_sitter_hcl

    source = text.encode("utf-8", "replace")
    tree = tree_sitter.Parser(tree_sitter.Language(tree_sitter_hcl.language())).parse(source)
    error = _first_error(tree.root_node) if tree.root_node.has_error else 0
    source = _without_comments(tree.root_node, source)
    body = next((child for child in tree.root_node.children if child.type == "body"), tree.root_node)
    found = (_block(child, source) for child in body.children if child.type == "block" and not child.has_error)
    return tuple(block for block in found if block is not None), error


def _without_comments(root: Node, source: bytes) -> bytes:
    """The source with blanks for its comments."""
    plain = bytearray(source)
    pending = [root]
    while pending:
        node = pending.pop()
        if node.type == "comment":
            blank = re.sub(rb"[^\n]", b" ", source[node.start_byte : node.end_byte])
            plain[node.start_byte : node.end_byte] = blank
        pending.extend(node.children)
    return bytes(plain)


def _first_error(node: Node) -> int:
    if node.is_error or node.is_missing:
        return node.start_point[0] + 1
    broken = next((child for child in node.children if child.has_error), None)
    return _first_error(broken) if broken is not None else node.start_point[0] + 1


def _block(node: Node, source: bytes) -> Block | None:
    labels = [_text(child, source).strip('"') for child in node.children if child.type in ("identifier", "string_lit")]
    settings: dict[str, str] = {}
    _collect(node, source, settings)
    first, last = node.start_point[0] + 1, node.end_point[0] + 1
    if labels[:1] == ["module"] and len(labels) == 2:
        return Block("module", labels[1], _text(node, source), settings, first, last)
    if labels[:1] in (["resource"], ["data"]) and len(labels) == 3:
        return Block(labels[1], labels[2], _text(node, source), settings, first, last)
    return None


def _collect(node: Node, source: bytes, settings: dict[str, str]) -> None:
    """The settings of a block; what stands nearer to its top counts."""
    inner: list[Node] = []
    for child in node.children:
        if child.type == "attribute":
            name, expression = child.children[0], child.children[-1]
            settings.setdefault(_text(name, source), _text(expression, source))
        elif child.type in ("body", "block"):
            inner.append(child)
    for child in inner:
        _collect(child, source, settings)


def _text(node: Node, source: bytes) -> str:
    return source[node.start_byte : node.end_byte].decode("utf-8", "replace")
