"""Build files and task runners read as commands."""

from __future__ import annotations

import pytest

from tests.manifests.rows import problems, read
from tierlint.manifests import interpret, read_manifests

# --- Python packaging ------------------------------------------------------------------------------


PACKAGE = """\
[project]
name = "harbour"
scripts = { "tide-table" = "harbour.tables:main" }

[project.gui-scripts]
chart = "harbour.chart:show [gui]"

[tool.poetry.scripts]
pilot = { reference = "harbour.pilot:run", type = "console" }
dump = { reference = "bin/dump.sh", type = "file" }

[tool.poe.tasks]
survey = "python survey.py"
chart = { cmd = "python chart.py", help = "x" }
both = ["survey", { script = "harbour.tables:main(deep=True)" }, { cmd = "python last.py" }]

[tool.poe.tasks.long]
shell = '''
python first.py
python second.py
'''

[tool.pdm.scripts]
serve = { cmd = ["uvicorn", "harbour.web:app"] }
start = { call = "harbour.tables:main" }
[tool.hatch.envs.docs.scripts]
build = ["python docs.py", "python links.py"]
[tool.taskipy.tasks]
lint = { cmd = "python lint.py" }

[tool.other.tasks]
off = "python off.py"
"""


def test_pyproject() -> None:
    assert read("coast/pyproject.toml", PACKAGE) == [
        ("manual", 3, "coast", "tide-table = harbour.tables:main"),
        ("manual", 6, "coast", "chart = harbour.chart:show [gui]"),
        ("manual", 9, "coast", "pilot = harbour.pilot:run"),
        ("manual", 13, "coast", "python survey.py"),
        ("manual", 14, "coast", "python chart.py"),
        ("manual", 15, "coast", "survey"),
        ("manual", 15, "coast", "call = harbour.tables:main"),
        ("manual", 15, "coast", "python last.py"),
        ("manual", 17, "coast", "python first.py"),
        ("manual", 17, "coast", "python second.py"),
        ("manual", 24, "coast", "uvicorn harbour.web:app"),
        ("manual", 25, "coast", "call = harbour.tables:main"),
        ("manual", 29, "coast", "python lint.py"),
        ("manual", 27, "coast", "python docs.py"),
        ("manual", 27, "coast", "python links.py"),
    ]


def test_console_script_is_a_function() -> None:
    files = {"coast/pyproject.toml": PACKAGE}
    commands, _ = read_manifests(files)
    targets = interpret(commands, files, ["coast/src/harbour/tables.py", "coast/src/harbour/chart.py"])
    assert [(t.name, t.command.at.line) for t in targets if t.kind == "function"] == [
        ("harbour.tables:main", 3),
        ("harbour.chart:show", 6),
        ("harbour.tables:main", 15),
        ("harbour.tables:main", 25),
    ]


def test_broken_toml_is_a_problem_with_its_line() -> None:
    assert problems("pyproject.toml", "[project]\nname = \n") == [("pyproject.toml", 2)]


def test_setup_cfg() -> None:
    text = (
        "[options.entry_points]\nconsole_scripts =\n    # off = harbour.off:main\n"
        "    tide = harbour.tables:main\n"
        "    chart=harbour.chart:show\npytest11 =\n    plug = harbour.plug:x\n"
    )
    assert read("setup.cfg", text) == [
        ("manual", 4, "", "tide = harbour.tables:main"),
        ("manual", 5, "", "chart = harbour.chart:show"),
    ]
    assert problems("setup.cfg", "name = harbour\n") == [("setup.cfg", 0)]


@pytest.mark.parametrize(
    "points",
    [
        "{'console_scripts': ['tide=harbour.tables:main', 'whole.line']}",
        "{'console_scripts': 'tide = harbour.tables:main', 'other': ['x = y:z']}",
        "'''\n[console_scripts]\ntide = harbour.tables:main\n'''",
        "POINTS",
    ],
)
def test_setup_py(points: str) -> None:
    text = f"POINTS = {{'gui_scripts': ['tide=harbour.tables:main']}}\nsetup(name='x', entry_points={points})\n"
    assert [row[3] for row in read("setup.py", text)] == ["tide = harbour.tables:main"]


def test_setup_py_without_and_beyond_literals() -> None:
    assert read("setup.py", "setup(name='x')\n") == []
    assert read("setup.py", "setup(entry_points=load())\n") == []
    assert read("pkg/setup.py", "print 'python 2'\n") == []


# --- Makefiles, justfiles, scripts -----------------------------------------------------------------


MAKEFILE = """\
PYTHON := python3
FLAGS = --deep
FLAGS += --wide
.PHONY: survey chart
ifeq ($(CI),1)
PYTHON = python
endif

survey chart: fetch | out
\t@echo "python off.py"
\t-$(PYTHON) $@.py \\
\t\t$(FLAGS) --cost $$5
# python commented.py
fetch: ; ${PYTHON} fetch.py
out: URL = http://x:1/y
define TEMPLATE
\tpython not-this.py
endef
\t
"""


def test_makefile() -> None:
    assert read("coast/Makefile", MAKEFILE) == [
        ("manual", 10, "coast", 'echo "python off.py"'),
        ("manual", 11, "coast", "python survey.py --deep --wide --cost $5"),
        ("manual", 14, "coast", "python fetch.py"),
    ]


def test_justfile() -> None:
    text = (
        "depth := '9'\nalias s := survey\n\n# comes first\nsurvey tide='low' *rest: fetch (chart \"x\")\n"
        "    @python survey.py --depth {{depth}} {{tide}}\n    # python off.py\n\n"
        "    -python more.py \\\n      --all\nfetch:\n  #!/usr/bin/env bash\n  cd gauges\n  python fetch.py\n"
        "chart x:\n  #!/usr/bin/env python\n  print(1)\n"
    )
    assert read("coast/justfile", text) == [
        ("manual", 6, "coast", "python survey.py --depth 9 $tide"),
        ("manual", 9, "coast", "python more.py --all"),
        ("manual", 13, "coast", "cd gauges"),
        ("manual", 14, "coast/gauges", "python fetch.py"),
        ("manual", 16, "coast", "python -c '#!/usr/bin/env python\nprint(1)\n'"),
    ]


def test_shell_script() -> None:
    text = "#!/bin/sh\nGAUGE=north\ncat <<EOF\npython off.py\nEOF\nif true; then\n  python $GAUGE.py\nfi\n"
    rows = read("bin/gauge.sh", text)
    assert ("manual", 7, "", "python north.py") in rows
    assert not [row for row in rows if row[3].startswith("python off")]


def test_script_without_ending_is_known_by_its_first_line() -> None:
    assert read("images/entrypoint", "#!/bin/bash\npython a.py\n") == [("manual", 2, "", "python a.py")]
    assert read("images/entrypoint", "#!/usr/bin/env python\nprint(1)\n") == []
    assert read("images/start", "python a.py\n") == []


def test_a_recipe_may_be_written_in_python() -> None:
    text = "tide:\n    #!/usr/bin/env python3\n    from sea import ebb\n    ebb()\nflow:\n    #!/usr/bin/env node\n"
    files = {"justfile": text}
    (target,) = interpret(read_manifests(files)[0], files, ["sea.py"])
    assert (target.kind, target.name) == ("function", "sea:ebb")


# --- Task runners ----------------------------------------------------------------------------------


def test_tox_sections() -> None:
    text = (
        "[tox]\nenv_list = py{311,312}\n[base]\ncommands =\n    python a.py\n[testenv:{ebb,flood}-tide]\n"
        "commands =\n    {[base]commands}\n    python b.py {posargs:--deep} \\\n        --wide\n"
    )
    rows = read("harbour/tox.ini", text)
    assert [row[3] for row in rows] == ["python a.py", "python b.py --deep --wide"]
    assert {row[2] for row in rows} == {"harbour"}


def test_nox_session_without_literals() -> None:
    text = (
        "from nox import session\n\n@session\ndef ebb(s):\n    s.run(*COMMAND)\n    s.notify('flood')\n"
        "    for part in PARTS:\n        s.run('python', part)\n\ndef helper(s):\n    s.run('python', 'off.py')\n"
    )
    assert read("noxfile.py", text) == [("manual", 5, "", "$posargs"), ("manual", 8, "", "python $value")]


def test_taskfile_and_dvc_and_hooks_without_commands() -> None:
    assert read("Taskfile.yml", "version: '3'\ntasks:\n  a: {cmds: [{task: b}], deps: [c]}\n  b: {desc: x}\n") == []
    assert read("dvc.yaml", "stages:\n  a: {deps: [x]}\nplots: [a.py]\n") == []
    assert read(".pre-commit-config.yaml", "repos:\n  - repo: meta\n    hooks: [{id: identity}]\n") == []


# --- Settings that name functions ------------------------------------------------------------------


def test_promptfoo_names_providers_assertions_and_prompts() -> None:
    text = (
        "prompts: [file://ebb.py:words, file://ebb.txt]\nproviders:\n  - id: file://lib/sea.py\n  - openai:gpt\n"
        "defaultTest: {assert: [{type: python, value: file://grade.py}]}\ndescription: file://ebb.py\n"
    )
    assert read("evals/promptfooconfig.yaml", text) == [
        ("evaluation", 1, "", "handler evals/ebb.py:words"),
        ("evaluation", 3, "", "handler evals/lib/sea.py:call_api"),
        ("evaluation", 5, "", "handler evals/grade.py:get_assert"),
    ]


def test_a_task_of_the_harness_names_functions_beside_it() -> None:
    text = "task: tides\nprocess_results: !function ebb.low\n# doc_to_text: !function ebb.high\n"
    assert read("tasks/tides.yaml", text) == [("evaluation", 2, "", "handler tasks/ebb.py:low")]
