"""Deployment files read as commands: every format with its near-misses, on texts with names of their own."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tierlint import config
from tierlint.manifests import GLOBS, READERS, interpret, read_manifests, shell
from tierlint.manifests.places import matches
from tierlint.model import Command
from tierlint.pipeline import analyze

# (when, line, directory, text)
Row = tuple[str, int, str, str]


def read(path: str, text: str) -> list[Row]:
    commands, problems = read_manifests({path: text})
    assert not problems
    assert all(command.at.path == path for command in commands)
    return [(c.when, c.at.line, c.directory, c.text) for c in commands]


def problems(path: str, text: str) -> list[tuple[str, int]]:
    commands, found = read_manifests({path: text})
    assert not commands
    return [(problem.path, problem.line) for problem in found]


# --- GitHub Actions -------------------------------------------------------------------------------

TIDES = """\
name: tides
on:
  push:
    branches: [main]
  schedule:
    # - cron: "0 0 * * *"
    - cron: "15 3 * * 1"
  workflow_dispatch:
env:
  GAUGE: gauges/north.py
defaults:
  run:
    working-directory: harbour
jobs:
  survey:
    runs-on: ubuntu-latest
    steps:
      - uses: actions/checkout@v4
      - name: one line
        run: python survey.py --deep
      - run: |
          # python commented.py
          cd piers

          python soundings.py \\
            --metres 5
          python $GAUGE
      - working-directory: buoys
        run: >-
          python drift.py
          --all
"""


def test_workflow_gives_every_line_for_every_trigger_with_the_schedule_first() -> None:
    rows = read(".github/workflows/tides.yml", TIDES)
    assert [row for row in rows if row[0] == "schedule"] == [
        ("schedule", 20, "harbour", "python survey.py --deep"),
        ("schedule", 23, "harbour", "cd piers"),
        ("schedule", 25, "harbour/piers", "python soundings.py --metres 5"),
        ("schedule", 27, "harbour/piers", "python gauges/north.py"),
        ("schedule", 29, "buoys", "python drift.py --all"),
    ]
    assert [row[0] for row in rows[:3]] == ["schedule", "event", "manual"]


def test_workflow_location_covers_the_command() -> None:
    commands, _ = read_manifests({".github/workflows/tides.yml": TIDES})
    soundings = next(command for command in commands if "soundings" in command.text)
    at = soundings.at
    assert (at.line, at.column, at.end_line, at.end_column) == (25, 11, 26, 23)


@pytest.mark.parametrize(
    ("trigger", "when"),
    [
        ("schedule: [{cron: '0 1 * * *'}]", ["schedule"]),
        ("schedule:", []),
        ("workflow_dispatch:", ["manual"]),
        ("workflow_call:", ["manual"]),
        ("issue_comment:", ["event"]),
        ("pull_request: {branches: [main]}", ["event"]),
        ("repository_dispatch:\n  workflow_dispatch:", ["event", "manual"]),
    ],
)
def test_workflow_triggers(trigger: str, when: list[str]) -> None:
    text = f"on:\n  {trigger}\njobs:\n  ebb:\n    steps:\n      - run: python ebb.py\n"
    assert [row[0] for row in read(".github/workflows/ebb.yaml", text)] == when


@pytest.mark.parametrize("trigger", ["push", "[push, issues]"])
def test_workflow_triggers_in_short(trigger: str) -> None:
    text = f"on: {trigger}\njobs:\n  ebb:\n    steps:\n      - run: python ebb.py\n"
    assert [row[0] for row in read(".github/workflows/ebb.yml", text)] == ["event"]


@pytest.mark.parametrize(
    ("condition", "when"),
    [
        ("github.event_name == 'schedule'", ["schedule"]),
        ("${{ github.event_name != 'schedule' }}", ["event"]),
        ("always()", ["schedule", "event"]),
    ],
)
def test_workflow_step_for_one_event(condition: str, when: list[str]) -> None:
    text = (
        "on:\n  push:\n  schedule: [{cron: '0 1 * * *'}]\n"
        f"jobs:\n  ebb:\n    steps:\n      - if: {condition}\n        run: python ebb.py\n"
    )
    assert [row[0] for row in read(".github/workflows/ebb.yml", text)] == when


def test_workflow_job_without_run() -> None:
    text = "on: push\njobs:\n  ebb:\n    steps:\n      - uses: actions/checkout@v4\n  flow: {}\n"
    assert read(".github/workflows/ebb.yml", text) == []


def test_workflow_matrix_and_python_shell() -> None:
    text = (
        "on: push\njobs:\n  ebb:\n    strategy:\n      matrix:\n"
        "        gauge: [north, south]\n        python-version: ['3.10', '3.14']\n"
        "    steps:\n      - run: python gauges/${{ matrix.gauge }}.py\n"
        "      - shell: python\n        run: |\n          import harbour\n          harbour.open()\n"
    )
    rows = read(".github/workflows/ebb.yml", text)
    assert [row[3] for row in rows if row[1] == 9] == ["python gauges/north.py", "python gauges/south.py"]
    assert [row[3] for row in rows if row[1] == 11] == ["python -c 'import harbour\nharbour.open()\n'"]


def test_workflow_follows_local_actions_and_workflows_with_its_own_trigger() -> None:
    step = "    steps:\n      - run: python gauge.py\n        shell: bash\n"
    files = {
        ".github/workflows/ebb.yml": (
            "on:\n  schedule: [{cron: '0 1 * * *'}]\njobs:\n  a:\n    uses: ./.github/workflows/inner.yml\n"
            "  b:\n    steps:\n      - uses: ./.github/actions/dredge\n"
        ),
        ".github/workflows/inner.yml": f"on: workflow_call\njobs:\n  ebb:\n{step}",
        ".github/actions/dredge/action.yml": f"runs:\n{step.replace('gauge', 'dredge')}",
    }
    commands, _ = read_manifests(files)
    targets = interpret(commands, files, ["gauge.py", "dredge.py"])
    assert {(t.name, t.command.when, t.command.at.path, t.command.at.line) for t in targets} == {
        ("gauge.py", "schedule", ".github/workflows/ebb.yml", 5),
        ("gauge.py", "manual", ".github/workflows/inner.yml", 5),
        ("dredge.py", "schedule", ".github/workflows/ebb.yml", 8),
    }


@pytest.mark.parametrize(
    "text",
    ["", "jobs:", "on: push\njobs: [1]", "on: push\njobs:\n  a:\n    steps: x", "- 1", "on: {push: &a [*a]}"],
)
def test_workflow_that_is_none(text: str) -> None:
    assert read(".github/workflows/ebb.yml", text) == []


def test_nested_workflow_runs_from_its_own_root() -> None:
    text = "on: push\njobs:\n  ebb:\n    steps:\n      - run: python ebb.py\n"
    assert read("template/.github/workflows/ebb.yml", text) == [("event", 5, "template", "python ebb.py")]


def test_broken_yaml_is_a_problem_with_its_line() -> None:
    assert problems(".github/workflows/ebb.yml", "on: push\njobs: [\n") == [(".github/workflows/ebb.yml", 3)]


# --- Crontabs ---------------------------------------------------------------------------------------

CRONTAB = """\
# m h dom mon dow command
MAILTO=harbour@example.org
HARBOUR=/srv/harbour
*/5 * * * * python $HARBOUR/gauges/poll.py >> /var/log/poll.log 2>&1
# 0 3 * * * python commented.py
@daily cd /srv/harbour && python -m harbour.report
@reboot python serve.py
0 6 * JAN-MAR MON-FRI date +\\%F && python stamp.py % ignored
not a line
* * *
"""


def test_crontab() -> None:
    assert read("deploy/crontab", CRONTAB) == [
        ("schedule", 4, "", "python /srv/harbour/gauges/poll.py >> /var/log/poll.log 2>&1"),
        ("schedule", 6, "", "cd /srv/harbour && python -m harbour.report"),
        ("service", 7, "", "python serve.py"),
        ("schedule", 8, "", "date +%F && python stamp.py"),
    ]


@pytest.mark.parametrize(
    ("path", "line", "text"),
    [
        ("cron.d/harbour", "0 1 * * * pilot python x.py", "python x.py"),
        ("etc/cron.d/harbour", "@hourly root /opt/x.sh", "/opt/x.sh"),
        ("crontab", "0 1 * * * pilot python x.py", "python x.py"),
        ("crontab", "0 1 * * * python /srv/x.py", "python /srv/x.py"),
        ("crontab", "0 1 * * * pilotctl x.py", "pilotctl x.py"),
        ("ops/tides.cron", "0 1 * * * bash x.sh", "bash x.sh"),
    ],
)
def test_crontab_user_column(path: str, line: str, text: str) -> None:
    assert [row[3] for row in read(path, f"{line}\n")] == [text]


def test_file_of_another_format_called_crontab() -> None:
    assert read("evals/crontab.jsonl", '{"input": "0 1 * * * python x.py"}\n0 1 * * * python x.py\n') == []


# --- Kubernetes ---------------------------------------------------------------------------------------

CLUSTER = """\
apiVersion: batch/v1
kind: CronJob
metadata: {name: tides}
spec:
  schedule: "0 2 * * *"
  jobTemplate:
    spec:
      template:
        spec:
          initContainers:
            - name: wait
              command: ["sh", "-c", "python wait.py"]
          containers:
            - name: tides
              command:
                - python
                - -m
              args: [harbour.tides, "--all gauges"]
              workingDir: /srv/harbour
            - name: sidecar
---
kind: Job
spec: {template: {spec: {containers: [{command: [python, backfill.py]}]}}}
---
kind: StatefulSet
spec:
  template:
    spec:
      containers:
        - args: ["uvicorn", "harbour.web:app"]
---
kind: ConfigMap
spec:
  containers:
    - command: [python, ignored.py]
"""


def test_kubernetes() -> None:
    assert read("k8s/tides.yaml", CLUSTER) == [
        ("schedule", 12, "", "sh -c 'python wait.py'"),
        ("schedule", 16, "srv/harbour", "python -m harbour.tides '--all gauges'"),
        ("manual", 23, "", "python backfill.py"),
        ("service", 30, "", "uvicorn harbour.web:app"),
    ]


def test_kubernetes_list_and_argo() -> None:
    text = (
        "kind: List\nitems:\n  - kind: CronJob\n    spec:\n      containers:\n"
        "        - command: [python, a.py]\n---\n"
        "kind: CronWorkflow\nspec:\n  workflowSpec:\n    templates:\n      - container:\n"
        "          command: [python, b.py]\n"
    )
    assert [(row[0], row[3]) for row in read("tides.yml", text)] == [
        ("schedule", "python a.py"),
        ("schedule", "python b.py"),
    ]


def test_helm_template_gives_what_can_be_read_or_nothing() -> None:
    text = (
        '{{- if .Values.tides.enabled }}\nkind: CronJob\nmetadata:\n  name: {{ include "tides.name" . }}\n'
        "  {{- with .Values.labels }}\n  labels: {{- toYaml . | nindent 4 }}\n  {{- end }}\nspec:\n"
        "  containers:\n    - image: {{ .Values.image }}\n      command: [python, tides.py]\n{{- end }}\n"
    )
    assert read("chart/templates/cron.yaml", text) == [("schedule", 11, "", "python tides.py")]
    assert read("chart/templates/odd.yaml", "kind: Job\nspec: {{ if x }}\n  - a\n b: [\n{{ end }}\n") == []


@pytest.mark.parametrize("text", ["key: [", "kind: CronTable\nspec: [", "# kind of\na: ["])
def test_yaml_of_another_kind_is_not_even_parsed(text: str) -> None:
    assert read("data/tides.yaml", text) == []


def test_kubernetes_problem_and_circle() -> None:
    assert problems("k8s/tides.yaml", "kind: CronJob\nspec: [") == [("k8s/tides.yaml", 3)]
    assert read("k8s/tides.yaml", "kind: Job\nspec: &x\n  again: *x\n") == []


# --- Procfile, compose, Dockerfile -----------------------------------------------------------------------


def test_procfile() -> None:
    text = "web: gunicorn harbour.wsgi\n# worker: python off.py\nrelease: python manage.py migrate\nnonsense\n"
    assert read("harbour/Procfile.prod", text) == [
        ("service", 1, "harbour", "gunicorn harbour.wsgi"),
        ("manual", 3, "harbour", "python manage.py migrate"),
    ]


COMPOSE = """\
x-common: &common
  build: {context: ../pilot, dockerfile: Dockerfile}
services:
  web:
    <<: *common
    command: uvicorn pilot.web:app
      --port 80
  worker:
    build: ..
    working_dir: /code/pilot
    volumes: ["./data:/data", "./src:/code"]
    entrypoint: ["python", "-m"]
    command:
      - pilot.worker
      - $$QUEUE
  database:
    image: postgres
volumes:
  command: python ignored.py
"""


def test_compose() -> None:
    assert read("deploy/docker-compose.prod.yml", COMPOSE) == [
        ("service", 6, "pilot", "uvicorn pilot.web:app --port 80"),
        ("service", 12, "deploy/src/pilot", "python -m pilot.worker '$QUEUE'"),
    ]


def test_compose_file_without_services() -> None:
    assert read("compose.yaml", "command: python x.py\n") == []


IMAGE = """\
# syntax=docker/dockerfile:1
ARG BASE=python:3.12
FROM ${BASE} AS base
WORKDIR /srv/app
ENV MODULE=pilot.web PORT=80
COPY requirements.txt .
COPY --chown=1:1 backend/ .
RUN --mount=type=cache,target=/root python -m compileall backend
RUN <<EOF
CMD ["python", "not-this.py"]
EOF
ENTRYPOINT ["python", "-m"]

FROM base AS web
CMD ["uvicorn", \\
     # a comment between
     "pilot.web:app"]

FROM base AS shell
ENTRYPOINT exec python -m $MODULE
CMD ["ignored"]

FROM python:3.12
CMD ["python", "old.py"]
CMD python new.py --port $PORT
"""


def test_dockerfile() -> None:
    assert read("pilot/Dockerfile", IMAGE) == [
        ("manual", 8, "pilot/backend", "python -m compileall backend"),
        ("manual", 9, "pilot/backend", 'sh <<EOF\nCMD ["python", "not-this.py"]\nEOF'),
        ("service", 12, "pilot/backend", "python -m"),
        ("service", 15, "pilot/backend", "python -m uvicorn pilot.web:app"),
        ("service", 20, "pilot/backend", "exec python -m pilot.web"),
        ("service", 25, "pilot", "python new.py --port 80"),
    ]


def test_environment_that_names_the_application() -> None:
    image = 'FROM python\nENV FLASK_APP=pilot.web PORT=80\nCMD ["flask", "run", "-p", "80"]\n'
    assert read("Dockerfile", image) == [("service", 3, "", "export FLASK_APP=pilot.web; flask run -p 80")]
    assert read("Dockerfile", image.replace('"flask", "run"', '"python", "x.py"'))[0][3] == "python x.py -p 80"
    for environment in ("[FLASK_APP=pilot.web, DEBUG]", "{FLASK_APP: pilot.web}"):
        files = {"compose.yml": f"services:\n  web:\n    environment: {environment}\n    command: flask run\n"}
        commands, _ = read_manifests(files)
        assert [t.name for t in interpret(commands, files, ["pilot/web.py"])] == ["pilot.web:app"]


def test_dockerfile_paths_of_the_image_are_those_of_the_project() -> None:
    files = {
        "ops/images/Dockerfile": 'FROM python\nWORKDIR /c\nCOPY . .\nCMD ["python", "/c/pilot/steer.py"]\n',
        "ops/entry.Dockerfile": 'FROM x\nCOPY ops/start.sh /\nENTRYPOINT ["/start.sh"]\nCMD ["--fast"]\n',
        "ops/start.sh": 'python -m pilot.anchor "$@"\n',
        "pilot/Dockerfile": "FROM python\nWORKDIR /code\nCMD uvicorn anchor:app\n",
        "absent/Dockerfile": "FROM python\n# CMD python pilot/steer.py\nCMD python /code/missing.py\n",
    }
    commands, found = read_manifests(files)
    targets = interpret(commands, files, ["pilot/steer.py", "pilot/anchor.py"])
    assert not found
    assert [(t.name, t.arguments, t.command.directory, t.command.at.path) for t in targets] == [
        ("pilot.anchor", ("--fast",), "", "ops/entry.Dockerfile"),
        ("pilot/steer.py", (), "", "ops/images/Dockerfile"),
        ("anchor:app", (), "pilot", "pilot/Dockerfile"),
    ]


# --- Python packaging --------------------------------------------------------------------------------

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


# --- Makefiles, justfiles, scripts ------------------------------------------------------------------------

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


# --- GitLab, CircleCI, Azure, Jenkins -----------------------------------------------------------------


def read_all(files: dict[str, str]) -> list[tuple[str, str, int, str, str]]:
    commands, found = read_manifests(files)
    assert not found
    return [(c.when, c.at.path, c.at.line, c.directory, c.text) for c in commands]


@pytest.mark.parametrize(
    ("rules", "when"),
    [
        ("", ["event"]),
        ("when: manual", ["manual"]),
        ("only: [schedules]", ["schedule"]),
        ("only: {refs: [schedules, main]}", ["schedule", "event"]),
        ("only: [main]", ["event"]),
        ("except: [schedules]", ["event"]),
        ("rules: [{if: '$CI_PIPELINE_SOURCE == \"schedule\"'}]", ["schedule"]),
        ("rules: [{if: '$CI_PIPELINE_SOURCE != \"schedule\"'}]", ["event"]),
        ("rules: [{if: '$CI_PIPELINE_SOURCE == \"schedule\" && $DEEP'}]", ["schedule"]),
        ('rules: [{if: \'$CI_PIPELINE_SOURCE == "web" || $CI_PIPELINE_SOURCE == "schedule"\'}]', ["schedule", "event"]),
        ("rules: [{if: '$CI_PIPELINE_SOURCE == \"schedule\"', when: never}, {when: on_success}]", ["event"]),
        ("rules: [{if: '$CI_PIPELINE_SOURCE == \"schedule\"', when: manual}]", ["manual"]),
        ("rules: [{if: $CI_COMMIT_TAG}]", ["event"]),
        ("rules: [{if: $CI_MERGE_REQUEST_IID}, {if: '$CI_PIPELINE_SOURCE == \"schedule\"', when: never}]", ["event"]),
        ("rules: [{changes: [gauge.py], when: manual}, {when: never}]", ["manual"]),
        ("rules: [{when: never}]", []),
    ],
)
def test_gitlab_rules(rules: str, when: list[str]) -> None:
    text = f"ebb:\n  script: python ebb.py\n  {rules}\n"
    assert [row[0] for row in read(".gitlab-ci.yml", text)] == when


def test_gitlab_pipeline_that_only_a_schedule_starts() -> None:
    text = (
        "workflow:\n  rules:\n    - if: $CI_PIPELINE_SOURCE == 'schedule'\n    - when: never\n"
        "ebb:\n  script: python ebb.py\n"
    )
    assert [row[0] for row in read(".gitlab-ci.yml", text)] == ["schedule"]


GITLAB = """\
include:
  - local: 'ci/*.yml'
  - ci/absent.yml
  - https://example.org/x.yml
variables:
  GAUGE: {value: north, description: which}
before_script:
  - cd harbour
survey:
  extends: [.slow, .deep]
  script:
    - !reference [.deep, script]
    - &last python last.py
  after_script: [*last]
child:
  trigger:
    include: [{local: ci/child/pipeline.yml}]
  only: [schedules]
"""


def test_gitlab_includes_extends_and_child_pipelines() -> None:
    files = {
        ".gitlab-ci.yml": GITLAB,
        "ci/deep.yml": ".deep:\n  script:\n    - |\n      python deep.py $GAUGE\n  variables: {GAUGE: south}\n",
        "ci/slow.yml": ".slow: {variables: {GAUGE: east}, script: python slow.py}\nsurvey: {script: [python off.py]}\n",
        "ci/child/pipeline.yml": "flood:\n  script: python flood.py\n",
    }
    assert read_all(files) == [
        ("event", ".gitlab-ci.yml", 8, "", "cd harbour"),
        ("event", "ci/deep.yml", 4, "harbour", "python deep.py south"),
        ("event", ".gitlab-ci.yml", 13, "harbour", "python last.py"),
        ("event", ".gitlab-ci.yml", 13, "", "python last.py"),
        ("schedule", "ci/child/pipeline.yml", 2, "", "python flood.py"),
    ]


def test_circleci_conditions_of_a_workflow() -> None:
    text = (
        "jobs:\n  ebb:\n    environment: {GAUGE: north}\n    steps:\n"
        "      - run: {command: python ebb.py $GAUGE, working_directory: harbour}\n"
        "      - when: {condition: x, steps: [{run: python if.py}]}\n"
        "      - run: {command: uvicorn x:y, background: true}\n"
        "workflows:\n  a:\n    when: {equal: [scheduled_pipeline, << pipeline.trigger_source >>]}\n    jobs: [ebb]\n"
    )
    assert read(".circleci/config.yml", text) == [
        ("schedule", 5, "harbour", "python ebb.py north"),
        ("schedule", 6, "", "python if.py"),
        ("service", 7, "", "uvicorn x:y"),
    ]


def test_circleci_job_that_no_workflow_uses() -> None:
    text = "jobs:\n  build: {steps: [{run: python a.py}]}\nworkflows:\n  w: {jobs: [other]}\n"
    assert read(".circleci/config.yml", text) == []
    assert [row[0] for row in read(".circleci/config.yml", text.partition("workflows")[0])] == ["event"]


@pytest.mark.parametrize(
    ("head", "when"),
    [
        ("trigger: [main]\n", ["event"]),
        ("schedules: [{cron: '0 1 * * *'}]\n", ["schedule", "event"]),
        ("trigger: none\npr: none\n", ["manual"]),
        ("trigger: none\npr: none\nschedules: [{cron: '0 1 * * *'}]\n", ["schedule"]),
        ("parameters: [{name: x}]\n", []),
    ],
)
def test_azure_triggers(head: str, when: list[str]) -> None:
    text = f"{head}steps:\n  - script: python ebb.py\n"
    assert [row[0] for row in read("azure-pipelines.yml", text)] == when


def test_azure_pipeline_of_any_name() -> None:
    text = "schedules: [{cron: '0 1 * * *'}]\ntrigger: none\npr: none\nsteps:\n  - script: python ebb.py\n"
    assert [row[0] for row in read("eng/nightly.yml", text)] == ["schedule"]
    assert read("eng/nightly.yml", text.partition("steps")[2]) == []
    handed = text.partition("steps")[0] + (
        "extends:\n  template: base.yml@other\n  parameters:\n    stages:\n      - stage: x\n        jobs:\n"
        "          - {job: y, steps: [{bash: python flood.py}]}\n"
    )
    assert [row[::3] for row in read("eng/nightly.yml", handed)] == [("schedule", "python flood.py")]
    assert read("eng/steps.yml", text[text.index("steps") :]) == []


def test_azure_conditions_deployments_and_inline_python() -> None:
    text = (
        "trigger: [main]\nschedules: [{cron: '0 1 * * *'}]\njobs:\n"
        "  - deployment: a\n    condition: and(succeeded(), eq(variables['Build.Reason'], 'Schedule'))\n"
        "    strategy:\n      runOnce:\n        deploy:\n          steps:\n"
        "            - task: PythonScript@0\n              inputs:\n                scriptSource: inline\n"
        "                script: |\n                  import harbour\n                  harbour.open()\n"
        "  - ${{ if eq(1, 1) }}:\n      - job: b\n        condition: ne(variables['Build.Reason'], 'Schedule')\n"
        "        steps:\n          - task: Bash@3\n            inputs: {filePath: bin/x.sh, arguments: -v}\n"
    )
    rows = read("azure-pipelines.yml", text)
    assert [(when, line, text.split("\n")[0]) for when, line, _, text in rows] == [
        ("schedule", 13, "python -c 'import harbour"),
        ("event", 21, "bash bin/x.sh -v"),
    ]


JENKINS = """\
pipeline {
    triggers {
        cron('@daily')
        pollSCM('H/5 * * * *')
    }
    stages {
        stage('all') {
            when { not { triggeredBy 'TimerTrigger' } }
            steps { sh "python only_events.py \\"$X\\"" }
        }
        stage('night') {
            when { triggeredBy 'TimerTrigger' }
            steps { /* sh 'python off.py' */ sh script: 'python night.py', returnStatus: true }
        }
        stage('both') {
            steps { dir("harbour") { sh '''
                cd piers
                python both.py
            ''' } }
        }
    }
    post { always { echo "sh 'python off.py'" } }
}
"""


def test_jenkinsfile() -> None:
    assert read("Jenkinsfile.nightly", JENKINS) == [
        ("event", 9, "", 'python only_events.py "$X"'),
        ("schedule", 13, "", "python night.py"),
        ("schedule", 17, "harbour", "cd piers"),
        ("schedule", 18, "harbour/piers", "python both.py"),
        ("event", 17, "harbour", "cd piers"),
        ("event", 18, "harbour/piers", "python both.py"),
    ]


# --- Handlers in the cloud ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("event", "when"),
    [
        ("schedule: rate(1 day)", ["schedule"]),
        ("schedule: {rate: rate(1 day), enabled: false}", []),
        ("eventBridge: {schedule: rate(1 day)}", ["schedule"]),
        ("eventBridge: {pattern: {source: [x]}}", ["message"]),
        ("http: GET /x", ["request"]),
        ("websocket", ["request"]),
        ("s3: bucket", ["message"]),
        ("{http: true, x-azure-settings: {name: req}}", ["request"]),
    ],
)
def test_serverless_events(event: str, when: list[str]) -> None:
    text = f"functions:\n  ebb:\n    handler: src/ebb.run\n    events:\n      - {event}\n"
    rows = read("harbour/serverless.yml", text)
    assert rows == [(each, 3, "harbour", "handler src/ebb.py:run") for each in when]


@pytest.mark.parametrize(
    ("runtime", "source", "found"),
    [
        ("python3.13", "ebb.py", True),
        ("${opt:runtime}", "ebb.py", True),
        ("nodejs22.x", "ebb.py", False),
        ("python3.13", "other/ebb.py", False),
    ],
)
def test_serverless_handler_is_a_python_file_of_its_own_directory(runtime: str, source: str, found: bool) -> None:
    text = (
        f"provider: {{runtime: '{runtime}'}}\nfunctions:\n  a: {{handler: ebb.run, url: true}}\n  b: {{handler: x}}\n"
    )
    files = {"serverless.yml": text}
    commands, _ = read_manifests(files)
    assert bool(interpret(commands, files, [source])) is found


def test_handler_of_an_archive_made_elsewhere_is_looked_for_everywhere() -> None:
    text = (
        'resource "aws_lambda_function_url" "u" {\n  function_name = aws_lambda_function.f.arn\n}\n'
        'resource "aws_lambda_function" "f" {\n  handler = "ebb.run"\n  s3_bucket = "b"\n  runtime = "RUNTIME"\n}\n'
    )
    for runtime, wanted in (("python3.13", ["src.ebb:run"]), ("nodejs22.x", [])):
        files = {"infra/x.tf": text.replace("RUNTIME", runtime)}
        commands, _ = read_manifests(files)
        assert [t.name for t in interpret(commands, files, ["src/ebb.py"])] == wanted


def test_cloudformation_schedules_by_reference() -> None:
    text = (
        "Resources:\n  Ebb:\n    Type: AWS::Lambda::Function\n    Properties: {Handler: ebb.run}\n"
        "  Timer:\n    Type: AWS::Scheduler::Schedule\n    Properties:\n      ScheduleExpression: rate(1 day)\n"
        "      Target: {Arn: {'Fn::GetAtt': [Ebb, Arn]}}\n"
    )
    assert read("stack/x.template", text) == [("schedule", 4, "stack", "handler ebb.py:run")]
    assert read("stack/x.yaml", text.replace("rate(1 day)", "rate(1 day)\n      State: DISABLED")) == []
    assert read("stack/x.yaml", text.replace("[Ebb,", "[Flood,")) == []


def test_terraform_finds_commands_through_resources_of_the_same_module() -> None:
    rule = 'resource "aws_cloudwatch_event_rule" "r" {\n  schedule_expression = "rate(1 day)"\n}\n'
    target = (
        'resource "aws_cloudwatch_event_target" "t" {\n  rule = aws_cloudwatch_event_rule.r.name\n'
        "  arn = aws_lambda_function.f.arn\n}\n"
    )
    files = {
        "east/rules.tf": rule,
        "east/main.tf": target + 'resource "aws_lambda_function" "f" {\n  handler = "ebb.east"\n}\n',
        "west/main.tf": target + 'resource "aws_lambda_function" "f" {\n  handler = "ebb.west"\n}\n',
    }
    commands, found = read_manifests(files)
    assert not found
    (only,) = interpret(commands, files, ["east/ebb.py", "west/ebb.py"])
    assert (only.name, only.command.directory, only.command.when) == ("ebb:east", "east", "schedule")
    assert (only.command.at.path, only.command.at.line) == ("east/rules.tf", 1)


def test_terraform_without_schedules_is_not_even_parsed() -> None:
    assert read("x.tf", 'resource "aws_instance" "a" {\n') == []


def test_terraform_jobs_and_modules() -> None:
    files = {
        "main.tf": (
            'resource "kubernetes_cron_job_v1" "ebb" {\n  spec {\n    schedule = "@daily"\n    job_template { spec '
            '{ template { spec {\n      container {\n        command = ["python", "-m"]\n        args = ["ebb"]\n'
            "      }\n    } } } }\n  }\n}\n"
            'resource "google_cloud_scheduler_job" "paused" {\n  paused = true\n'
            "  http_target { uri = google_cloudfunctions_function.x.https_trigger_url }\n}\n"
            'resource "google_cloudfunctions_function" "x" {\n  entry_point = "off"\n}\n'
            'resource "aws_scheduler_schedule" "m" {\n  target { arn = module.tides.lambda_function_arn }\n}\n'
            'module "tides" {\n  source = "terraform-aws-modules/lambda/aws"\n  handler = "tides.run"\n'
            '  source_path = "${path.module}/fn"\n}\n'
        )
    }
    commands, _ = read_manifests(files)
    targets = interpret(commands, files, ["ebb/__main__.py", "main.py", "fn/tides.py"])
    assert [(t.name, t.command.when, t.command.directory) for t in targets] == [
        ("ebb", "schedule", ""),
        ("tides:run", "schedule", "fn"),
    ]


# --- Services, platforms and task runners -------------------------------------------------------------


def test_systemd_prefixes_and_environment() -> None:
    text = (
        '[Service]\nEnvironment="GAUGE=north" DEEP=1\nWorkingDirectory=-/srv/harbour\n'
        "ExecStartPre=-/usr/bin/python3 pre.py\nExecStart=!@%h/venv/bin/python tides.py ${GAUGE}\n"
        "ExecStop=python stop.py\n[Install]\nWantedBy=default.target\n"
    )
    assert read("tides.service", text) == [
        ("service", 4, "srv/harbour", "/usr/bin/python3 pre.py"),
        ("service", 5, "srv/harbour", "~/venv/bin/python tides.py north"),
    ]
    assert read("tides.service", text.partition("[Install]")[0]) == []
    assert [row[0] for row in read("tides.service", text.replace("[Service]", "[Service]\nType=oneshot"))] == [
        "manual",
        "manual",
    ]


def test_systemd_timer_for_a_unit_of_another_name() -> None:
    text = "[Timer]\nOnBootSec=5min\nUnit=ebb.service\n"
    assert read("units/tides.timer", text) == [("schedule", 2, "", "systemctl start ebb.service")]
    assert read("units/tides.timer", "[Timer]\nUnit=ebb.service\n") == []


def test_supervisord_in_templates_and_other_configurations() -> None:
    text = (
        "{% if tides %}\n[program:tides]\ncommand = %(ENV_PY)s tides.py --at 5%% ; note\ndirectory = /srv/harbour\n"
        "{% endif %}\n[eventlistener:watch]\ncommand = python watch.py\n[supervisorctl]\ncommand = python off.py\n"
    )
    assert read("etc/super.conf.j2", text) == [
        ("service", 3, "srv/harbour", "$PY tides.py --at 5%"),
        ("service", 7, "", "python watch.py"),
    ]
    assert read("etc/nginx.conf", "server {\n  listen 80;\n}\n") == []


def test_railway_environments() -> None:
    text = (
        '[deploy]\nstartCommand = "python a.py"\npreDeployCommand = ["python b.py"]\n'
        '[environments.night.deploy]\nstartCommand = "python c.py"\ncronSchedule = "0 1 * * *"\n'
    )
    assert read("railway.toml", text) == [
        ("manual", 3, "", "python b.py"),
        ("service", 2, "", "python a.py"),
        ("schedule", 5, "", "python c.py"),
    ]


def test_render_projects() -> None:
    text = "projects:\n  - environments:\n      - services:\n          - {type: cron, startCommand: python a.py}\n"
    assert read("render.yaml", text) == [("schedule", 4, "", "python a.py")]


def test_app_json_of_another_kind() -> None:
    assert read("app.json", '{"expo": {"name": "harbour"}}') == []
    assert read("app.json", '{"cron": "x", "scripts": {"dokku": {"predeploy": "python a.py"}}}') == [
        ("manual", 1, "", "python a.py")
    ]


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


@pytest.mark.parametrize("path", ["noxfile.py", "setup.py"])
def test_broken_python_is_a_problem_of_the_source_and_not_of_the_manifest_too(path: str, tmp_path: Path) -> None:
    text = "import nox\n@nox.session\ndef (entry_points):\n"
    assert read(path, text) == []
    (tmp_path / path).write_text(text)
    (tmp_path / "tierlint.toml").touch()
    report = analyze(tmp_path, config.load(tmp_path), processes=1, use_cache=False)
    assert [(problem.path, problem.line) for problem in report.problems] == [(path, 3)]


def test_what_a_parser_warns_of_is_not_said_twice(recwarn: pytest.WarningsRecorder) -> None:
    text = "import nox\n\nWORD = '\\d'\n\n@nox.session\ndef ebb(s):\n    s.run('python', 'ebb.py')\n"
    assert [row[3] for row in read("noxfile.py", text)] == ["python ebb.py"]
    assert not recwarn.list


def test_taskfile_and_dvc_and_hooks_without_commands() -> None:
    assert read("Taskfile.yml", "version: '3'\ntasks:\n  a: {cmds: [{task: b}], deps: [c]}\n  b: {desc: x}\n") == []
    assert read("dvc.yaml", "stages:\n  a: {deps: [x]}\nplots: [a.py]\n") == []
    assert read(".pre-commit-config.yaml", "repos:\n  - repo: meta\n    hooks: [{id: identity}]\n") == []


BROKEN = [
    ("langgraph.json", '{"graphs": {\n  "a": }}', 2),
    (".gitlab-ci.yml", "a:\n  script: [\n", 3),
    (".circleci/config.yml", "jobs:\n\t- x\n", 2),
    ("azure-pipelines.yml", "steps: {\n", 2),
    ("serverless.yml", "functions: [a: b: c]\n", 1),
    ("template.yaml", "Type: AWS::Lambda::Function\n- x\n", 2),
    ("x.tf", 'resource "aws_scheduler_schedule" "a" {}\nresource "b" {{\n', 2),
    ("render.yaml", "services: [\n", 2),
    ("fly.toml", "[processes]\nweb = \n", 2),
    ("railway.toml", "[deploy\n", 1),
    ("railway.json", "{\n  'a': 1}\n", 2),
    ("vercel.json", '{\n  "crons": [,]\n}\n', 2),
    ("app.json", '{"cron": [\n', 2),
    ("package.json", '{"scripts": {"a": }}\n', 1),
    ("tides.service", "[Service]\nExecStart=x\nthis is no setting\n", 3),
    ("tides.timer", "what\n", 1),
    ("supervisord.conf", "[program:a]\nthis is no setting\n", 2),
    ("tox.ini", "[testenv]\n= x y\n", 2),
    ("Taskfile.yml", "tasks: [\n", 2),
    ("dvc.yaml", "stages: {\n", 2),
    (".pre-commit-config.yaml", "repos: [\n", 2),
    ("Pipfile", "[scripts]\na = \n", 2),
    ("zappa_settings.json", '{"a":\n}', 2),
    ("zappa_settings.toml", "[a\n", 1),
    ("function.json", '{"bindings": [\n', 2),
    ("promptfooconfig.yaml", "providers: [\n", 2),
    ("uwsgi.ini", "[uwsgi]\nthis is no setting\n", 2),
]


@pytest.mark.parametrize(("path", "text", "line"), BROKEN, ids=[path for path, _, _ in BROKEN])
def test_broken_file_is_one_problem_and_the_others_are_read(path: str, text: str, line: int) -> None:
    files = {path: text, "Procfile": "web: python a.py\n"}
    commands, found = read_manifests(files)
    assert [(problem.path, problem.line) for problem in found] == [(path, line)]
    assert [command.text for command in commands] == ["python a.py"]
    assert [target.name for target in interpret(commands, files, ["a.py"])] == ["a.py"]


@pytest.mark.parametrize(
    ("path", "text"),
    [
        (".gitlab-ci.yml", "include: ci/broken.yml\nebb:\n  script: python ebb.py\n"),
        ("azure-pipelines.yml", "steps:\n  - template: ci/broken.yml\n  - script: python ebb.py\n"),
    ],
)
def test_broken_file_that_another_includes_is_a_problem_of_its_own(path: str, text: str) -> None:
    commands, found = read_manifests({path: text, "ci/broken.yml": "a:\n  - [\n"})
    assert [(problem.path, problem.line) for problem in found] == [("ci/broken.yml", 3)]
    assert [command.text for command in commands] == ["python ebb.py"]


def test_of_a_broken_terraform_file_what_can_be_read_counts() -> None:
    text = (
        'resource "aws_scheduler_schedule" "a" {\n  target { arn = aws_lambda_function.f.arn }\n}\n'
        'resource "aws_lambda_function" "f" {\n  handler = "ebb.run"\n}\nresource "x" "y" {\n  a = = 1\n}\n'
    )
    commands, found = read_manifests({"x.tf": text})
    assert [(problem.path, problem.line) for problem in found] == [("x.tf", 8)]
    assert [t.name for t in interpret(commands, {"x.tf": text}, ["ebb.py"])] == ["ebb:run"]


# --- Settings that name functions ---------------------------------------------------------------------


def test_zappa_settings_name_what_a_schedule_or_an_event_calls() -> None:
    text = (
        '{"tide": {"events": [\n{"function": "ebb.jobs.low", "expression": "rate(1 day)"},\n'
        '{"functions": ["ebb.jobs.high", 5], "event_source": {"arn": "x"}}, "no"]}, "neap": {"events": null}, "x": 1}\n'
    )
    assert read("sea/zappa_settings.json", text) == [
        ("schedule", 2, "sea", "handler ebb/jobs.py:low"),
        ("message", 3, "sea", "handler ebb/jobs.py:high"),
    ]
    toml = '[tide]\n[[tide.events]]\nfunction = "ebb.low"\nexpressions = ["rate(1 day)"]\n'
    assert read("zappa_settings.toml", toml) == [("schedule", 3, "", "handler ebb.py:low")]


def test_the_trigger_of_an_azure_function_stands_in_its_bindings() -> None:
    bindings = '[\n{"type": "timerTrigger"}, {"type": "blob"}, 5]'
    text = f'{{"scriptFile": "../lib/tide.py", "entryPoint": "ebb", "bindings": {bindings}}}'
    assert read("Low/function.json", text) == [("schedule", 2, "", "handler lib/tide.py:ebb")]
    assert read("Low/function.json", '{"bindings": [{"type": "httpTrigger"}]}') == [
        ("request", 1, "", "handler Low/__init__.py:main")
    ]
    assert read("Low/function.json", '{"scriptFile": "index.js", "bindings": [{"type": "timerTrigger"}]}') == []
    assert read("Low/function.json", '{"bindings": 5}') == []


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


def test_settings_of_a_server_name_the_application() -> None:
    assert read("uwsgi.ini", "[uwsgi]\nmodule = sea.web\ncallable = site\nhttp = :80\n") == [
        ("service", 2, "", "uwsgi --module sea.web --callable site")
    ]
    assert read("web/gunicorn.conf.py", "bind = ':80'\nwsgi_app = 'sea.web:site'\n") == [
        ("service", 2, "web", "gunicorn sea.web:site")
    ]
    assert read("uwsgi.ini", "[app]\nmodule = sea.web\n") == []


def test_a_template_of_a_function_says_who_calls_it_elsewhere() -> None:
    text = """\
Resources:
  Ebb: {Type: AWS::Lambda::Function, Properties: {Code: src, Handler: ebb.run, Runtime: python3.12}}
  Sea: {Type: AWS::Lambda::Function, Properties: {Code: src, Handler: sea.run, Runtime: python3.12}}
  Calm: {Type: AWS::Lambda::Function, Properties: {Code: src, Handler: calm.run, Runtime: python3.12}}
  Picture: {Type: AWS::Serverless::Function, Metadata: {DockerContext: img}, Properties: {FunctionUrlConfig: {}}}
  From: {Type: AWS::Lambda::EventSourceMapping, Properties: {FunctionName: !Ref Ebb}}
  Asked:
    Type: AWS::ApiGatewayV2::Integration
    Properties: {IntegrationUri: !Sub "arn:${AWS::Region}/functions/${Sea.Arn}/invocations"}
"""
    commands, found = read_manifests({"template.yaml": text, "img/Dockerfile": 'FROM x\nCMD ["app.handler"]\n'})
    assert not found
    assert [(c.when, c.at.line, c.directory, c.text) for c in commands if c.at.path == "template.yaml"] == [
        ("message", 2, "src", "handler ebb.py:run"),
        ("request", 3, "src", "handler sea.py:run"),
        ("request", 5, "img", "handler app.py:handler"),
    ]


def test_a_chart_and_an_argo_template_say_when_they_run() -> None:
    values = 'jobs:\n  - {schedule: "@daily", command: [python, ebb.py]}\n  - {command: [python, sea.py]}\n'
    template = "kind: WorkflowTemplate\nmetadata: {name: NAME}\nspec: {container: {command: [python, tide.py]}}\n"
    used = "kind: CronWorkflow\nspec:\n  workflowSpec:\n    workflowTemplateRef:\n      name: tides\n"
    knative = (
        "apiVersion: serving.knative.dev/v1\nkind: Service\nspec: {containers: [{command: [uvicorn, 'sea:app']}]}\n"
    )
    files = {
        "chart/Chart.yaml": "name: sea\n",
        "chart/values.yaml": values,
        "other/values.yaml": values,
        "used.yaml": template.replace("NAME", "tides"),
        "unused.yaml": template.replace("NAME", "waves"),
        "cron.yaml": used,
        "knative.yaml": knative,
    }
    assert [(c.at.path, c.when, c.text) for c in read_manifests(files)[0]] == [
        ("chart/values.yaml", "schedule", "python ebb.py"),
        ("knative.yaml", "service", "uvicorn sea:app"),
        ("unused.yaml", "manual", "python tide.py"),
        ("used.yaml", "schedule", "python tide.py"),
    ]


def test_a_matrix_may_list_its_rows_and_an_action_may_be_handed_a_command() -> None:
    text = """\
on: {schedule: [{cron: x}]}
jobs:
  tide:
    strategy:
      matrix:
        include:
          - {when: ebb, hours: 6}
          - {when: flow}
    steps:
      - run: python ${{ matrix.when }}.py
      - uses: harbour/again@v3
        with: {command: python again.py, attempts: 3}
      - uses: harbour/other@v1
        with: {text: python never.py}
"""
    assert [row[3] for row in read(".github/workflows/tide.yml", text)] == [
        "python ebb.py",
        "python again.py",
        "python flow.py",
    ]


def test_a_timer_of_a_template_and_scripts_that_run_every_day() -> None:
    files = {
        "tide.timer": "[Timer]\nOnCalendar=daily\nUnit=sea@ebb.service\n",
        "sea@.service": "[Service]\nExecStart=/usr/bin/python3 ebb.py %i\n",
        "etc/cron.daily/tides": "#!/bin/sh\ncd /srv\npython sea.py\n",
        "etc/cron.often/tides": "#!/bin/sh\npython never.py\n",
    }
    commands, _ = read_manifests(files)
    targets = interpret(commands, files, ["ebb.py", "sea.py", "never.py"])
    assert [(t.name, t.command.when) for t in targets] == [("sea.py", "schedule"), ("ebb.py", "schedule")]


def test_a_recipe_may_be_written_in_python() -> None:
    text = "tide:\n    #!/usr/bin/env python3\n    from sea import ebb\n    ebb()\nflow:\n    #!/usr/bin/env node\n"
    files = {"justfile": text}
    (target,) = interpret(read_manifests(files)[0], files, ["sea.py"])
    assert (target.kind, target.name) == ("function", "sea:ebb")


# --- All of them ------------------------------------------------------------------------------------


def test_a_parser_is_imported_only_where_there_is_a_file_for_it() -> None:
    code = (
        "import sys\nfrom tierlint.manifests import read_manifests\n"
        "read_manifests({'Procfile': 'web: python a.py', 'x.tf': 'resource \"x\" \"a\" {}', 'a.yml': 'a: 1'})\n"
        "print(sorted({'yaml', 'tree_sitter', 'tomllib', 'tomli'} & set(sys.modules)))\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"


def test_windows_line_ends() -> None:
    assert read("Procfile", "web: python a.py\r\nworker: python b.py\r\n")[1] == (
        "service",
        2,
        "",
        "python b.py",
    )


@pytest.mark.parametrize(
    ("path", "wanted"),
    [
        (".github/workflows/x.yml", True),
        ("a/b/.github/workflows/x.yaml", True),
        ("deploy/cron.d/tides", True),
        ("images/web.Dockerfile", True),
        ("DockerfileGpu", True),
        ("a/setup.cfg", True),
        ("rules/common.mk", True),
        ("src/harbour/tides.py", False),
        ("README.md", False),
        ("package.json", True),
        ("package-lock.json", False),
        ("web/tsconfig.json", False),
    ],
)
def test_globs(path: str, wanted: bool) -> None:
    assert matches(path, GLOBS) is wanted


def test_every_reader_says_what_it_wants() -> None:
    assert all(reader.globs and set(reader.globs) <= set(GLOBS) for reader in READERS)


NOT_TEXT = [
    "",
    "\x00\x01",
    "\ufeff",
    "'\"`$(",
    "{{{{",
    "[" * 3000,
    "- " * 3000,
    "\u2028\x85a: b",
    "\ud800",
    "&a [*a, *a]",
]


@pytest.mark.parametrize("text", NOT_TEXT)
def test_no_reader_breaks_on_odd_text(text: str) -> None:
    names = (
        "crontab x.yaml Procfile compose.yml Dockerfile pyproject.toml setup.cfg setup.py Makefile justfile Pipfile "
        ".gitlab-ci.yml azure-pipelines.yml Jenkinsfile serverless.yml x.tf x.service x.timer supervisord.conf tox.ini "
        "noxfile.py package.json app.json vercel.json railway.json fly.toml render.yaml Taskfile.yml dvc.yaml "
        ".pre-commit-config.yaml .circleci/config.yml zappa_settings.json function.json promptfooconfig.yaml uwsgi.ini "
        "gunicorn.conf.py values.yaml Chart.yaml cron.daily/x"
    )
    paths = [".github/workflows/x.yml", "action.yml", "x.sh", *names.split()]
    prefixes = ("", "kind: Job\nservices:\n", "entry_points\n", "CMD [", "[program:x]\ncommand=", '"scripts" "crons"')
    for prefix in (*prefixes, 'resource "aws_scheduler_schedule" "a" {', "AWS::Lambda::Function: ", "session("):
        files = dict.fromkeys(paths, prefix + text)
        interpret(read_manifests(files)[0], files, ["a.py"])


def test_the_same_input_gives_the_same_output() -> None:
    files = {"Procfile": "web: python a.py\n", "Makefile": MAKEFILE, "k8s.yaml": CLUSTER}
    assert read_manifests(files) == read_manifests(dict(reversed(files.items())))


# --- The shell ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        ("a\n\nb # c\n# d\n", [("a", 0, 0), ("b", 2, 2)]),
        ("a \\\n  b\nc", [("a b", 0, 1), ("c", 2, 2)]),
        ("cat <<-'X' | b\n one\n\tX\nc", [("cat <<-'X' | b\n one\n\tX", 0, 2), ("c", 3, 3)]),
        ("echo 'a\nb'\nc", [("echo 'a\nb'", 0, 1), ("c", 2, 2)]),
        ("url=http://x/#y", [("url=http://x/#y", 0, 0)]),
    ],
)
def test_logical_lines(text: str, lines: list[tuple[str, int, int]]) -> None:
    assert [(line.text, line.first, line.last) for line in shell.lines(text)] == lines


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("a 'b c' \"d $e\" f\\ g", [("a", "b c", "d $e", "f g")]),
        ("a>b 2>&1 <c d", [("a", "d")]),
        ("a && b || c; d & e | f", [("a",), ("b",), ("c",), ("d",), ("e",), ("f",)]),
        ("a '&&' b", [("a", "&&", "b")]),
        ("a 'b' # c", [("a", "b")]),
        ("x=$(a b) c", [("a", "b"), ("x=$(a b)", "c")]),
        ("echo '$(a b)'", [("echo", "$(a b)")]),
        ("x=(a b) c", [("x=(a b)", "c")]),
    ],
)
def test_statements(text: str, words: list[tuple[str, ...]]) -> None:
    assert [statement.words for statement in shell.statements(text)] == words


@pytest.mark.parametrize(
    ("word", "below"),
    [
        ("$(dirname $0)", ""),
        ("$(dirname ${BASH_SOURCE[0]})/../jobs", "/../jobs"),
        ("$(cd $(dirname $0)/.. && pwd)/jobs", "/../jobs"),
        ("$(dirname $(readlink -f $0))/jobs", "/jobs"),
        ("$(dirname $(dirname $0))", "/.."),
        ("$(dirname $1)", None),
        ("$HOME/jobs", None),
    ],
)
def test_own_directory_of_a_script(word: str, below: str | None) -> None:
    assert shell.own_directory(word) == below


def test_values_that_would_change_the_command_are_not_put_in() -> None:
    assert shell.expand("echo $NOTE $N", {"NOTE": "`python x.py`", "N": "5"}) == "echo $NOTE 5"
    assert shell.expand('exec "$@"', {"@": "a 'b c'"}) == "exec a 'b c'"
    assert shell.expand("${A:-b} ${C}", {}) == "b ${C}"


def test_deep_and_wide_texts_take_little_time() -> None:
    text = "\n".join(["$(" * 50 + "a" + ")" * 50] * 40) + '"' * 2001 + "${" * 2000
    assert isinstance(read_manifests({"x.sh": text}), tuple)
    bomb = "kind: Job\na0: &a0 {containers: []}\n" + "".join(
        f"a{n}: &a{n} [*a{n - 1}, *a{n - 1}, *a{n - 1}]\n" for n in range(1, 60)
    )
    assert read_manifests({"x.yaml": bomb}) == ((), ())


def test_a_script_or_file_that_calls_itself_many_times_ends() -> None:
    files = {f"s{n}.sh": "".join(f"./s{m}.sh {n}\n" for m in range(7)) for n in range(7)}
    files["s0.sh"] += "python a.py\n"
    commands, _ = read_manifests(files)
    assert {target.name for target in interpret(commands, files, ["a.py"])} == {"a.py"}


def test_commands_are_plain_values() -> None:
    (command,) = read_manifests({"Procfile": "web: python a.py\n"})[0]
    assert isinstance(command, Command)
    assert (command.at.column, command.at.end_column) == (1, 17)
