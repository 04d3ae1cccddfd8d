"""Settings of WSGI servers that name the application: uwsgi.ini and gunicorn.conf.py."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator

from tierlint.manifests import ini_text
from tierlint.manifests.places import folder, page, span
from tierlint.model import Command

GLOBS = ("uwsgi.ini", "uwsgi-*.ini", "*.uwsgi.ini", "gunicorn.conf.py", "gunicorn_conf.py", "gunicorn_config.py")

_APPLICATION = re.compile(r"""wsgi_app\s*=\s*["'](?P<name>[^"']+)["']""")
_NAMES = ("module", "wsgi", "wsgi-file", "mount")


def read(path: str, text: str) -> Iterator[Command]:
    """The server's own command line, put together from its settings."""
    lines = page(text)
    if path.endswith(".py"):
        for number, line in enumerate(lines, 1):
            if found := _APPLICATION.match(line):
                yield Command(
                    f"gunicorn {shlex.quote(found['name'])}", "service", span(path, lines, number), folder(path)
                )
        return
    settings = ini_text.sections(ini_text.parse(text)).get("uwsgi", {})
    callable_name = settings["callable"].value if "callable" in settings else ""
    for name in _NAMES:
        if name in settings:
            entry = settings[name]
            words = ["uwsgi", "--module", entry.value.rpartition("=")[2].strip()]
            words += ["--callable", callable_name] if callable_name else []
            yield Command(shlex.join(words), "service", span(path, lines, entry.line, entry.end_line), folder(path))
