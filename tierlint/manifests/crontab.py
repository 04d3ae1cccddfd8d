"""Crontab files, a user's own and the system's with its user column."""

from __future__ import annotations

import re
from collections.abc import Iterator

from tierlint.manifests.command_table import known_names
from tierlint.manifests.places import matches, page, span
from tierlint.manifests.shell import expand, script_commands
from tierlint.model import Command

_SCRIPTS = ("cron.hourly/*", "cron.daily/*", "cron.weekly/*", "cron.monthly/*")
GLOBS = ("crontab*", "*.cron", "*.crontab", "cron.d/*", "crontabs/*", "cron/*", *_SCRIPTS)

_OTHER_FORMATS = (".yaml", ".yml", ".json", ".jsonl", ".py", ".sh", ".md", ".rst", ".toml", ".ini")
_FIELD = r"(?:[*?\d]|[A-Za-z]{3}\b)[\w*/,?#LW-]*"
_LINE = re.compile(rf"\s*(?P<time>@\w+|{_FIELD}(?:\s+{_FIELD}){{4}})\s+(?P<command>\S.*)")
_VARIABLE = re.compile(r"""\s*(\w+)\s*=\s*["']?(.*?)["']?\s*""")
_SYSTEM = re.compile(r"(?:^|/)(?:cron\.d/|etc/crontab$)")
_USER = re.compile(r"(?P<user>[a-z_][\w-]*)\s+(?P<first>[^\s;&|]+)")


def read(path: str, text: str) -> Iterator[Command]:
    """One command per entry; a time of `@reboot` starts it once and for all. `cron.daily` holds scripts instead."""
    if matches(path, _SCRIPTS):
        yield from script_commands(text, path, page(text), "schedule", "")
        return
    if path.endswith(_OTHER_FORMATS):
        return
    lines = page(text)
    variables: dict[str, str] = {}
    for number, line in enumerate(lines, 1):
        if line.lstrip().startswith("#"):
            continue
        entry, variable = _LINE.fullmatch(line), _VARIABLE.fullmatch(line)
        if entry:
            command = _without_user(entry["command"].strip(), bool(_SYSTEM.search(path)))
            # An unescaped percent sign ends the command: what follows is its input.
            command = re.split(r"(?<!\\)%", command)[0].replace("\\%", "%").strip()
            when = "service" if entry["time"] == "@reboot" else "schedule"
            yield Command(expand(command, variables), when, span(path, lines, number))
        elif variable:
            variables[variable[1]] = variable[2]


def _without_user(command: str, has_user: bool) -> str:
    found = _USER.match(command)
    if not found:
        return command
    if not has_user:
        # Images copy a file called `crontab` to /etc/cron.d: a name that is no command, before one that is.
        names = known_names()
        first = found["first"]
        has_user = found["user"] not in names and (first in names or first.startswith(("/", "./", "$")))
    return command[found.start("first") :] if has_user else command
