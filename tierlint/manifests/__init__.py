"""Deployment files read as commands, and commands as what they start: one reader per file format."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

from msgspec import Struct

from tierlint.manifests import (
    app_json,
    azure_pipelines,
    circleci,
    cloudformation,
    compose,
    crontab,
    dockerfile,
    dvc,
    fly,
    function_json,
    github_actions,
    gitlab_ci,
    jenkinsfile,
    justfile,
    kubernetes,
    langgraph_json,
    lm_eval,
    makefile,
    noxfile,
    package_json,
    pm2,
    pre_commit,
    procfile,
    promptfoo,
    pyproject,
    railway,
    render,
    server_settings,
    serverless,
    setuptools_files,
    shell_scripts,
    supervisord,
    systemd,
    taskfile,
    terraform,
    tox,
    vercel,
    zappa,
)
from tierlint.manifests.interpreter import interpret
from tierlint.manifests.places import Unreadable, matches
from tierlint.model import Command, Problem

__all__ = ["GLOBS", "READERS", "Reader", "interpret", "read_manifests"]


class Reader(Struct, frozen=True):
    """A file format: which files have it, and how the commands of one of them are read, given the texts of all."""

    globs: tuple[str, ...]
    read: Callable[[str, Mapping[str, str]], Iterator[Command]]


def _alone(read: Callable[[str, str], Iterator[Command]]) -> Callable[[str, Mapping[str, str]], Iterator[Command]]:
    """A format whose files say everything themselves."""
    return lambda path, files: read(path, files[path])


READERS = (
    Reader(github_actions.GLOBS, _alone(github_actions.read)),
    Reader(gitlab_ci.GLOBS, gitlab_ci.read),
    Reader(circleci.GLOBS, _alone(circleci.read)),
    Reader(azure_pipelines.GLOBS, azure_pipelines.read),
    Reader(jenkinsfile.GLOBS, _alone(jenkinsfile.read)),
    Reader(crontab.GLOBS, _alone(crontab.read)),
    Reader(systemd.GLOBS, _alone(systemd.read)),
    Reader(kubernetes.GLOBS, kubernetes.read),
    Reader(langgraph_json.GLOBS, _alone(langgraph_json.read)),
    Reader(serverless.GLOBS, _alone(serverless.read)),
    Reader(cloudformation.GLOBS, cloudformation.read),
    Reader(zappa.GLOBS, _alone(zappa.read)),
    Reader(function_json.GLOBS, _alone(function_json.read)),
    Reader(promptfoo.GLOBS, _alone(promptfoo.read)),
    Reader(lm_eval.GLOBS, _alone(lm_eval.read)),
    Reader(terraform.GLOBS, _alone(terraform.read)),
    Reader(vercel.GLOBS, _alone(vercel.read)),
    Reader(app_json.GLOBS, _alone(app_json.read)),
    Reader(railway.GLOBS, _alone(railway.read)),
    Reader(render.GLOBS, _alone(render.read)),
    Reader(fly.GLOBS, _alone(fly.read)),
    Reader(procfile.GLOBS, _alone(procfile.read)),
    Reader(compose.GLOBS, _alone(compose.read)),
    Reader(dockerfile.GLOBS, dockerfile.read),
    Reader(supervisord.GLOBS, _alone(supervisord.read)),
    Reader(server_settings.GLOBS, _alone(server_settings.read)),
    Reader(pyproject.GLOBS, _alone(pyproject.read)),
    Reader(setuptools_files.GLOBS, _alone(setuptools_files.read)),
    Reader(makefile.GLOBS, _alone(makefile.read)),
    Reader(justfile.GLOBS, _alone(justfile.read)),
    Reader(taskfile.GLOBS, _alone(taskfile.read)),
    Reader(package_json.GLOBS, _alone(package_json.read)),
    Reader(pm2.GLOBS, _alone(pm2.read)),
    Reader(tox.GLOBS, _alone(tox.read)),
    Reader(noxfile.GLOBS, _alone(noxfile.read)),
    Reader(pre_commit.GLOBS, _alone(pre_commit.read)),
    Reader(dvc.GLOBS, _alone(dvc.read)),
    Reader(shell_scripts.GLOBS, _alone(shell_scripts.read)),
)

# A glob without a slash is for a file's name, any other for its whole path.
GLOBS = tuple(
    dict.fromkeys(
        form
        for reader in READERS
        for glob in reader.globs
        for form in ((glob, f"*/{glob}") if "/" in glob else (glob,))
    )
)


def read_manifests(files: Mapping[str, str]) -> tuple[tuple[Command, ...], tuple[Problem, ...]]:
    """The commands of all deployment files, by path; a file that does not follow its format is a problem."""
    commands: dict[Command, None] = {}
    problems: dict[Problem, None] = {}
    texts = {path: text.replace("\r\n", "\n") for path, text in files.items()}
    for path in sorted(texts):
        for reader in READERS:
            if not matches(path, reader.globs):
                continue
            try:
                for command in reader.read(path, texts):
                    commands[command] = None
            except Unreadable as error:
                problems[Problem(error.path or path, error.line, error.message)] = None
            except RecursionError:
                problems[Problem(path, 0, "nested too deeply")] = None
    return tuple(commands), tuple(problems)
