"""What is said of a call that nothing reaches: where its trail ends, what broke it, and the lines that settle it."""

from __future__ import annotations

from pathlib import Path

import pytest

from tierlint import config
from tierlint.model import JudgedCall
from tierlint.pipeline import analyze
from tierlint.report import explain
from tierlint.report.frame import read_lines
from tierlint.report.view import View
from tierlint.rules import rule_names

ASK = """
from openai import OpenAI

def ask(text):
    return OpenAI().responses.create(model="gpt-5.4", input=text)
"""
CASES = {
    "nobody calls it": (
        {},
        "`kiln:fire`, from which it is called, is not seen to be run (kiln.py:8)",
    ),
    "a decorator keeps it": (
        {"kiln.py": "import pottery\n{ASK}\n@pottery.glaze(3)\ndef fire(text):\n    return ask(text)\n"},
        "`@pottery.glaze()` is handed it, and what runs it from there is not known (kiln.py:9)",
    ),
    "it is in a dict": (
        {"wheel.py": "from kiln import fire\n\nTOOLS = {'fire': fire}\n"},
        "put into `TOOLS`, and nothing is seen to take it out and run it (wheel.py:3)",
    ),
    "its class is in a list": (
        {
            "kiln.py": "{ASK}\nclass Oven:\n    def fire(self, text):\n        return ask(text)\n",
            "wheel.py": "import kiln\n\nOVENS = [kiln.Oven]\n",
        },
        "put into `OVENS`, and nothing is seen to take it out and run it (wheel.py:3)",
    ),
    "an object outside is handed it": (
        {"wheel.py": "import pottery\nfrom kiln import fire\n\npottery.studio.offer(fire)\n"},
        "handed to `pottery.studio.offer`, and what runs it from there is not known (wheel.py:4)",
    ),
    "a name is looked up that only a run knows": (
        {"wheel.py": "import kiln\n\ndef turn(what, text):\n    return getattr(kiln, what)(text)\n"},
        "`getattr(...)` looks something up by a name that only a run knows (wheel.py:4)",
    ),
    "a module is loaded by a name that only a run knows": (
        {"wheel.py": "import importlib\n\ndef turn(what):\n    return importlib.import_module(what).start()\n"},
        "`import_module(...)` looks something up by a name that only a run knows (wheel.py:4)",
    ),
    "its receiver is unknown": (
        {
            "kiln.py": "{ASK}\nclass Oven:\n    def run(self, text):\n        return ask(text)\n",
            "wheel.py": "def turn(oven, text):\n    return oven.run(text)\n\nturn(*args)\n",
        },
        "`oven.run(...)` may be it: what it is called on is not known (wheel.py:2)",
    ),
    "a command starts the file": (
        {"Procfile": "worker: python kiln.py\n"},
        "`python kiln.py` starts this file, and nothing on the way is seen to call `fire` (Procfile:1)",
    ),
    "its name is a text": (
        {"settings.py": "HANDLER = 'kiln.fire'\n"},
        '`"kiln.fire"` stands as a text in settings.py; what loads it is not known',
    ),
}


def judged(root: Path) -> tuple[JudgedCall, str]:
    report = analyze(root, config.load(root), processes=1, use_cache=False)
    (call,) = report.judged_calls
    view = View("0", "", rule_names(), lambda path: read_lines(root / path))
    return call, explain.render(report, call, view)


def project(root: Path, files: dict[str, str]) -> None:
    kiln = "{ASK}\n\ndef fire(text):\n    return ask(text)\n"
    for name, text in {"pyproject.toml": "", "kiln.py": kiln, **files}.items():
        (root / name).write_text(text.replace("{ASK}", ASK))


@pytest.mark.parametrize("name", CASES)
def test_what_would_settle_it_is_named(tmp_path: Path, name: str) -> None:
    files, said = CASES[name]
    project(tmp_path, files)
    call, page = judged(tmp_path)
    assert call.verdict.tier == "undetermined"
    assert f"  {said}\n" in page


@pytest.mark.parametrize("name", CASES)
def test_the_last_lines_settle_it(tmp_path: Path, name: str) -> None:
    project(tmp_path, CASES[name][0])
    _, page = judged(tmp_path)
    lines = page[page.index("[[tool.tierlint.entry-point]]") :]
    (tmp_path / "pyproject.toml").write_text("".join(f"{line.strip()}\n" for line in lines.splitlines()))
    call, page = judged(tmp_path)
    assert call.verdict.tier == "flex"
    assert "who starts it, and who waits" in page


def test_a_decorator_that_only_tries_again_broke_nothing(tmp_path: Path) -> None:
    project(tmp_path, {"kiln.py": "import tenacity\n{ASK}\n@tenacity.retry()\ndef fire(text):\n    return ask(text)\n"})
    assert "@tenacity" not in judged(tmp_path)[1]


def test_what_is_known_to_be_called_is_no_end(tmp_path: Path) -> None:
    project(tmp_path, {"page.py": "from kiln import fire\n\ndef show(text):\n    return fire(text)\n"})
    call, _ = judged(tmp_path)
    assert [missing.name for missing in call.missing] == ["page:show"]
