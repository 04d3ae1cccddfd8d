"""One canned report in every format, letter by letter."""

# ruff: noqa: E501 -- the expected output is not wrapped

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace

from tierlint.catalog import ENTRY_KINDS
from tierlint.model import (
    ApiCall,
    CallEdge,
    CallId,
    Diagnostic,
    EntryPoint,
    Evidence,
    Fix,
    FunctionId,
    JudgedCall,
    Location,
    Problem,
    Reading,
    Report,
    Route,
    Splice,
    Trace,
    Verdict,
)
from tierlint.report import CALL_FORMATS, FORMATS, explain, statistics
from tierlint.report.frame import frame, read_lines
from tierlint.report.view import View, place, printable

NAMES = {"TL101": "flex-candidate", "TL102": "batch-candidate", "TL201": "discount-tier-on-live-path"}
SOURCES = {
    "jobs/enrich.py": [
        "import csv",
        "from openai import OpenAI",
        "client = OpenAI()",
        "def run(rows):",
        "    for row in rows:",
        '        store(client.responses.create(model="gpt-5.4", input=row))',
        "def main():",
        '    run(csv.reader(open("rows.csv")))',
    ],
    "web/app.py": [
        "from lib import client",
        '@app.post("/reply")',
        "def reply(question):",
        "    return client.responses.create(",
        '        model="gpt-5.4",',
        '        input=question, service_tier="flex",',
        "    )",
    ],
}
RUN, MAIN = FunctionId("jobs/enrich.py", 1), FunctionId("jobs/enrich.py", 2)
REPLY, CELL = FunctionId("web/app.py", 1), FunctionId("notebooks/eda.ipynb", 0)
EACH = Evidence("one request per row, none uses another's answer", Location("jobs/enrich.py", 5, 5, 5, 21))
WAITS = Evidence("a web request waits for the answer", Location("web/app.py", 2, 2, 2, 20))
NIGHTLY = EntryPoint(
    MAIN,
    "jobs.enrich:main",
    "schedule",
    Location(".github/workflows/nightly.yml", 5, 1, 5, 20),
    "`0 3 * * *` runs `python -m jobs.enrich`",
)
POST = EntryPoint(
    REPLY, "web.app:reply", "web-request", Location("web/app.py", 2, 2, 2, 20), "`@app.post` makes it a route"
)
STEP = CallEdge(MAIN, RUN, CallId("jobs/enrich.py", 3), "direct", None, True, Location("jobs/enrich.py", 8, 5, 8, 38))


def api_call(at: Location, function: FunctionId, name: str, **more: Any) -> ApiCall:
    values: dict[str, Any] = {
        "call": CallId(at.path, 0),
        "callee": "client.responses.create",
        "method": "openai.OpenAI.responses.create",
        "sdk": "openai",
        "api": "responses",
        "provider": "openai",
        "host": None,
        "model": "gpt-5.4",
        "models": ("gpt-5.4",),
        "tier": None,
        "stream": False,
        "timeout": None,
        "certain": True,
        "closed": True,
        "client": Location("jobs/enrich.py", 3, 10, 3, 18),
        **more,
    }
    return ApiCall(function=function, function_name=name, at=at, **values)


def trace(entry: EntryPoint, *hops: CallEdge, fan_out: Evidence | None = None) -> Trace:
    return Trace(entry, hops, None, None, fan_out, None, None, True)


BATCH = JudgedCall(
    api_call(Location("jobs/enrich.py", 6, 15, 6, 66), RUN, "jobs.enrich:run"),
    (trace(NIGHTLY, STEP, fan_out=EACH),),
    Verdict("batch", "high", (EACH,), fan_out=True),
    Route("batch", 0.5, None),
    Fix("Add the tier", "unsafe", (Splice("jobs/enrich.py", 140, 140, ', service_tier="flex"'),), "not flex"),
)
LIVE = JudgedCall(
    api_call(Location("web/app.py", 4, 12, 7, 6), REPLY, "web.app:reply", tier="flex", host="api.openai.com"),
    (trace(POST),),
    Verdict("standard", "high", (WAITS,)),
    Route("none", 0.0, None),
    reading=Reading(None, "", {"service_tier": (130, 151)}, {}, "the call is decorated"),
)
UNKNOWN = JudgedCall(
    api_call(
        Location("notebooks/eda.ipynb", 12, 5, 12, 30, 3, 2),
        CELL,
        "notebooks.eda:ask",
        model=None,
        models=(),
        stream=None,
        certain=False,
        client=None,
    ),
    (),
    Verdict("undetermined", "low", (Evidence("no entry point reaches it", None),)),
    Route("none", 0.0, "nothing says who waits"),
)
REPORT = Report(
    diagnostics=(
        Diagnostic(
            "TL201",
            "Somebody waits: 100% sure.",
            LIVE.api_call.at,
            (Evidence("web-request", POST.at),),
            "high",
            None,
        ),
        Diagnostic(
            "TL102",
            "Nobody waits.",
            BATCH.api_call.at,
            (Evidence("schedule", NIGHTLY.at), Evidence("calls `jobs.enrich:run`", STEP.at)),
            "high",
            BATCH.fix,
            "89176a9ba279392b",
        ),
    ),
    hidden=(
        Diagnostic("TL101", "Hidden.", UNKNOWN.api_call.at, (), "low", None, hidden_because="TL101 is not selected"),
    ),
    judged_calls=(LIVE, UNKNOWN, BATCH),
    entry_points=(NIGHTLY, POST),
    problems=(Problem("legacy.py", 3, "not readable as Python 3"), Problem("data.py", 0, "too large")),
    files_seen=6,
    files_read=4,
    unresolved_calls=1,
)
NOTHING = Report((), (), (), (), (), 1, 1)
VIEW = View("0.1.0", "2026-11-22", NAMES, lambda path: SOURCES.get(path, ()))


# --- Findings -------------------------------------------------------------------------------------


TEXT = """\
jobs/enrich.py:6:15: TL102 batch-candidate: Nobody waits.
  |
6 |         store(client.responses.create(model="gpt-5.4", input=row))
  |               ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
  |
  = from: .github/workflows/nightly.yml:5: schedule
  = then: jobs/enrich.py:8: calls `jobs.enrich:run`  | run(csv.reader(open("rows.csv")))
  = because: one request per row, none uses another's answer (jobs/enrich.py:5)
  = help: Add the tier (--fix --unsafe-fixes; unsafe: not flex)

web/app.py:4:12: TL201 discount-tier-on-live-path: Somebody waits: 100% sure.
  |
4 |     return client.responses.create(
  |            ^^^^^^^^^^^^^^^^^^^^^^^^
5 |         model="gpt-5.4",
6 |         input=question, service_tier="flex",
7 |     )
  |
  = from: web/app.py:2: web-request
  = help: see `tierlint rule TL201`

2 findings (1 fixable with --fix --unsafe-fixes): 3 calls judged (1 undetermined), 4 files read, 2 not readable, 1 call whose callee stayed unknown.
"""

CONCISE = """\
jobs/enrich.py:6:15: TL102 Nobody waits.
web/app.py:4:12: TL201 Somebody waits: 100% sure.
"""

JSON = """\
{
  "version": 1,
  "tierlint": "0.1.0",
  "models_as_of": "2026-11-22",
  "diagnostics": [
    {
      "code": "TL102",
      "name": "batch-candidate",
      "message": "Nobody waits.",
      "path": "jobs/enrich.py",
      "line": 6,
      "column": 15,
      "end_line": 6,
      "end_column": 66,
      "cell": null,
      "cell_line": null,
      "confidence": "high",
      "fingerprint": "89176a9ba279392b",
      "related": [
        {
          "text": "schedule",
          "path": ".github/workflows/nightly.yml",
          "line": 5
        },
        {
          "text": "calls `jobs.enrich:run`",
          "path": "jobs/enrich.py",
          "line": 8
        }
      ],
      "fix": {
        "title": "Add the tier",
        "safety": "unsafe",
        "why_unsafe": "not flex",
        "edits": [
          {
            "path": "jobs/enrich.py",
            "start": 140,
            "end": 140,
            "text": ", service_tier=\\"flex\\""
          }
        ]
      }
    },
    {
      "code": "TL201",
      "name": "discount-tier-on-live-path",
      "message": "Somebody waits: 100% sure.",
      "path": "web/app.py",
      "line": 4,
      "column": 12,
      "end_line": 7,
      "end_column": 6,
      "cell": null,
      "cell_line": null,
      "confidence": "high",
      "fingerprint": "",
      "related": [
        {
          "text": "web-request",
          "path": "web/app.py",
          "line": 2
        }
      ],
      "fix": null
    }
  ],
  "problems": [
    {
      "path": "data.py",
      "line": null,
      "message": "too large"
    },
    {
      "path": "legacy.py",
      "line": 3,
      "message": "not readable as Python 3"
    }
  ],
  "summary": {
    "files_seen": 6,
    "files_read": 4,
    "calls_judged": 3,
    "calls_with_unknown_callee": 1,
    "hidden": 1
  }
}
"""

GITHUB = """\
::warning file=jobs/enrich.py,line=6,col=15,endLine=6,endColumn=66,title=tierlint TL102 batch-candidate::Nobody waits.
::warning file=web/app.py,line=4,col=12,endLine=7,title=tierlint TL201 discount-tier-on-live-path::Somebody waits: 100%25 sure.
"""

CALLS_TEXT = """\
call                            callee                   verdict       confidence  entry point
jobs/enrich.py:6:15             client.responses.create  batch         high        schedule .github/workflows/nightly.yml:5
notebooks/eda.ipynb:cell 4:2:5  client.responses.create  undetermined  low         -
web/app.py:4:12                 client.responses.create  standard      high        web-request web/app.py:2

3 API calls (1 batch, 1 standard, 1 undetermined): 4 files read, 2 not readable, 1 call whose callee stayed unknown.
"""

CALLS_JSON = """\
{
  "version": 1,
  "tierlint": "0.1.0",
  "models_as_of": "2026-11-22",
  "calls": [
    {
      "path": "jobs/enrich.py",
      "line": 6,
      "column": 15,
      "end_line": 6,
      "end_column": 66,
      "cell": null,
      "cell_line": null,
      "callee": "client.responses.create",
      "method": "openai.OpenAI.responses.create",
      "sdk": "openai",
      "api": "responses",
      "provider": "openai",
      "host": null,
      "model": "gpt-5.4",
      "tier": null,
      "stream": false,
      "function": "jobs.enrich:run",
      "verdict": "batch",
      "confidence": "high",
      "fan_out": true,
      "fixable": false,
      "route": {
        "mechanism": "batch",
        "discount": 0.5,
        "obstacle": null
      },
      "entries": [
        {
          "kind": "schedule",
          "function": "jobs.enrich:main",
          "path": ".github/workflows/nightly.yml",
          "line": 5,
          "waits": true,
          "tier": null
        }
      ],
      "evidence": [
        {
          "text": "one request per row, none uses another's answer",
          "path": "jobs/enrich.py",
          "line": 5
        }
      ]
    },
    {
      "path": "notebooks/eda.ipynb",
      "line": null,
      "column": 5,
      "end_line": null,
      "end_column": 30,
      "cell": 3,
      "cell_line": 2,
      "callee": "client.responses.create",
      "method": "openai.OpenAI.responses.create",
      "sdk": "openai",
      "api": "responses",
      "provider": "openai",
      "host": null,
      "model": null,
      "tier": null,
      "stream": null,
      "function": "notebooks.eda:ask",
      "verdict": "undetermined",
      "confidence": "low",
      "fan_out": false,
      "fixable": false,
      "route": {
        "mechanism": "none",
        "discount": 0.0,
        "obstacle": "nothing says who waits"
      },
      "entries": [],
      "evidence": [
        {
          "text": "no entry point reaches it",
          "path": null,
          "line": null
        }
      ]
    },
    {
      "path": "web/app.py",
      "line": 4,
      "column": 12,
      "end_line": 7,
      "end_column": 6,
      "cell": null,
      "cell_line": null,
      "callee": "client.responses.create",
      "method": "openai.OpenAI.responses.create",
      "sdk": "openai",
      "api": "responses",
      "provider": "openai",
      "host": "api.openai.com",
      "model": "gpt-5.4",
      "tier": "flex",
      "stream": false,
      "function": "web.app:reply",
      "verdict": "standard",
      "confidence": "high",
      "fan_out": false,
      "fixable": false,
      "route": {
        "mechanism": "none",
        "discount": 0.0,
        "obstacle": null
      },
      "entries": [
        {
          "kind": "web-request",
          "function": "web.app:reply",
          "path": "web/app.py",
          "line": 2,
          "waits": true,
          "tier": null
        }
      ],
      "evidence": [
        {
          "text": "a web request waits for the answer",
          "path": "web/app.py",
          "line": 2
        }
      ]
    }
  ],
  "problems": [
    {
      "path": "data.py",
      "line": null,
      "message": "too large"
    },
    {
      "path": "legacy.py",
      "line": 3,
      "message": "not readable as Python 3"
    }
  ]
}
"""

EXPLAIN_BATCH = """\
jobs/enrich.py:6:15
  |
6 |         store(client.responses.create(model="gpt-5.4", input=row))
  |               ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
  |

Request
  openai.OpenAI.responses.create, in `jobs.enrich:run`
  model gpt-5.4, service tier not given, timeout not given
  answered by openai, client built at jobs/enrich.py:3

Verdict: batch, high confidence
  one request per row, none uses another's answer (jobs/enrich.py:5)

Discount: batch, 50% less
  unsafe fix: Add the tier (not flex)

Reached in 1 way
  1. .github/workflows/nightly.yml:5: schedule: `0 3 * * *` runs `python -m jobs.enrich`
     -> jobs/enrich.py:8: `main` calls `run`  | run(csv.reader(open("rows.csv")))
     -> jobs/enrich.py:6: the call
     once per item: one request per row, none uses another's answer (jobs/enrich.py:5)

Findings
  TL102 batch-candidate: Nobody waits.
"""

EXPLAIN_UNKNOWN = """\
notebooks/eda.ipynb:cell 4:2:5

Request
  openai.OpenAI.responses.create (the receiver is not resolved; the name alone says so), in `notebooks.eda:ask`
  model not a literal, service tier not given, timeout not given, perhaps streamed
  answered by openai

Verdict: undetermined, low confidence
  no entry point reaches it

Discount: none
  nothing says who waits

Findings
  TL101 flex-candidate [hidden: TL101 is not selected]: Hidden.

What would settle it
  No entry point is known to reach `notebooks.eda:ask`. If something outside
  starts it (or a function that calls it), say so in pyproject.toml:

  [[tool.tierlint.entry-point]]
  kind = "queue-task"
  says = "who starts it, and who waits"
  file = ["notebooks/eda.ipynb"]
  function = ["ask"]
"""

EXPLAIN_LIVE = """\
web/app.py:4:12
  |
4 |     return client.responses.create(
  |            ^^^^^^^^^^^^^^^^^^^^^^^^
5 |         model="gpt-5.4",
6 |         input=question, service_tier="flex",
7 |     )
  |

Request
  openai.OpenAI.responses.create, in `web.app:reply`
  model gpt-5.4, service tier flex, timeout not given
  answered by openai at api.openai.com, client built at jobs/enrich.py:3

Verdict: standard, high confidence
  a web request waits for the answer (web/app.py:2)

Discount: none
  nothing to gain: the answer is waited for

Reached in 1 way
  1. web/app.py:2: web-request: `@app.post` makes it a route; somebody waits there
     -> web/app.py:4: the call

Findings
  TL201 discount-tier-on-live-path: Somebody waits: 100% sure.
"""


@pytest.mark.parametrize(
    ("name", "expected"), [("text", TEXT), ("concise", CONCISE), ("json", JSON), ("github", GITHUB)]
)
def test_formats_of_findings(name: str, expected: str) -> None:
    assert FORMATS[name](REPORT, VIEW) == expected
    backwards = replace(REPORT, diagnostics=REPORT.diagnostics[::-1], judged_calls=REPORT.judged_calls[::-1])
    assert FORMATS[name](backwards, VIEW) == expected


@pytest.mark.parametrize(("name", "expected"), [("text", CALLS_TEXT), ("json", CALLS_JSON)])
def test_formats_of_calls(name: str, expected: str) -> None:
    assert CALL_FORMATS[name](REPORT, VIEW) == expected


@pytest.mark.parametrize(
    ("call", "expected"), [(BATCH, EXPLAIN_BATCH), (UNKNOWN, EXPLAIN_UNKNOWN), (LIVE, EXPLAIN_LIVE)]
)
def test_explanation(call: JudgedCall, expected: str) -> None:
    lines = explain.render(REPORT, call, VIEW).splitlines(keepends=True)
    assert "".join(line for line in lines if not line.startswith("  #")) == expected


def test_the_kinds_of_entry_points_are_listed() -> None:
    text = explain.render(REPORT, UNKNOWN, VIEW).replace("\n  #", "")
    assert f" kind: {', '.join(ENTRY_KINDS)}\n  kind = " in text


def test_every_format_is_tested_here() -> None:
    assert list(FORMATS) == ["text", "concise", "json", "github"]
    assert list(CALL_FORMATS) == ["text", "json"]


def test_statistics() -> None:
    assert statistics.render(REPORT, VIEW) == (
        "1  TL102  batch-candidate, 1 with a fix\n1  TL201  discount-tier-on-live-path\n"
    )


def test_nothing_found() -> None:
    counts = "0 calls judged, 1 file read, 0 not readable, 0 calls whose callee stayed unknown"
    assert FORMATS["text"](NOTHING, VIEW) == f"No findings: {counts}.\n"
    assert FORMATS["text"](NOTHING, replace(VIEW, summary=False)) == ""
    assert FORMATS["concise"](NOTHING, VIEW) == FORMATS["github"](NOTHING, VIEW) == ""
    assert statistics.render(NOTHING, VIEW) == ""
    assert json.loads(FORMATS["json"](NOTHING, VIEW))["diagnostics"] == []
    assert CALL_FORMATS["text"](NOTHING, VIEW) == (
        "0 API calls: 1 file read, 0 not readable, 0 calls whose callee stayed unknown.\n"
    )


def test_colour_adds_nothing_but_colour() -> None:
    painted = replace(VIEW, color=True)
    for render in (FORMATS["text"], FORMATS["concise"], CALL_FORMATS["text"]):
        text = render(REPORT, painted)
        assert "\x1b[" in text
        assert "".join(part.partition("m")[2] for part in f"m{text}".split("\x1b[")) == render(REPORT, VIEW)


# --- Explain --------------------------------------------------------------------------------------


def test_an_entry_point_is_declared_in_the_projects_own_settings_file() -> None:
    text = explain.render(REPORT, UNKNOWN, replace(VIEW, table_prefix=""))
    assert "say so in tierlint.toml:" in text and "\n  [[entry-point]]\n" in text


def test_code_at_the_top_of_a_module_is_run_and_not_called() -> None:
    script = replace(UNKNOWN, api_call=replace(UNKNOWN.api_call, function_name="tools.draft:<module>"))
    text = explain.render(REPORT, script, VIEW)
    assert "Nothing in the project runs `tools.draft`." in text and "[[" not in text


@pytest.mark.parametrize(
    ("line", "cell", "expected"),
    [
        (4, None, (LIVE, True)),
        (6, None, (LIVE, True)),
        (8, None, (LIVE, False)),
        (1, None, (LIVE, False)),
    ],
)
def test_the_call_at_a_line(line: int, cell: int | None, expected: tuple[JudgedCall, bool]) -> None:
    assert explain.nearest_call(REPORT, "web/app.py", line, cell) == expected


def test_the_call_at_a_line_of_a_cell() -> None:
    path = "notebooks/eda.ipynb"
    assert explain.nearest_call(REPORT, path, 2, 3) == (UNKNOWN, True)
    assert explain.nearest_call(REPORT, path, 12) == (UNKNOWN, True)
    assert explain.nearest_call(REPORT, path, 2, 4) == (UNKNOWN, False)
    assert explain.nearest_call(REPORT, "web/none.py", 2) == (None, False)


def test_of_calls_within_one_another_the_innermost() -> None:
    outer = replace(LIVE, api_call=replace(LIVE.api_call, at=Location("web/app.py", 3, 1, 9, 2)))
    report = replace(REPORT, judged_calls=(outer, LIVE))
    assert explain.nearest_call(report, "web/app.py", 5) == (LIVE, True)
    assert explain.nearest_call(report, "web/app.py", 9) == (outer, True)


# --- Places, frames and what may not pass ---------------------------------------------------------


def test_places() -> None:
    assert place(Location("a.py", 3, 5, 3, 9), VIEW) == "a.py:3:5"
    assert place(Location("a.ipynb", 30, 5, 30, 9, 0, 2), VIEW) == "a.ipynb:cell 1:2:5"
    below = replace(VIEW, shown=lambda path: f"../{path}")
    assert place(Location("a.py", 3, 5, 3, 9), below) == "../a.py:3:5"


def test_terminal_sequences_in_the_source_do_not_reach_the_terminal() -> None:
    assert printable("a\x1b[2Jb\x07\u202e é 東") == "a\\x1b[2Jb\\x07\\u202e é 東"
    at = Location("a.py", 1, 1, 1, 5)
    assert frame(at, ["ask('\x1b[2J')"], color=False)[1] == "1 | ask('\\x1b[2J')"


def test_workflow_commands_in_messages_and_paths_stay_data() -> None:
    at = Location("a,b:c.py", 3, 5, 3, 9)
    report = replace(NOTHING, diagnostics=(Diagnostic("TL101", "x\n::error::y", at, (), "high", None),))
    assert FORMATS["github"](report, VIEW) == (
        "::warning file=a%2Cb%3Ac.py,line=3,col=5,endLine=3,endColumn=9,"
        "title=tierlint TL101 flex-candidate::x%0A::error::y\n"
    )


def test_github_is_told_where_in_a_notebook() -> None:
    report = replace(NOTHING, diagnostics=(replace(REPORT.hidden[0], hidden_because=None),))
    assert FORMATS["github"](report, VIEW) == (
        "::warning file=notebooks/eda.ipynb,title=tierlint TL101 flex-candidate::"
        "notebooks/eda.ipynb:cell 4:2: Hidden.\n"
    )


def test_github_shows_ten_annotations_and_the_rest_is_said() -> None:
    many = tuple(replace(REPORT.diagnostics[0], rule="TL101") for _ in range(11))
    last = FORMATS["github"](replace(NOTHING, diagnostics=many), VIEW).splitlines()[-1]
    assert last == "::notice title=tierlint::11 findings, of which GitHub annotates the first 10 of a step"


def test_a_long_call_is_cut_in_the_middle() -> None:
    lines = ["ask(", *[f"    {number}," for number in range(20)], ")"]
    assert frame(Location("a.py", 1, 1, 22, 2), lines, color=False) == [
        "   |",
        " 1 | ask(",
        "   | ^^^^",
        " 2 |     0,",
        " 3 |     1,",
        " 4 |     2,",
        " 5 |     3,",
        "   :",
        "22 | )",
        "   |",
    ]


def test_carets_stand_below_wide_characters_and_tabs() -> None:
    assert frame(Location("a.py", 1, 9, 1, 14), ["\tf('東');ask()"], color=False)[1:3] == [
        "1 |     f('東');ask()",
        "  |             ^^^^^",
    ]


def test_a_frame_of_lines_that_are_gone() -> None:
    assert frame(Location("a.py", 7, 1, 7, 5), ["x = 1"], color=False) == []
    assert frame(Location("a.py", 1, 1, 3, 5), ["ask("], color=False) == [
        "  |",
        "1 | ask(",
        "  | ^^^^",
        "  |",
    ]


def test_lines_of_files_and_notebooks(tmp_path: Path) -> None:
    (tmp_path / "a.py").write_bytes("# coding: latin-1\r\nx = 'é'\ry = 2\n".encode("latin-1"))
    assert read_lines(tmp_path / "a.py") == ["# coding: latin-1", "x = 'é'", "y = 2", ""]
    cells = [
        {"cell_type": kind, "metadata": {}, "source": text, "outputs": []}
        for kind, text in [("markdown", "# Title"), ("code", "x = 1\ny = 2"), ("code", "ask()")]
    ]
    (tmp_path / "b.ipynb").write_text(json.dumps({"cells": cells, "metadata": {}, "nbformat": 4}))
    assert read_lines(tmp_path / "b.ipynb")[:3] == ["x = 1", "y = 2", "ask()"]
    assert read_lines(tmp_path / "none.py") == []
