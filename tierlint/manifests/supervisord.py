"""Supervisor: the programs that it keeps running."""

from __future__ import annotations

import re
from collections.abc import Iterator

from tierlint.manifests import ini_text
from tierlint.manifests.places import inside, page, span
from tierlint.manifests.shell import without_root
from tierlint.model import Command

GLOBS = ("*.conf", "*.conf.j2", "supervisor*.ini", "supervisord.d/*.ini")

_PROGRAM = re.compile(r"(?:program|fcgi-program|eventlistener):.+")
_ENVIRONMENT = re.compile(r"%\(ENV_(\w+)\)s")


def read(path: str, text: str) -> Iterator[Command]:
    """The command of each program; one that is not started with the rest is started by hand."""
    if "[program:" not in text and "[fcgi-program:" not in text and "[eventlistener:" not in text:
        return
    lines = page(text)
    for name, section in ini_text.sections(ini_text.parse(text)).items():
        command = section.get("command")
        if not _PROGRAM.fullmatch(name) or command is None:
            continue
        settings = {key: _plain(entry.value) for key, entry in section.items()}
        when = "manual" if settings.get("autostart", "true").lower() in ("false", "no", "off", "0") else "service"
        directory = inside("", without_root(settings.get("directory", "")) or ".")
        words = settings["command"].replace("\n", " ")
        yield Command(words, when, span(path, lines, command.line, command.end_line), directory)


def _plain(value: str) -> str:
    # A comment begins with a semicolon behind a blank.
    return _ENVIRONMENT.sub(r"$\1", re.split(r"\s;", value)[0]).replace("%%", "%").strip()
