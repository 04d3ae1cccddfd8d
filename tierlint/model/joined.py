"""The program, joined: functions and calls of the whole project, and what starts them."""

from __future__ import annotations

from typing import Literal

from msgspec import Struct

from tierlint.model.places import Evidence, Location


class FunctionId(Struct, frozen=True, array_like=True, order=True, gc=False):
    """A function of the project: its file's path and its index in that file's summary."""

    path: str
    index: int


class CallId(Struct, frozen=True, array_like=True, order=True, gc=False):
    """A call of the project: its file's path and its index in that file's summary."""

    path: str
    index: int


EdgeKind = Literal[
    "direct", "callback", "detached", "dispatched", "override", "named", "decorates", "replaces", "launches"
]


class CallEdge(Struct, frozen=True):
    """`caller` makes `callee` run by the call `by`.

    how: `direct`; `callback` (handed over and called back); `detached` (handed over to run on its own);
    `dispatched` (by name through a queue); `override` (a base class calls the hook that the callee overrides);
    `named` (the receiver is unknown, only the method's name fits); `decorates` (a decorator runs where something is
    defined under it); `replaces` (a decorator puts the callee in the caller's place); `launches` (as a program of its
    own, by a command line).
    waits: the caller waits for the answer.
    fan_out: made once per item of a collection known up front. chained: made with what another function gave before.
    unstarted: left with an object that runs it later, and what sets that going is not seen.
    """

    caller: FunctionId
    callee: FunctionId
    by: CallId
    how: EdgeKind
    fan_out: Evidence | None
    waits: bool
    at: Location
    note: str | None = None
    chained: Evidence | None = None
    unstarted: bool = False


class EntryPoint(Struct, frozen=True):
    """Where the outside world starts the program. kind is one of the catalogue's entry kinds."""

    function: FunctionId
    name: str
    kind: str
    at: Location
    because: str


class Command(Struct, frozen=True, order=True):
    """A shell command in a deployment file.

    when: `schedule` (cron, timer), `service` (keeps running: web process, worker, container),
    `event` (push, pull request, webhook), `manual` (a person starts it: make target, console script, dispatch),
    `request` (somebody is on the line: a function behind an address), `message` (a queue, a topic, a file in a store),
    `evaluation` (run over the examples of a data set).
    directory: posix path from the project root in which it runs ("" is the root).
    """

    text: str
    when: str
    at: Location
    directory: str = ""


class Target(Struct, frozen=True, order=True):
    """What a command starts. kind: `script` (name: posix path from the root), `module` (dotted, as with `-m`),
    `function` (`pkg.mod:attribute`, an application object or function), `management` (the name of a Django or Flask
    command), `worker` (`celery -A pkg.app`: name is the application's module; tasks run here), `notebook` (path)."""

    kind: str
    name: str
    arguments: tuple[str, ...]
    command: Command
