"""The command line on real little projects: what it prints where, and its exit codes."""

from __future__ import annotations

import json
import os
import pty
import re
import subprocess
import sys
from pathlib import Path

import pytest

pytest.importorskip("tierlint.pipeline")

PYPROJECT = '[project]\nname = "shop"\ndependencies = ["openai>=3", "celery"]\n'
TASKS = """\
from celery import Celery
from openai import OpenAI

app = Celery("mail")
client = OpenAI(timeout=900)


@app.task
def summarise(letter: str) -> None:
    answer = client.responses.create(model="gpt-5.4", input=letter)
    print(answer.output_text)
"""
JOB = """\
import csv

from openai import OpenAI

client = OpenAI()


def label(rows):
    with open("labels.txt", "w") as out:
        for row in rows:
            out.write(client.responses.create(model="gpt-5.4", input=row["text"]).output_text)


if __name__ == "__main__":
    label(csv.DictReader(open("rows.csv")))
"""
UNKNOWN = """\
from openai import OpenAI


def ask(question: str) -> str:
    return OpenAI().responses.create(model="gpt-5.4", input=question).output_text
"""
LINE = 'client.responses.create(model="gpt-5.4", input=letter)'
FIXED = 'client.responses.create(model="gpt-5.4", input=letter, service_tier="flex")'


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    return write(tmp_path / "shop", {"pyproject.toml": PYPROJECT, "mail/tasks.py": TASKS, "mail/__init__.py": ""})


def write(root: Path, files: dict[str, str]) -> Path:
    for name, text in files.items():
        file = root / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)
    return root


def tierlint(folder: Path, *words: str, **environment: str) -> subprocess.CompletedProcess[str]:
    plain = {key: value for key, value in os.environ.items() if key not in ("NO_COLOR", "FORCE_COLOR", "CI")}
    return subprocess.run(
        [sys.executable, "-m", "tierlint", *words],
        cwd=folder,
        capture_output=True,
        text=True,
        env={**plain, **environment},
    )


def codes(output: str) -> list[str]:
    return re.findall(r"^\S+:\d+:\d+: (TL\d+)", output, re.MULTILINE)


def refused(folder: Path, *words: str) -> str:
    """The one line that a mistake gets."""
    done = tierlint(folder, *words)
    assert (done.returncode, done.stdout) == (2, ""), done.stdout + done.stderr
    assert done.stderr.count("\n") == 1, done.stderr
    return done.stderr.removeprefix("tierlint: error: ").removesuffix("\n")


# --- Exit codes and streams -----------------------------------------------------------------------


def test_findings_exit_with_1(shop: Path) -> None:
    done = tierlint(shop)
    assert (done.returncode, done.stderr) == (1, "")
    assert codes(done.stdout) == ["TL101"]
    assert done.stdout.splitlines()[-1] == (
        "1 finding (1 fixable with --fix): 1 call judged, 2 files read, 0 not readable, "
        "0 calls whose callee stayed unknown."
    )


def test_clean_exits_with_0(tmp_path: Path) -> None:
    done = tierlint(write(tmp_path, {"a.py": "x = 1\n"}))
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith("No findings: 0 calls judged, 1 file read")


def test_exit_zero(shop: Path) -> None:
    done = tierlint(shop, "--exit-zero")
    assert done.returncode == 0 and codes(done.stdout) == ["TL101"]


def test_check_is_what_is_done_without_a_command(shop: Path) -> None:
    wanted = tierlint(shop, "check", "--output-format", "concise").stdout
    assert codes(wanted) == ["TL101"]
    assert tierlint(shop, "--output-format", "concise").stdout == wanted
    assert tierlint(shop, "mail", "--output-format", "concise").stdout == wanted
    assert tierlint(shop, "./mail/tasks.py", "--output-format", "concise").stdout == wanted


def test_a_path_that_is_named_like_a_command(shop: Path) -> None:
    write(shop, {"calls/tasks.py": TASKS})
    assert codes(tierlint(shop, "./calls", "-q").stdout) == ["TL101"]
    assert tierlint(shop, "calls", "-q").returncode == 0


def test_warm_and_cold_cache_give_the_same_output(shop: Path) -> None:
    runs = [tierlint(shop, "--output-format", "json", *more).stdout for more in ((), (), ("--no-cache",))]
    assert runs[0] == runs[1] == runs[2]


def test_quiet_and_verbose(shop: Path) -> None:
    write(shop, {"old.py": 'print "x"\n'})
    quiet = tierlint(shop, "-q", "--output-format", "concise")
    assert quiet.stderr == "" and codes(quiet.stdout) == ["TL101"]
    assert "finding" not in tierlint(shop, "-q").stdout
    verbose = tierlint(shop, "-v", "--ignore", "TL101")
    assert "tierlint: 2 of 3 files read" in verbose.stderr
    assert "tierlint: hidden: mail/tasks.py:10: TL101: TL101 is not selected" in verbose.stderr


# --- Mistakes -------------------------------------------------------------------------------------


def test_a_missing_path(shop: Path) -> None:
    assert refused(shop, "nowhere.py") == "nowhere.py: no such file or directory"
    assert refused(shop, "calls", "mail", "nowhere") == "nowhere: no such file or directory"
    assert refused(shop, "explain", "mail:3").startswith("mail: a directory; write FILE:LINE")
    assert refused(shop, "explain", "nowhere.py:3") == "nowhere.py: no such file or directory"


@pytest.mark.skipif(sys.platform != "linux", reason="file names are text elsewhere")
def test_a_path_whose_name_is_not_text(shop: Path) -> None:
    name = os.fsdecode(b"caf\xe9.py")
    (shop / name).write_text(TASKS)
    assert refused(shop, name) == "'caf\\udce9.py': a name that is not valid text cannot be reported on"
    assert tierlint(shop).returncode == 1


def test_an_unknown_option(shop: Path) -> None:
    assert "No such option" in refused(shop, "--selct", "TL1")
    assert "--min-confidence" in refused(shop, "--min-confidence", "hihg")
    assert "--output-format" in refused(shop, "--output-format", "yaml")
    assert refused(shop, "--unsafe-fixes") == "--unsafe-fixes: give --fix or --diff with it"
    assert "--statistics" in refused(shop, "--statistics", "--output-format", "json")


def test_an_unknown_rule(shop: Path) -> None:
    assert refused(shop, "--select", "TL1,flex-candiate") == (
        "--select: there is no rule `flex-candiate`; did you mean `flex-candidate`?"
    )
    assert refused(shop, "--ignore", "E501").startswith("--ignore: there is no rule `E501`; rules: TL101")
    assert refused(shop, "rule", "flex-candiate") == (
        "rule: there is no rule `flex-candiate`; did you mean `flex-candidate`?"
    )
    assert refused(shop, "rule", "TL1") == "rule: `TL1` is more than one rule; give a whole code"


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("slect = []", "pyproject.toml: tool.tierlint.slect: unknown key; did you mean `select`?"),
        ("select = ['TL7']", "pyproject.toml: tool.tierlint.select: there is no rule `TL7`"),
        ("select = = 3", "pyproject.toml: is not valid TOML: Invalid value (at line 5, column 10)"),
        (
            "entry-point = [{ kind = 'queue-tusk', says = 'x', decorator = ['a.b'] }]",
            "pyproject.toml: tool.tierlint.entry-point[0].kind: unknown kind 'queue-tusk'; did you mean",
        ),
        (
            "entry-point = [{ kind = 'queue-task', says = 'x', decorater = ['a.b'] }]",
            "pyproject.toml: tool.tierlint.entry-point[0].decorater: unknown key; did you mean `decorator`?",
        ),
    ],
)
def test_mistakes_in_the_settings(shop: Path, line: str, expected: str) -> None:
    write(shop, {"pyproject.toml": f"{PYPROJECT}[tool.tierlint]\n{line}\n"})
    assert refused(shop).startswith(expected)


def test_a_missing_settings_file(shop: Path) -> None:
    assert refused(shop, "--config", "none.toml") == "none.toml: cannot be read: No such file or directory"


# --- Files that cannot be read ---------------------------------------------------------------------


def test_an_unreadable_file_that_was_only_found_is_a_warning(shop: Path) -> None:
    write(shop, {"old.py": 'print "x"\n'})
    done = tierlint(shop, "--output-format", "concise")
    assert (done.returncode, codes(done.stdout)) == (1, ["TL101"])
    assert done.stderr.startswith("tierlint: warning: old.py:1: not readable as Python 3")
    assert ", 1 not readable," in tierlint(shop).stdout


def test_an_unreadable_file_that_was_named_is_an_error(shop: Path) -> None:
    write(shop, {"old.py": 'print "x"\n'})
    assert tierlint(shop, "old.py").returncode == 2
    assert tierlint(shop, "calls", "old.py").returncode == 2
    assert tierlint(shop, "mail").returncode == 1


def test_a_diff_is_no_excuse_for_a_file_that_cannot_be_read(shop: Path) -> None:
    write(shop, {"old.py": 'print "x"\n'})
    done = tierlint(shop, "--diff", "old.py", "mail")
    assert done.returncode == 2 and "warning: old.py:1" in done.stderr and FIXED in done.stdout


def test_a_named_file_of_another_kind_is_said_to_be_left_out(shop: Path) -> None:
    write(shop, {"notes.txt": "x"})
    done = tierlint(shop, "notes.txt")
    assert done.returncode == 0
    assert done.stderr == "tierlint: warning: notes.txt: neither a Python file nor a notebook, left out\n"


def test_strict_makes_every_unreadable_file_an_error(shop: Path) -> None:
    write(shop, {"old.py": 'print "x"\n'})
    assert tierlint(shop, "--strict", "--exit-zero").returncode == 2
    write(shop, {"tierlint.toml": "strict = true\n"})
    assert tierlint(shop).returncode == 2


# --- Selection ------------------------------------------------------------------------------------


def test_selection(shop: Path) -> None:
    assert tierlint(shop, "--select", "TL2,TL3").returncode == 0
    assert tierlint(shop, "--ignore", "flex-candidate").returncode == 0
    assert tierlint(shop, "--ignore", "TL1", "--extend-select", "TL101").returncode == 1
    write(shop, {"tierlint.toml": "ignore = ['TL101']\n"})
    assert tierlint(shop).returncode == 0
    assert tierlint(shop, "--select", "TL101").returncode == 1


def test_named_paths_limit_the_report_and_not_the_analysis(shop: Path) -> None:
    write(
        shop,
        {
            "lib/__init__.py": "",
            "lib/ask.py": UNKNOWN,
            "mail/tasks.py": TASKS.replace("    answer = ", "    ask(letter)\n    answer = ").replace(
                "from openai", "from lib.ask import ask\nfrom openai"
            ),
        },
    )
    alone = tierlint(shop, "lib/ask.py", "--output-format", "concise")
    assert [line.partition(":")[0] for line in alone.stdout.splitlines()] == ["lib/ask.py"]
    assert codes(tierlint(shop / "lib", "-q", "--output-format", "concise").stdout) == ["TL101"]
    assert len(codes(tierlint(shop, "-q", "--output-format", "concise").stdout)) == 2


def test_a_package_of_a_repository_is_judged_as_a_part_of_it(tmp_path: Path) -> None:
    nightly = "on: {schedule: [{cron: '0 4 * * *'}]}\njobs: {j: {steps: [{run: python parcels/ask.py}]}}\n"
    parcels = {"parcels/pyproject.toml": "", "parcels/ask.py": UNKNOWN + '\n\nask("Where is it?")\n'}
    write(tmp_path, {"tierlint.toml": "", ".github/workflows/nightly.yml": nightly, **parcels})
    for words in ((".",), ("parcels",), ("parcels/ask.py",)):
        assert "schedule .github/workflows/nightly.yml:2" in tierlint(tmp_path, "calls", *words).stdout
    assert "nightly.yml" in tierlint(tmp_path, "explain", "parcels/ask.py:5").stdout
    # Started inside, or left out by the repository, it is a project of its own.
    assert "nightly.yml" not in tierlint(tmp_path / "parcels", "calls").stdout
    write(tmp_path, {"tierlint.toml": 'exclude = ["parcels"]'})
    assert "nightly.yml" not in tierlint(tmp_path, "calls", "parcels").stdout


def test_force_exclude_leaves_out_named_files(shop: Path) -> None:
    write(shop, {"tierlint.toml": "exclude = ['mail/']\n"})
    assert tierlint(shop, "mail/tasks.py").returncode == 1
    done = tierlint(shop, "--force-exclude", "mail/tasks.py")
    assert (done.returncode, done.stdout) == (0, "")


def test_statistics(shop: Path) -> None:
    done = tierlint(shop, "--statistics")
    assert (done.returncode, done.stdout) == (1, "1  TL101  flex-candidate, 1 with a fix\n")


# --- Fixing ---------------------------------------------------------------------------------------


def test_fix_changes_the_keyword_and_nothing_else(shop: Path) -> None:
    done = tierlint(shop, "--fix", "--show-fixes")
    assert done.returncode == 0, done.stdout + done.stderr
    assert (shop / "mail/tasks.py").read_text() == TASKS.replace(LINE, FIXED)
    assert done.stdout.startswith("No findings: 1 call judged")
    assert done.stderr.splitlines() == [
        'tierlint: fixed: mail/tasks.py:10:14: TL101 Add `service_tier="flex"`',
        "tierlint: applied 1 fix in 1 file",
    ]
    again = tierlint(shop, "--fix")
    assert again.returncode == 0 and (shop / "mail/tasks.py").read_text() == TASKS.replace(LINE, FIXED)


def test_unsafe_fixes_need_to_be_asked_for(tmp_path: Path) -> None:
    job = write(tmp_path, {"pyproject.toml": PYPROJECT, "label.py": JOB})
    assert tierlint(job, "--fix").returncode == 1
    assert (job / "label.py").read_text() == JOB
    assert tierlint(job, "--fix", "--unsafe-fixes").returncode == 0
    assert 'input=row["text"], service_tier="flex")' in (job / "label.py").read_text()


def test_diff_shows_and_writes_nothing(shop: Path) -> None:
    done = tierlint(shop, "--diff")
    assert done.returncode == 1
    assert done.stdout.splitlines()[:2] == ["--- a/mail/tasks.py", "+++ b/mail/tasks.py"]
    assert [line for line in done.stdout.splitlines()[3:] if line[:1] in "+-"] == [
        f"-    answer = {LINE}",
        f"+    answer = {FIXED}",
    ]
    assert (shop / "mail/tasks.py").read_text() == TASKS
    tierlint(shop, "--fix")
    after = tierlint(shop, "--diff", "-q")
    assert (after.returncode, after.stdout, after.stderr) == (0, "", "")


def test_an_ignored_finding_is_not_fixed_and_an_unused_ignore_is(shop: Path) -> None:
    ignored = TASKS.replace(LINE, f"{LINE}  # tierlint: ignore[TL101] the partner polls")
    write(shop, {"mail/tasks.py": ignored})
    assert tierlint(shop, "--fix").returncode == 0
    assert (shop / "mail/tasks.py").read_text() == ignored
    write(shop, {"mail/tasks.py": TASKS.replace(LINE, f"{FIXED}  # tierlint: ignore[TL101] the partner polls")})
    assert codes(tierlint(shop).stdout) == ["TL901"]
    assert tierlint(shop, "--fix").returncode == 0
    assert (shop / "mail/tasks.py").read_text() == TASKS.replace(LINE, FIXED)


# --- Formats --------------------------------------------------------------------------------------


def test_json_has_the_fix_and_the_way_to_the_call(shop: Path) -> None:
    document = json.loads(tierlint(shop, "--output-format", "json").stdout)
    assert (document["version"], document["problems"]) == (1, [])
    [one] = document["diagnostics"]
    assert (one["code"], one["path"], one["line"], one["column"]) == ("TL101", "mail/tasks.py", 10, 14)
    assert one["fix"]["safety"] == "safe" and one["related"][0]["line"] in (8, 9)
    assert len(one["fingerprint"]) == 16


def test_fingerprints_stay_when_code_above_grows(shop: Path) -> None:
    def fingerprints() -> list[str]:
        found = json.loads(tierlint(shop, "--output-format", "json").stdout)["diagnostics"]
        return [one["fingerprint"] for one in found]

    before = fingerprints()
    write(shop, {"mail/tasks.py": "import re\n\n" + TASKS})
    assert fingerprints() == before != []


def test_github(shop: Path) -> None:
    done = tierlint(shop, "--output-format", "github")
    assert done.stdout.startswith("::warning file=mail/tasks.py,line=10,col=14,endLine=10,")


def test_the_output_format_may_stand_in_the_settings(shop: Path) -> None:
    write(shop, {"tierlint.toml": "output-format = 'concise'\n"})
    assert tierlint(shop).stdout.count("\n") == 1
    assert tierlint(shop, "--output-format", "text").stdout.count("\n") > 1


CONTRACT = (
    "path line column end_line end_column cell cell_line callee method sdk api provider host model tier "
    "stream function verdict confidence fan_out fixable route entries evidence"
)


def test_calls_as_json_keep_the_contract(shop: Path) -> None:
    write(shop, {"lib.py": UNKNOWN})
    done = tierlint(shop, "calls", "--output-format", "json")
    document = json.loads(done.stdout)
    assert done.returncode == 0
    assert list(document) == ["version", "tierlint", "models_as_of", "calls", "problems"]
    assert re.fullmatch(r"\d{4}-\d\d-\d\d", document["models_as_of"])
    unknown, task = document["calls"]
    assert " ".join(task) == " ".join(unknown) == CONTRACT
    assert (task["path"], task["line"], task["column"]) == ("mail/tasks.py", 10, 14)
    assert (task["verdict"], task["fixable"], task["tier"], task["cell"]) == ("flex", True, None, None)
    assert task["entries"][0]["kind"] == "queue-task"
    assert (unknown["verdict"], unknown["entries"]) == ("undetermined", [])


def test_calls_as_text(shop: Path) -> None:
    done = tierlint(shop, "calls")
    assert done.stdout.splitlines()[1].split()[:5] == [
        "mail/tasks.py:10:14",
        "client.responses.create",
        "flex",
        "high",
        "queue-task",
    ]


# --- Explain, rule, help, version -----------------------------------------------------------------


def test_explain(shop: Path) -> None:
    done = tierlint(shop, "explain", "mail/tasks.py:10")
    assert done.returncode == 0
    assert "Verdict: flex, high confidence" in done.stdout and "TL101 flex-candidate" in done.stdout
    # Places are named as they are reached from where tierlint was started.
    below = tierlint(shop / "mail", "explain", "tasks.py:10:14").stdout
    assert below.replace("tasks.py:", "mail/tasks.py:") == done.stdout


def test_explain_away_from_a_call_names_the_nearest(shop: Path) -> None:
    assert refused(shop, "explain", "mail/tasks.py:4") == (
        "mail/tasks.py:4: there is no API call here; the nearest is mail/tasks.py:10"
    )
    assert refused(shop, "explain", "mail/__init__.py:1") == ("mail/__init__.py: there is no API call in this file")
    assert refused(shop, "explain", "mail/tasks.py") == (
        "mail/tasks.py: not a place; write FILE:LINE, for example app/tasks.py:31"
    )


def test_what_explain_proposes_settles_it(tmp_path: Path) -> None:
    write(tmp_path, {"pyproject.toml": PYPROJECT, "lib.py": UNKNOWN})
    before = tierlint(tmp_path, "explain", "lib.py:5").stdout
    assert "Verdict: undetermined" in before
    start = before.index("[[tool.tierlint.entry-point]]")
    proposal = "".join(line.strip() + "\n" for line in before[start:].splitlines())
    write(tmp_path, {"pyproject.toml": PYPROJECT + proposal})
    after = tierlint(tmp_path, "explain", "lib.py:5").stdout
    assert "Verdict: flex" in after and "who starts it, and who waits" in after


def test_explain_in_a_notebook(tmp_path: Path) -> None:
    cells = [
        {"cell_type": "code", "metadata": {}, "outputs": [], "execution_count": None, "source": source}
        for source in (
            "from openai import OpenAI\nclient = OpenAI()",
            'client.responses.create(model="gpt-5.4")',
        )
    ]
    book = {"cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 5}
    write(tmp_path, {"pyproject.toml": PYPROJECT, "eda.ipynb": json.dumps(book)})
    done = tierlint(tmp_path, "explain", "eda.ipynb:cell 2:1")
    assert done.stdout.startswith("eda.ipynb:cell 2:1:1\n")
    assert "1 | client.responses.create" in done.stdout


def test_rule_pages(shop: Path) -> None:
    page = tierlint(shop, "rule", "TL101").stdout
    assert page.startswith("# flex-candidate (TL101)\n\nNobody waits")
    assert tierlint(shop, "rule", "flex-candidate").stdout == page == tierlint(shop, "rule", "tl101").stdout
    assert tierlint(shop, "rule").stdout.splitlines()[0].startswith("TL101  flex-candidate: ")


def test_help_and_version(shop: Path) -> None:
    assert re.fullmatch(r"tierlint \d+\.\d+\.\d+\S*\n", tierlint(shop, "--version").stdout)
    done = tierlint(shop, "--help")
    assert done.returncode == 0 and "tierlint check [PATHS]" in done.stdout
    assert "--unsafe-fixes" in tierlint(shop, "check", "--help").stdout


def test_version_imports_nothing_heavy(shop: Path) -> None:
    code = (
        "import sys; from tierlint.cli import main\n"
        "try: main(['--version'])\n"
        "except SystemExit: print(sorted({'msgspec', 'libcst', 'yaml', 'pathspec'} & {*sys.modules}))"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=shop, capture_output=True, text=True)
    assert done.stdout.splitlines()[-1] == "[]"


# --- Terminals ------------------------------------------------------------------------------------


def test_colour_only_where_it_is_wanted(shop: Path) -> None:
    assert "\x1b[" not in tierlint(shop).stdout
    assert "\x1b[" in tierlint(shop, FORCE_COLOR="1").stdout
    assert "\x1b[" not in tierlint(shop, FORCE_COLOR="1", NO_COLOR="1").stdout


@pytest.mark.skipif(sys.platform == "win32", reason="no pseudo-terminals")
@pytest.mark.parametrize(("variable", "is_coloured"), [("PLAIN", True), ("CI", False), ("NO_COLOR", False)])
def test_colour_on_a_terminal(shop: Path, variable: str, is_coloured: bool) -> None:
    ours, theirs = pty.openpty()
    plain = {key: value for key, value in os.environ.items() if key not in ("NO_COLOR", "FORCE_COLOR", "CI")}
    environment = {**plain, "TERM": "xterm", variable: "1"}
    command = [sys.executable, "-m", "tierlint", "--statistics"]
    subprocess.run(command, cwd=shop, stdout=theirs, env=environment, check=False)
    os.close(theirs)
    assert (b"\x1b[" in os.read(ours, 10_000)) is is_coloured
    os.close(ours)


def test_source_that_the_terminal_cannot_show(shop: Path) -> None:
    write(shop, {"mail/tasks.py": TASKS.replace("input=letter", 'input="東" + letter')})
    done = tierlint(shop, PYTHONIOENCODING="latin-1")
    assert done.returncode == 1 and "\\u6771" in done.stdout


def test_a_closed_pipe_is_no_traceback(shop: Path) -> None:
    command = f'"{sys.executable}" -m tierlint rule TL101 | true'
    done = subprocess.run(["sh", "-c", command], cwd=shop, capture_output=True, text=True)
    assert "Traceback" not in done.stderr and "BrokenPipe" not in done.stderr


def test_nothing_of_the_project_is_run_by_python_dash_m(tmp_path: Path) -> None:
    for name in ("click", "msgspec", "typing", "yaml", "pathspec"):
        (tmp_path / f"{name}.py").write_text("raise SystemExit('the analysed project was run')\n")
    done = subprocess.run(
        [sys.executable, "-m", "tierlint", "calls"], cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert "5 files read" in done.stdout
