"""What a large program asks comes to an end, and what took too much is not asked again."""

from __future__ import annotations

from pathlib import Path

from tierlint import config
from tierlint.pipeline import analyze
from tierlint.program.answers import DEEPEST, Answers
from tierlint.program.values import ConstantValue, Values

KEYS = 12


def test_keys_that_are_given_one_another_end(tmp_path: Path) -> None:
    lines = ["from flask import Flask, g", "from openai import OpenAI", "", "app = Flask(__name__)", ""]
    for one in range(KEYS):
        lines += [f"def mix_{one}(pots):", *(f'    pots["{one}"] = pots["{other}"]' for other in range(KEYS)), ""]
    lines += ['@app.get("/")', "def view(pots):", '    pots["0"] = OpenAI()']
    lines += [f'    return pots["{KEYS - 1}"].responses.create(model="gpt-5.4", input="stir")']
    (tmp_path / "pyproject.toml").touch()
    (tmp_path / "kitchen.py").write_text("\n".join(lines) + "\n", encoding="utf-8")
    (call,) = analyze(tmp_path, config.load(tmp_path), use_cache=False).judged_calls
    assert call.api_call.provider == "openai"


def test_what_was_cut_off_by_its_size_stays_as_it_was_found() -> None:
    answers = Answers()
    answers.most, answers.depth = 4, DEEPEST - 1  # so deep that it could have been cut off for that
    table: dict[int, Values] = {}
    asked: list[int] = []

    def search(number: int) -> Values:
        asked.append(number)
        if not answers.goes_on():
            return ()
        return (*answers.settled(table, number + 1, lambda: search(number + 1)), ConstantValue(number))

    whole = answers.settled(table, 0, lambda: search(0))
    assert whole == tuple(ConstantValue(number) for number in (3, 2, 1, 0))
    assert max(asked) == 4
    asked.clear()
    assert answers.settled(table, 1, lambda: search(1)) == whole[:-1]
    assert not asked
