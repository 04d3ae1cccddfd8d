"""CI files read as commands: workflows and pipelines, with what triggers them."""

from __future__ import annotations

import pytest

from tests.manifests.rows import problems, read, read_all
from tierlint.manifests import interpret, read_manifests

# --- GitHub Actions --------------------------------------------------------------------------------


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


# --- GitLab, CircleCI, Azure, Jenkins --------------------------------------------------------------


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
