"""Handlers in the cloud and platforms read as commands: what calls which function."""

from __future__ import annotations

import pytest

from tests.manifests.rows import read
from tierlint.manifests import interpret, read_manifests

# --- Handlers in the cloud -------------------------------------------------------------------------


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


def test_of_a_broken_terraform_file_what_can_be_read_counts() -> None:
    text = (
        'resource "aws_scheduler_schedule" "a" {\n  target { arn = aws_lambda_function.f.arn }\n}\n'
        'resource "aws_lambda_function" "f" {\n  handler = "ebb.run"\n}\nresource "x" "y" {\n  a = = 1\n}\n'
    )
    commands, found = read_manifests({"x.tf": text})
    assert [(problem.path, problem.line) for problem in found] == [("x.tf", 8)]
    assert [t.name for t in interpret(commands, {"x.tf": text}, ["ebb.py"])] == ["ebb:run"]


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


# --- Platforms -------------------------------------------------------------------------------------


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


# --- Settings that name functions ------------------------------------------------------------------


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
