"""A fixed chain of steps for each item says that each step can be a batch."""

from __future__ import annotations

from pathlib import Path

from tierlint import config
from tierlint.model import JudgedCall
from tierlint.pipeline import analyze

WEAVE = """
import sys
from concurrent.futures import ThreadPoolExecutor

from openai import OpenAI

loom = OpenAI()


def ask(text):
    return loom.responses.create(model="gpt-5.4", input=text).output_text

def spin(text):
    return loom.responses.create(model="gpt-5.4", input=text).output_text

def dye(text):
    return loom.responses.create(model="gpt-5.4", input=text).output_text

def cut(text):
    return loom.responses.create(model="gpt-5.4", input=text).output_text

def weave(text):
    thread = spin(text)
    return dye(f"red {thread}")

def apart(text):
    return ask(text) + cut(text)
"""


def said(root: Path, program: str) -> dict[str, list[str]]:
    (root / "weave.py").write_text(WEAVE + program)
    report = analyze(root, config.load(root), processes=1, use_cache=False)
    return {one.api_call.function_name.partition(":")[2]: _steps(one) for one in report.judged_calls}


def _steps(call: JudgedCall) -> list[str]:
    assert call.verdict.tier in ("batch", "undetermined")
    texts = [evidence.text for evidence in call.verdict.because]
    return [text.partition(":")[0] for text in texts if "step" in text]


def test_steps_below_one_loop(tmp_path: Path) -> None:
    found = said(
        tmp_path, "\nif __name__ == '__main__':\n    for line in open(sys.argv[1]):\n        print(weave(line))\n"
    )
    assert found["spin"] == ["a step of its own for each item"]
    assert found["dye"] == ["a later step for each item"]


def test_steps_below_a_pool(tmp_path: Path) -> None:
    pool = "with ThreadPoolExecutor() as pool:\n        print(list(pool.map(weave, open(sys.argv[1]))))"
    found = said(tmp_path, f"\nif __name__ == '__main__':\n    {pool}\n")
    assert (found["spin"], found["dye"]) == (["a step of its own for each item"], ["a later step for each item"])


def test_requests_that_need_nothing_of_each_other_are_no_steps(tmp_path: Path) -> None:
    found = said(
        tmp_path, "\nif __name__ == '__main__':\n    for line in open(sys.argv[1]):\n        print(apart(line))\n"
    )
    assert (found["ask"], found["cut"]) == ([], [])
