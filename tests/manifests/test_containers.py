"""Containers read as commands: clusters, compose files, images, and the servers in them."""

from __future__ import annotations

import pytest

from tests.manifests.rows import problems, read
from tierlint.manifests import interpret, read_manifests

# --- Kubernetes ------------------------------------------------------------------------------------


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


# --- Procfile, compose, Dockerfile -----------------------------------------------------------------


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


# --- Servers ---------------------------------------------------------------------------------------


def test_settings_of_a_server_name_the_application() -> None:
    assert read("uwsgi.ini", "[uwsgi]\nmodule = sea.web\ncallable = site\nhttp = :80\n") == [
        ("service", 2, "", "uwsgi --module sea.web --callable site")
    ]
    assert read("web/gunicorn.conf.py", "bind = ':80'\nwsgi_app = 'sea.web:site'\n") == [
        ("service", 2, "web", "gunicorn sea.web:site")
    ]
    assert read("uwsgi.ini", "[app]\nmodule = sea.web\n") == []
