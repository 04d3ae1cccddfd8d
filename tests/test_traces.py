"""Where a program is too large for every way through it to be followed, who waits is still found."""

from __future__ import annotations

from pathlib import Path

import pytest

from tierlint import config, traces
from tierlint.pipeline import analyze

FLOORS = 20


def tower(root: Path) -> None:
    """A page at the top of many floors; each asks the one below it once, and once for every row."""
    lines = [
        "from flask import Flask",
        "from openai import OpenAI",
        "",
        "app = Flask(__name__)",
        "client = OpenAI()",
        "",
    ]
    lines += ["def floor_0(rows):", '    return client.responses.create(model="gpt-5.4", input=str(rows))', ""]
    for floor in range(1, FLOORS):
        lines += [f"def floor_{floor}(rows):", "    for row in rows:", f"        floor_{floor - 1}([row])"]
        lines += [f"    return floor_{floor - 1}(rows)", ""]
    lines += ['@app.get("/")', "def view():", f'    return floor_{FLOORS - 1}(["roof", "cellar", "stairs", "attic"])']
    (root / "pyproject.toml").touch()
    (root / "tower.py").write_text("\n".join(lines) + "\n", encoding="utf-8")


@pytest.mark.parametrize("most", [traces.MOST_STATES, FLOORS + 5])
def test_a_page_is_found_however_many_ways_lead_to_it(
    most: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(traces, "MOST_STATES", most)
    tower(tmp_path)
    (call,) = analyze(tmp_path, config.load(tmp_path), use_cache=False).judged_calls
    assert {trace.entry.kind for trace in call.traces} == {"web-request"}
    assert call.verdict.tier == "standard"
