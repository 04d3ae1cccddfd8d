"""Run by a wrapper package's own interpreter: programs, with no network but this machine, and how each ended.

    python offline.py OUTCOME PROGRAM
    python offline.py OUTCOME --ahead MODULE...

OUTCOME gets one JSON value a line: {"network": host} for each attempt to get further than this machine, which is
refused, and {"raised": names of the exception's classes, "message": text} where the program ends with an exception.

With `--ahead` the modules are imported once. Each line of the standard input is a `Job` then, for which the process is
forked: the fork is what a new interpreter would be after these imports. It answers with a line for each job, the exit
code, and with `ready` when it has imported everything.
"""

from __future__ import annotations

import gc
import importlib
import json
import os
import runpy
import signal
import socket
import sys
import threading
import traceback
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import Any, TypedDict

LOCAL = ("", "localhost", "::1", socket.gethostname())


class Job(TypedDict):
    """A program, what it has around it, and the files that get what it prints. It is killed after so many seconds."""

    program: str
    outcome: str
    folder: str
    environment: dict[str, str]
    printed: str
    errors: str
    seconds: int


def main(outcome: Path, words: Sequence[str]) -> int:
    outcomes = [outcome]  # the last one counts
    sys.addaudithook(partial(refuse, outcomes))
    del sys.path[0]  # the folder of this file
    return serve(outcomes, words[1:]) if words[0] == "--ahead" else run(outcomes, Path(words[0]))


def run(outcomes: list[Path], program: Path) -> int:
    sys.path.insert(0, str(program.parent))
    sys.argv[:] = [str(program)]
    try:
        runpy.run_path(str(program), run_name="__main__")
    except SystemExit as ended:
        return int(ended.code or 0)
    except Exception as error:
        traceback.print_exc()
        classes = [one for one in type(error).__mro__ if one is not object]
        write(outcomes, raised=[f"{one.__module__}.{one.__qualname__}" for one in classes], message=str(error))
        return 1
    return 0


def serve(outcomes: list[Path], modules: Sequence[str]) -> int:
    answers = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)  # whatever is printed on import is no answer
    for name in modules:
        importlib.import_module(name)
    assert threading.active_count() == 1, "a fork would lack the threads that an import has started"
    gc.freeze()  # what is imported stays, so that no fork goes through it to look for garbage
    print("ready", file=answers, flush=True)
    for line in iter(sys.stdin.readline, ""):
        sys.stdout.flush()
        sys.stderr.flush()
        if not (child := os.fork()):
            return do(outcomes, json.loads(line))
        print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), file=answers, flush=True)
    return 0


def do(outcomes: list[Path], job: Job) -> int:
    """In a fork: what a new process has from its start, then the program."""
    signal.alarm(job["seconds"])
    os.chdir(job["folder"])
    os.environ.clear()
    os.environ.update(job["environment"])
    for number, name, how in ((0, os.devnull, "r"), (1, job["printed"], "w"), (2, job["errors"], "w")):
        with Path(name).open(how) as file:
            os.dup2(file.fileno(), number)
    tried_on_import = outcomes[-1].read_bytes()
    outcomes.append(Path(job["outcome"]))
    outcomes[-1].write_bytes(tried_on_import)
    return run(outcomes, Path(job["program"]))


def write(outcomes: Sequence[Path], **said: object) -> None:
    with outcomes[-1].open("a", encoding="utf-8") as file:
        file.write(json.dumps(said) + "\n")


def refuse(outcomes: Sequence[Path], event: str, arguments: tuple[Any, ...]) -> None:
    if (host := remote_host(event, arguments)) is not None:
        write(outcomes, network=host)
        raise OSError(f"a test of wrappers has no network: {host}")


def remote_host(event: str, arguments: tuple[Any, ...]) -> str | None:
    """The host that is asked for, unless it is this machine."""
    if event == "socket.getaddrinfo":
        host = arguments[0]
    elif event == "socket.connect" and isinstance(arguments[1], tuple):
        host = arguments[1][0]
    else:
        return None
    name = host.decode() if isinstance(host, bytes) else str(host or "")
    return None if name in LOCAL or name.startswith("127.") else name


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]), sys.argv[2:]))
