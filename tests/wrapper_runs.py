"""Runs programs of tests/wrappers: by the package's own interpreter, in an empty home, with nothing but a local server.

A package takes seconds to import. Where the system forks safely, an interpreter that has imported it (`AHEAD`) is kept
while programs of its environment are run, and each run is a fork of it: see tests/offline.py. Elsewhere, and for the
other packages, each run is a new interpreter.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any, Final

from scripts.wrapper_environments import Environment
from tests.offline import Job
from tests.server import serving
from tests.wrapper_claims import Claims, Outcome

OFFLINE: Final = Path(__file__).with_name("offline.py")
SECONDS: Final = 120  # for one run

# What each package documents for a run that tells nobody about itself, and asks nobody for news.
QUIET: Final = {
    "AGNO_TELEMETRY": "false",
    "ANONYMIZED_TELEMETRY": "False",
    "CREWAI_DISABLE_TELEMETRY": "true",
    "CREWAI_DISABLE_TRACKING": "true",
    "DEEPEVAL_TELEMETRY_OPT_OUT": "YES",
    "DO_NOT_TRACK": "1",
    "HAYSTACK_TELEMETRY_ENABLED": "False",
    "HF_HUB_DISABLE_TELEMETRY": "1",
    "HF_HUB_OFFLINE": "1",
    "LANGCHAIN_TRACING_V2": "false",
    "LANGFUSE_TRACING_ENABLED": "false",
    "LANGSMITH_TRACING": "false",
    "LITELLM_LOCAL_MODEL_COST_MAP": "True",
    "LITELLM_TELEMETRY": "False",
    "OPENAI_AGENTS_DISABLE_TRACING": "1",
    "OTEL_SDK_DISABLED": "true",
    "RAGAS_DO_NOT_TRACK": "true",
    "TRACELOOP_TELEMETRY": "FALSE",
}
# What a process needs on any system, and nothing by which a package could be configured.
KEPT: Final = ("PATH", "LANG", "LC_ALL", "SYSTEMROOT", "TMPDIR", "TEMP", "TMP")

# Modules of a package that can be imported before a program is: they start no threads, and change nothing of other
# packages (as `langfuse.openai` does, which is not here). They are imported with an address at which nobody answers,
# so that one which kept it would fail its programs.
AHEAD: Final[Mapping[str, tuple[str, ...]]] = {
    "instructor": ("instructor", "openai.resources"),
    "langchain-openai": ("langchain_openai", "openai.resources"),
    "langfuse": ("langfuse", "openai.resources"),
    "litellm": ("litellm", "litellm.responses.mcp.litellm_proxy_mcp_handler", "openai.resources"),
    "llama-index": ("llama_index.core", "llama_index.llms.openai", "openai.resources"),
    "openai": ("openai", "openai.resources"),
    "openai-agents": ("agents", "openai.resources"),
    "pydantic-ai": ("pydantic_ai", "pydantic_ai.models.openai", "openai.resources"),
}
# Elsewhere what a parent process has begun with the system may break its forks, as on macOS.
FORKS: Final = sys.platform == "linux"
NOWHERE: Final = "http://127.0.0.1:9"

Runner = Callable[[Environment, Path, Claims], Outcome]
Process = Callable[[Job], int]  # does it, and gives the exit code


@contextmanager
def importing(python: Path, modules: Sequence[str], home: Path) -> Iterator[Process]:
    """What does jobs after the modules have been imported, or without that where forks are not safe."""
    if not FORKS:
        yield in_a_new(python)
        return
    process = started(python, modules, home)
    try:
        yield in_a_fork_of(process)
    finally:
        process.kill()
        process.communicate()


@contextmanager
def running(folder: Path) -> Iterator[Runner]:
    """What runs a program. One interpreter is kept at a time: programs come sorted by their environment."""
    kept = ExitStack()
    processes: dict[Environment, Process] = {}

    def run(environment: Environment, program: Path, claims: Claims) -> Outcome:
        if environment not in processes:
            kept.close()
            processes.clear()
            home = folder / environment.name.replace("/", "-")
            modules = AHEAD.get(environment.package)
            processes[environment] = (
                kept.enter_context(importing(environment.python, modules, home))
                if modules
                else in_a_new(environment.python)
            )
        return outcome(program, claims, processes[environment])

    with kept:
        yield run


def started(python: Path, modules: Sequence[str], home: Path) -> subprocess.Popen[str]:
    """An interpreter that has imported the modules and waits for jobs."""
    home.mkdir(exist_ok=True)
    ending = home / "outcome.jsonl"
    ending.touch()
    with (home / "errors.txt").open("w") as errors:
        process = subprocess.Popen(
            [python, OFFLINE, ending, "--ahead", *modules],
            cwd=home,
            env=variables(NOWHERE, home),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=errors,
            text=True,
        )
    assert answer(process) == "ready", (home / "errors.txt").read_text()
    return process


def answer(process: subprocess.Popen[str], *lines: str) -> str:
    assert process.stdin and process.stdout
    process.stdin.writelines(f"{line}\n" for line in lines)
    process.stdin.flush()
    return process.stdout.readline().strip()


def in_a_new(python: Path) -> Process:
    def run(job: Job) -> int:
        with Path(job["printed"]).open("w") as printed, Path(job["errors"]).open("w") as errors:
            return subprocess.run(
                [python, OFFLINE, job["outcome"], job["program"]],
                cwd=job["folder"],
                env=job["environment"],
                stdin=subprocess.DEVNULL,
                stdout=printed,
                stderr=errors,
                timeout=job["seconds"],
            ).returncode

    return run


def in_a_fork_of(process: subprocess.Popen[str]) -> Process:
    return lambda job: int(answer(process, json.dumps(job)))


def outcome(program: Path, claims: Claims, process: Process) -> Outcome:
    """What becomes of a program that has a home of its own and the server to talk to."""
    home = program.parent.with_name(f"home-{program.parent.name}")
    home.mkdir(exist_ok=True)
    ending, printed, errors = (home / name for name in ("outcome.jsonl", "printed.txt", "errors.txt"))
    ending.write_text("")
    full, without = claims.server.flex_is_full, claims.server.models_without_flex
    with serving(flex_is_full=full, models_without_flex=without) as server:
        job = Job(
            program=str(program),
            outcome=str(ending),
            folder=str(program.parent),
            environment=variables(server.url, home),
            printed=str(printed),
            errors=str(errors),
            seconds=SECONDS,
        )
        code = process(job)
        requests = tuple(request for request in server.requests if request.method == "POST")
    said: list[dict[str, Any]] = [json.loads(line) for line in ending.read_text().splitlines()]
    end = next((one for one in said if "raised" in one), None)
    assert end or code == 0, f"exit code {code}\n{errors.read_text(encoding='utf-8')}"
    return Outcome(
        printed.read_text(encoding="utf-8"),
        errors.read_text(encoding="utf-8"),
        requests,
        tuple(end["raised"]) if end else (),
        end["message"] if end else "",
        tuple(sorted({one["network"] for one in said if "network" in one})),
    )


def variables(url: str, home: Path) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if name.upper() in KEPT}
    own = {"HOME": str(home), "USERPROFILE": str(home), "XDG_CACHE_HOME": str(home / "cache")}
    client = {"OPENAI_API_KEY": "sk-none", "OPENAI_BASE_URL": f"{url}/v1", "OPENAI_API_BASE": f"{url}/v1"}
    return kept | own | client | QUIET | {"PYTHONIOENCODING": "utf-8", "PYTHONDONTWRITEBYTECODE": "1"}
