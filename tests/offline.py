"""Run by a wrapper package's own interpreter: a program, with no network but this machine, and how it ended.

    python offline.py OUTCOME PROGRAM

OUTCOME gets one JSON value a line: {"network": host} for each attempt to get further than this machine, which is
refused, and {"raised": names of the exception's classes, "message": text} where the program ends with an exception.
"""

from __future__ import annotations

import json
import runpy
import socket
import sys
import traceback
from pathlib import Path
from typing import Any

LOCAL = ("", "localhost", "::1", socket.gethostname())


def main(outcome: Path, program: Path) -> int:
    def write(**said: object) -> None:
        with outcome.open("a", encoding="utf-8") as file:
            file.write(json.dumps(said) + "\n")

    def refuse(event: str, arguments: tuple[Any, ...]) -> None:
        if (host := remote_host(event, arguments)) is not None:
            write(network=host)
            raise OSError(f"a test of wrappers has no network: {host}")

    sys.addaudithook(refuse)
    sys.path[0] = str(program.parent)
    sys.argv[:] = [str(program)]
    try:
        runpy.run_path(str(program), run_name="__main__")
    except SystemExit as ended:
        return int(ended.code or 0)
    except Exception as error:
        traceback.print_exc()
        classes = [one for one in type(error).__mro__ if one is not object]
        write(raised=[f"{one.__module__}.{one.__qualname__}" for one in classes], message=str(error))
        return 1
    return 0


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
    sys.exit(main(Path(sys.argv[1]), Path(sys.argv[2])))
