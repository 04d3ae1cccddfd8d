"""Helpers that take the tier from their callers, before and after the fix: what waits sends what it always sent."""

from __future__ import annotations

import hashlib
import json
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import pytest

from tests.wrapper_claims import Claims
from tests.wrapper_runs import Process, importing, outcome
from tierlint import config, fixes
from tierlint.model import Report
from tierlint.pipeline import analyze

FIXTURES: Final = Path(__file__).parent / "fixtures" / "fixes"

# Frameworks are not installed for the tests: theirs are decorators that give the function back.
STAND_INS: Final = {
    "fastapi.py": "class FastAPI:\n    def get(self, path):\n        return lambda function: function\n",
    "flask.py": "from fastapi import FastAPI\nclass Flask(FastAPI):\n    def __init__(self, name): pass\n",
    "celery.py": "def shared_task(function):\n    return function\n",
    "rq/__init__.py": "",
    "rq/decorators.py": "def job(queue):\n    return lambda function: function\n",
    "litellm.py": """
import openai
def completion(**arguments):
    return openai.OpenAI().chat.completions.create(**arguments)
""",
}

NOTHING_CLAIMED: Final = Claims({}, {})

# What is run: each part on its own, under the path that tells its requests apart.
PAGES: Final = {
    "handed_down": """
import asyncio
from ferry.decks import bridge
print(asyncio.run(bridge.ship_page("Hope")), bridge.log_page("calm"), bridge.report_page("Hope"))
print(asyncio.run(bridge.engine_page("coal")))
""",
    "handed_down_old_sdk": "from mill import door\nprint(door.ask('rye'))\n",
    "handed_down_unknown_sdk": "from mill import door\nprint(door.ask('rye'))\n",
}
JOBS: Final = {
    "handed_down": """
from ferry import night
night.fleet(["Hope", "Faith"]), night.logs(["calm", "storm"]), night.relays("Hope"), night.reports("Hope")
night.engines(["coal", "oil"], {"air": 2})
""",
    "handed_down_old_sdk": "from mill import night\nnight.night('rye')\n",
    "handed_down_unknown_sdk": "from mill import night\nnight.night('rye')\n",
}


@pytest.fixture(scope="module")
def process(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Process]:
    with importing(Path(sys.executable), ["openai.resources"], tmp_path_factory.mktemp("parent")) as process:
        yield process


@pytest.mark.parametrize("case", PAGES)
def test_who_waits_sends_what_it_sent_and_who_does_not_sends_flex(case: str, tmp_path: Path, process: Process) -> None:
    before = copy(case, tmp_path / "before")
    after = copy(case, tmp_path / "after")
    report = fixed(after)
    assert not [one for one in report.diagnostics if one.rule in ("TL103", "TL201")]
    (tmp_path / "stand_ins" / "rq").mkdir(parents=True)
    for name, text in STAND_INS.items():
        (tmp_path / "stand_ins" / name).write_text(text)
    assert (pages := sent(process, tmp_path, before, PAGES[case]))[0]
    assert sent(process, tmp_path, after, PAGES[case]) == pages
    jobs, told = sent(process, tmp_path, before, JOBS[case]), sent(process, tmp_path, after, JOBS[case])
    assert jobs[0]
    assert [json.loads(body) | {"service_tier": "flex"} for body in jobs[0]] == [json.loads(body) for body in told[0]]
    assert all("service_tier" not in body for body in (*pages[0], *jobs[0]))
    assert jobs[1] == told[1]


@pytest.mark.parametrize("case", PAGES)
def test_after_the_fix_each_way_has_its_tier(case: str, tmp_path: Path) -> None:
    root = copy(case, tmp_path / "project")
    for call in fixed(root).judged_calls:
        assert call.verdict.tier == "standard"
        tiers = {trace.entry in call.verdict.idle: set[str | None]() for trace in call.traces}
        for trace in call.traces:
            tiers[trace.entry in call.verdict.idle].add(trace.tier)
        assert tiers == {False: {None}, True: {"flex"}}


def copy(case: str, root: Path) -> Path:
    shutil.copytree(FIXTURES / case, root, ignore=shutil.ignore_patterns("fixed-unsafe", "__pycache__"))
    return root


def fixed(root: Path) -> Report:
    """Fix a project; what is reported of it after that."""
    report = analyze(root, config.load(root), processes=1, use_cache=False)
    contents = {path.relative_to(root).as_posix(): path.read_bytes() for path in root.rglob("*.py")}
    expected = {path: hashlib.sha256(data).hexdigest() for path, data in contents.items()}
    found = [one.fix for one in report.diagnostics if one.fix is not None]
    assert found
    outcome = fixes.fix_files(root, found, expected=expected, dry_run=False)
    assert not outcome.problems
    return analyze(root, config.load(root), processes=1, use_cache=False)


def sent(process: Process, folder: Path, root: Path, program: str) -> tuple[list[str], str]:
    """The bodies that a program sends, and what it prints."""
    file = root / "run_by_the_test.py"
    file.write_text(f"import sys\nsys.path.append({str(folder / 'stand_ins')!r})\n{program}")
    done = outcome(file, NOTHING_CLAIMED, process)
    assert not done.raised, done.errors
    # Not sorted: the order of the keys is the order in the bytes.
    return [json.dumps(request.body) for request in done.requests], done.printed
