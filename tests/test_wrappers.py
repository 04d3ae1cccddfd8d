"""What tierlint says of wrapper packages, held against the packages themselves.

A folder of tests/wrappers is one package:

- `requirements.txt` pins it, and `requirements.lock` is what comes of that. Several versions are several lists:
  `requirements-1.txt`, `requirements-2.txt`; each program runs with each of them.
- Every other file is a program that a user could have written. Comments at its top claim what it does; CONTRIBUTING.md
  has the grammar. tests/wrapper_runs.py runs it against the server of tests/server.py, and the claims are held
  against the requests that the server got.
- Where a program claims a `fix`, a copy of it becomes a project that a nightly workflow runs. tierlint fixes that, and
  the fixed program is run too: its requests differ from the earlier ones by the tier alone, and a second fix changes
  nothing. A fix that does harm fails the test, `todo-` or not.

    python scripts/wrapper_environments.py litellm      # once: makes the environment
    pytest -n0 tests/test_wrappers.py -k litellm
    pytest -n0 tests/test_wrappers.py -k litellm -s    # shows what the server got
"""

from __future__ import annotations

import io
import json
import os
import re
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import redirect_stdout
from difflib import unified_diff
from pathlib import Path
from typing import Any, Final

import pytest
from msgspec import Struct

from scripts.wrapper_environments import MAIN, WRAPPERS, Environment, environments
from tests import wrapper_claims
from tests.server import Body, Request
from tests.wrapper_claims import Claims, Outcome
from tests.wrapper_runs import FORKS, Process, Runner, importing, in_a_new, running
from tests.wrapper_runs import outcome as ended
from tierlint import cli

WORKFLOW: Final = """\
on:
  schedule:
    - cron: "17 3 * * *"
jobs:
  night:
    runs-on: ubuntu-latest
    steps:
      - uses: actions/checkout@v5
      - run: pip install -r requirements.txt
      - run: python {program}
"""


class Case(Struct, frozen=True):
    """A program and what it is run with."""

    environment: Environment
    program: Path

    def __str__(self) -> str:
        return f"{self.environment.name}/{self.program.stem}"


def cases() -> Iterator[Case]:
    for environment in environments():
        for program in sorted(environment.requirements.parent.glob("*.py")):
            variants = wrapper_claims.read(program).variants
            if not variants or environment.variant in variants:
                yield Case(environment, program)


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Runner]:
    with running(tmp_path_factory.mktemp("interpreters")) as run:
        yield run


@pytest.mark.parametrize("case", tuple(cases()), ids=str)
def test_program(case: Case, tmp_path: Path, run: Runner) -> None:
    if not case.environment.python.exists():
        missing = f"python scripts/wrapper_environments.py {case.environment.package}"
        if os.environ.get("CI") and case.environment.package in MAIN:
            pytest.fail(f"not made: {missing}")
        pytest.skip(missing)
    claims = wrapper_claims.read(case.program)
    project = lay_out(case, tmp_path / "project")
    before = run(case.environment, project, claims)
    show(before)
    assert not (wrong := wrapper_claims.mistakes(claims, before)), "\n" + "\n".join(wrong)
    if claims.fix:
        check_fix(case, project, claims, before, run)


# --- Before the fix ----------------------------------------------------------------------------------


def lay_out(case: Case, folder: Path) -> Path:
    """A project of one program, with the versions it runs with and a schedule; where the program stands."""
    program = folder / case.program.name
    wanted = json.dumps(pins(case.environment))
    files = {
        "pyproject.toml": f'[project]\nname = "night"\nversion = "1"\ndependencies = {wanted}\n',
        "requirements.txt": case.environment.lock.read_text(),
        ".github/workflows/nightly.yml": WORKFLOW.format(program=program.name),
    }
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text)
    program.write_bytes(case.program.read_bytes())
    return program


def pins(environment: Environment) -> list[str]:
    return [line for line in environment.requirements.read_text().splitlines() if line and not line.startswith("#")]


def show(outcome: Outcome) -> None:
    for request in outcome.requests:
        print(f"\n{request.path} timeout: {wrapper_claims.timeout(request)}\n{json.dumps(request.body, indent=1)}")
    print(outcome.printed + outcome.errors)


# --- After the fix -----------------------------------------------------------------------------------


def check_fix(case: Case, program: Path, claims: Claims, before: Outcome, run: Runner) -> None:
    """The fix is as safe as claimed, and whatever is changed runs as before except for the tier."""
    made, report = fix(program)
    missed = [] if made == claims.fix else [f"fix: {made}\n{report}"]
    if made != "none":
        after = run(case.environment, program, claims)
        print(program.read_text(encoding="utf-8"))
        show(after)
        again = before
        if not same(signs(before), signs(again), signs(after)):
            again = run(case.environment, lay_out(case, program.parent.with_name("again")), claims)
        assert not (wrong := harm(before, again, after)), "\n" + wrong
        missed += shortcomings(claims, after)
    if claims.todo:
        assert missed, f"at last: fix: {made}"
        pytest.xfail(f"known: no fix: {claims.fix}; so far {made}: {missed[-1].splitlines()[0]}")
    assert not missed, "\n" + "\n".join(missed)


def fix(program: Path) -> tuple[str, str]:
    """How safe the fix is that tierlint makes, and what it reports."""
    unfixed = program.read_bytes()
    for safety, options in (("safe", ["--fix"]), ("unsafe", ["--fix", "--unsafe-fixes"])):
        report = tierlint(program.parent, options)
        if (fixed := program.read_bytes()) != unfixed:
            tierlint(program.parent, options)
            assert program.read_bytes() == fixed, f"a second fix changes something again:\n{program.read_text()}"
            return safety, report
    return "none", report


def tierlint(folder: Path, options: list[str]) -> str:
    """What the command prints, run in this process and in that folder."""
    printed = io.StringIO()
    with pytest.MonkeyPatch.context() as patched, redirect_stdout(printed), pytest.raises(SystemExit) as ended:
        patched.chdir(folder)
        for name in ("CI", "FORCE_COLOR", "OPENAI_BASE_URL"):
            patched.delenv(name, raising=False)
        cli.main(["check", *options])
    assert ended.value.code in (0, 1), printed.getvalue()
    return printed.getvalue()


def signs(outcome: Outcome) -> Any:
    """What a fix must leave as it is: how the run ends and all that it sends, except for the tier."""
    sent = [{**request.body, "path": request.path} for request in outcome.requests]
    return [outcome.printed, outcome.raised, [without_tier(body) for body in sent]]


def without_tier(body: Body) -> Body:
    return {name: value for name, value in body.items() if name != "service_tier"}


def same(before: Any, again: Any, after: Any) -> bool:
    """Whether `after` is as `before`, wherever two runs of the same program agree."""
    if isinstance(before, dict) and isinstance(again, dict) and isinstance(after, dict):
        return before.keys() == after.keys() and all(same(before[key], again.get(key), after[key]) for key in before)
    if isinstance(before, list) and isinstance(again, list) and isinstance(after, list):
        # Requests that are sent at the same time arrive in any order.
        ordered = sorted(before, key=repr) == sorted(after, key=repr)
        pairs = len(before) == len(again) == len(after)
        return ordered or (pairs and all(map(same, before, again, after)))
    return bool(before == after or before != again)


def harm(before: Outcome, again: Outcome, after: Outcome) -> str:
    """What the fix has changed besides the tier."""
    if same(signs(before), signs(again), signs(after)):
        return ""
    old, new = (json.dumps(signs(one), indent=1).splitlines() for one in (before, after))
    return "\n".join([after.errors[-2000:], *unified_diff(old, new, "before", "after", n=9, lineterm="")])


def shortcomings(claims: Claims, after: Outcome) -> list[str]:
    """Where the tier and the timeout are not what the claims say of the fixed program."""
    wrong = []
    tiers = Counter(request.body.get("service_tier") for request in after.requests)
    takers = [request for request in after.requests if wrapper_claims.api(request) in ("chat", "responses")]
    wanted = int(claims.fixed.get("fixed-tiers", len(takers)))
    if tiers["flex"] != wanted or not wanted:
        wrong.append(f"{wanted} requests are to ask for flex after the fix, but {dict(tiers)}")
    if (said := claims.fixed.get("fixed-timeout")) is not None:
        found = {wrapper_claims.timeout(request) for request in after.requests}
        wrong += [f"fixed-timeout: {said}, but in fact {found}"] if found != {said} else []
    return wrong


# --- The folders themselves --------------------------------------------------------------------------


@pytest.mark.parametrize("environment", environments(), ids=lambda environment: environment.name)
def test_the_lock_has_what_the_requirements_pin(environment: Environment) -> None:
    again = f"python scripts/wrapper_environments.py --lock {environment.package}"
    locked = {line.partition(" ")[0] for line in environment.lock.read_text().splitlines()}
    for pin in pins(environment):
        assert "==" in pin, f"{pin}: pin exact versions"
        assert re.sub(r"\[.*\]", "", pin) in locked, f"{pin}: {again}"


def test_the_main_packages_are_there() -> None:
    known = {one.package for one in environments()}
    assert set(MAIN) <= known
    assert {program.parent.name for program in WRAPPERS.glob("*/*.py")} <= known


# --- What is checked above would be noticed ----------------------------------------------------------


def outcome(*bodies: Body) -> Outcome:
    return Outcome("", "", tuple(Request("/v1/responses", body, {"x-stainless-read-timeout": "60"}) for body in bodies))


PLAIN: Final[Body] = {"model": "gpt-5.4", "input": "hi"}
CHEAP: Final[Body] = {**PLAIN, "service_tier": "flex"}


@pytest.mark.parametrize(
    "after",
    [
        outcome(CHEAP),
        outcome(CHEAP, CHEAP, CHEAP),
        outcome(CHEAP, {**CHEAP, "reasoning": {"effort": "low"}}),
        Outcome("Hello", "", outcome(CHEAP, CHEAP).requests),
        Outcome("", "", outcome(CHEAP, CHEAP).requests, ("builtins.TypeError",)),
    ],
)
def test_harm_is_noticed(after: Outcome) -> None:
    before = outcome(PLAIN, PLAIN)
    assert not harm(before, before, outcome(CHEAP, CHEAP))
    assert harm(before, before, after)


@pytest.mark.parametrize(
    ("fixed", "after"),
    [
        ({}, outcome(PLAIN, CHEAP)),
        ({}, outcome(CHEAP, {**CHEAP, "service_tier": "priority"})),
        ({"fixed-tiers": "1"}, outcome(CHEAP, CHEAP)),
        ({"fixed-timeout": "900"}, outcome(CHEAP, CHEAP)),
    ],
)
def test_a_fix_that_falls_short_is_noticed(fixed: dict[str, str], after: Outcome) -> None:
    assert not shortcomings(Claims({}, {}), outcome(CHEAP, CHEAP))
    assert shortcomings(Claims({}, fixed), after)


def test_what_differs_between_two_runs_may_differ_after_the_fix() -> None:
    before, again, after = (outcome({**PLAIN, "user": f"session {number}"}) for number in range(3))
    assert same(signs(before), signs(again), signs(after))
    assert not same(signs(before), signs(before), signs(after))


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("api", "chat"),
        ("api", "chat, responses"),
        ("drops", "model"),
        ("model", "gpt-4o"),
        ("raises", "TypeError"),
        ("requests", "2"),
        ("sends", "input=ho"),
        ("stream", "yes"),
        ("tier", "flex"),
        ("tier", "flex, none"),
        ("timeout", "none"),
    ],
)
def test_a_claim_that_does_not_hold_is_noticed(key: str, value: str) -> None:
    assert wrapper_claims.mistakes(Claims({key: value}, {}), outcome(PLAIN))


@pytest.mark.parametrize(
    "comment", ["# tears: flex", "# fix: maybe", "# tier: flex\n# tier: none", "# drops: service_tier", "# a remark"]
)
def test_claims_are_read_strictly(comment: str, tmp_path: Path) -> None:
    program = tmp_path / "program.py"
    program.write_text(f'"""A program."""\n\n{comment}\nimport openai\n')
    with pytest.raises(AssertionError):
        wrapper_claims.read(program)


NEW: Final = in_a_new(Path(sys.executable))


@pytest.fixture(params=["new", "fork"])
def process(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Process]:
    if request.param == "new":
        yield NEW
    elif FORKS:
        with importing(Path(sys.executable), ["json"], tmp_path / "parent") as process:
            yield process
    else:
        pytest.skip("no forks here")


def test_a_program_has_no_network(tmp_path: Path, process: Process) -> None:
    program = tmp_path / "program" / "far.py"
    program.parent.mkdir()
    program.write_text("import socket\nsocket.create_connection(('example.org', 443))\n")
    told = ended(program, Claims({}, {}), process)
    assert told.network == ("example.org",)
    assert "builtins.OSError" in told.raised


def test_a_program_finds_what_a_new_interpreter_has(tmp_path: Path, process: Process) -> None:
    program = tmp_path / "program" / "looks.py"
    program.parent.mkdir()
    program.write_text("""
import atexit, os, sys
atexit.register(print, "at last")
shown = {name: value for name, value in os.environ.items() if not name.startswith("OPENAI_")}
print(__name__, __file__, sys.argv, sys.path, os.getcwd(), sys.stdin.read(), sys.stdout.encoding, shown)
print("ä", file=sys.stderr)
os.environ["LEFT"] = "behind"
""")
    once, again = (ended(program, Claims({}, {}), each) for each in (NEW, process))
    assert once == again == ended(program, Claims({}, {}), process)
    assert once.printed.endswith("at last\n")
    assert once.errors == "ä\n"


def test_a_program_that_fails_or_hangs_is_noticed(tmp_path: Path, process: Process) -> None:
    program = tmp_path / "program" / "leaves.py"
    program.parent.mkdir()
    program.write_text("raise SystemExit(3)\n")
    with pytest.raises(AssertionError, match="exit code 3"):
        ended(program, Claims({}, {}), process)
    program.write_text("import time\ntime.sleep(60)\n")
    with pytest.raises((AssertionError, subprocess.TimeoutExpired)):
        ended(program, Claims({}, {}), lambda job: process({**job, "seconds": 1}))
