"""systemd units: what a service runs, and the timers that start services."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator

from tierlint.manifests import ini_text
from tierlint.manifests.ini_text import Entry
from tierlint.manifests.places import inside, page, span
from tierlint.manifests.recipes import Recipe
from tierlint.manifests.shell import expand, without_root
from tierlint.model import Command

SERVICES = ("*.service", "*.service.j2")
GLOBS = (*SERVICES, "*.timer", "*.timer.j2")

_RUNS = ("ExecStartPre", "ExecStart", "ExecStartPost")
_TIMES = ("OnCalendar", "OnUnitActiveSec", "OnBootSec", "OnUnitInactiveSec", "OnActiveSec", "OnStartupSec")
_ENVIRONMENT = re.compile(r"""["']?(\w+)=([^"'\s]*)["']?""")


def read(path: str, text: str) -> Iterator[Command]:
    """A timer starts its service; a service starts by itself only where it is installed to be."""
    entries = ini_text.parse(text)
    sections = ini_text.sections(entries)
    if "Timer" in sections:
        yield from _timer(path, text, sections["Timer"])
    elif "Install" in sections:
        once = _value(sections.get("Service", {}), "Type") == "oneshot"
        yield from _commands(path, text, entries, "manual" if once else "service")


def recipes(path: str, text: str) -> Iterator[Recipe]:
    """What starting a service by its name runs."""
    name = posixpath.basename(path).removesuffix(".j2")
    if name.endswith(".service"):
        found = tuple(_commands(path, text, ini_text.parse(text), "manual"))
        yield Recipe(name, found)
        yield Recipe(name.removesuffix(".service"), found)


def _timer(path: str, text: str, timer: dict[str, Entry]) -> Iterator[Command]:
    own = posixpath.basename(path).removesuffix(".j2").removesuffix(".timer") + ".service"
    at = next((timer[key] for key in _TIMES if key in timer), None)
    if at is not None:
        place = span(path, page(text), at.line, at.end_line)
        # `job@nightly.service` is made from the template `job@.service`.
        unit = re.sub(r"@[^.]+", "@", _value(timer, "Unit") or own)
        yield Command(f"systemctl start {unit}", "schedule", place)


def _commands(path: str, text: str, entries: tuple[Entry, ...], when: str) -> Iterator[Command]:
    lines = page(text)
    service = [entry for entry in entries if entry.section == "Service"]
    known = {
        name: value
        for entry in service
        if entry.key == "Environment"
        for name, value in _ENVIRONMENT.findall(entry.value)
    }
    working = next((entry.value for entry in service if entry.key == "WorkingDirectory"), "")
    directory = inside("", without_root(working.lstrip("-")) or ".")
    for entry in service:
        if entry.key in _RUNS:
            # What stands before the path says how failures and rights are taken; `%` begins a unit's own names.
            value = re.sub(r"[ \t]*\\\n\s*", " ", entry.value).lstrip("-@:+!|")
            command = expand(value, known).replace("%h/", "~/")
            yield Command(command, when, span(path, lines, entry.line, entry.end_line), directory)


def _value(section: dict[str, Entry], key: str) -> str:
    return section[key].value if key in section else ""
