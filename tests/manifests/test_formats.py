"""What holds for the readers of all deployment files: what they look at, what breaks, in what order."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests.manifests.rows import read
from tests.manifests.test_build_files import MAKEFILE
from tests.manifests.test_containers import CLUSTER
from tierlint import config
from tierlint.manifests import GLOBS, READERS, interpret, read_manifests
from tierlint.manifests.places import matches
from tierlint.pipeline import analyze

# --- What cannot be read ---------------------------------------------------------------------------


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
