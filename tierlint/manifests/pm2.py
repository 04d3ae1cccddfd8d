"""pm2: the processes of an ecosystem file, and what starts them again by the clock."""

from __future__ import annotations

import posixpath
import shlex
from collections.abc import Iterator, Sequence

from tierlint.manifests import javascript
from tierlint.manifests import yaml_values as yaml
from tierlint.manifests.places import folder, inside, page, span
from tierlint.manifests.shell import without_root
from tierlint.model import Command

GLOBS = (
    *(f"{name}.config.{ending}" for name in ("ecosystem", "*.ecosystem", "pm2") for ending in ("js", "cjs", "mjs")),
    *(f"{name}.{ending}" for name in ("ecosystem", "ecosystem.config", "pm2") for ending in ("json", "yml", "yaml")),
)

_INTERPRETERS = ("interpreter", "exec_interpreter")


def read(path: str, text: str) -> Iterator[Command]:
    """The command of every process."""
    lines = page(text)
    for app in _apps(path, text):
        script = next((app[key] for key in ("script", "exec") if key in app), None)
        if isinstance(script, yaml.Scalar):
            again = yaml.string(app.get("cron_restart")) or yaml.string(app.get("cron"))
            # One that pm2 starts again whenever it ends is a service that is also started afresh by the clock.
            when = "schedule" if again and yaml.string(app.get("autorestart")) == "false" else "service"
            directory = inside(folder(path), without_root(yaml.string(app.get("cwd"))) or ".")
            yield Command(_command(app, script.text), when, span(path, lines, script.line, script.end_line), directory)


def _apps(path: str, text: str) -> Iterator[dict[str, yaml.Yaml]]:
    """The entries that name a script; `apps` may be left out around them."""
    is_yaml = path.endswith((".yml", ".yaml"))
    waiting: list[yaml.Yaml] = [*(yaml.documents(text) if is_yaml else javascript.objects(text))]
    while waiting:
        node = waiting.pop(0)
        entries = yaml.mapping(node)
        if "script" in entries or "exec" in entries:
            yield entries
        apps = yaml.at(node, "apps")
        waiting += [*yaml.sequence(node), *([apps] if apps is not None and not isinstance(apps, yaml.Scalar) else [])]


def _command(app: dict[str, yaml.Yaml], script: str) -> str:
    """The interpreter with its arguments, the script with its own; Python files need no interpreter to be named."""
    interpreter = next((said for key in _INTERPRETERS if (said := yaml.string(app.get(key)))), "none")
    before = [] if interpreter == "none" else [interpreter, *_words(app, "interpreter_args", "node_args")]
    if posixpath.basename(script).partition(".")[0] in ("bash", "sh") and before:
        before = []
    return shlex.join([*before, script, *_words(app, "args")])


def _words(app: dict[str, yaml.Yaml], *keys: str) -> Sequence[str]:
    for key in keys:
        given = app.get(key)
        if isinstance(given, yaml.Scalar):
            return given.text.split()
        if given is not None:
            return [word.text for word in yaml.words(given)]
    return ()
