"""What holds for the project as a whole: layers, generated pages, a fixture for everything."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from functools import lru_cache
from pathlib import Path

import pytest
import yaml

from tests.test_fixtures import CASES, FIXTURES
from tierlint import __version__, config
from tierlint.pipeline import analyze
from tierlint.rules import RULES

ROOT = Path(__file__).parent.parent
GENERATORS = sorted((ROOT / "scripts").glob("generate_*.py"))
# Places of one machine, and words of whoever happened to write here.
FOREIGN = re.compile(r"/work/(?:main|shared)|/root/\.|/opt/(?:pypi|wheels)|\b[Ii]ssue #\d|C:\\Users\\")


def test_imports_go_only_downward() -> None:
    command = [Path(sys.executable).with_name("lint-imports")]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize("generator", GENERATORS, ids=lambda path: path.stem)
def test_generated_files_are_current(generator: Path) -> None:
    done = subprocess.run([sys.executable, generator, "--check"], cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr


def test_tierlint_is_clean_on_itself() -> None:
    settings = config.override(config.load(ROOT), extend_exclude=("tests/fixtures",))
    report = analyze(ROOT, settings, use_cache=False)
    assert report.problems == ()
    assert report.diagnostics == ()


def test_nothing_tells_where_it_was_written() -> None:
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        text=True,
    )
    found = [
        f"{name}: {match[0]}"
        for name in listed.stdout.splitlines()
        if (ROOT / name).is_file() and (match := FOREIGN.search(text_of(ROOT / name)))
        if name != "tests/test_project_rules.py"
    ]
    assert found == []


def test_the_changelog_has_this_version() -> None:
    assert re.search(rf"^## {re.escape(__version__)}\b", text_of(ROOT / "CHANGELOG.md"), re.MULTILINE)


def test_the_hooks_are_commands_that_there_are(tmp_path: Path) -> None:
    (tmp_path / "clean.py").touch()
    for hook in yaml.safe_load(text_of(ROOT / ".pre-commit-hooks.yaml")):
        command, *words = hook["entry"].split()
        assert command == "tierlint"
        done = subprocess.run([sys.executable, "-m", "tierlint", *words, "clean.py"], cwd=tmp_path, capture_output=True)
        assert done.returncode == 0, done.stderr.decode()


# --- The same input gives the same output ---------------------------------------------------------


def test_output_depends_neither_on_the_cache_nor_on_processes_nor_on_chance(tmp_path: Path) -> None:
    village = tmp_path / "village"
    for case in CASES[::4]:  # hundreds of files, some of which cannot be read
        shutil.copytree(case, village / case.relative_to(FIXTURES))
    (village / "pyproject.toml").touch()
    calls = {
        "cold, one process": run_json(village, "calls", "--no-cache", "--jobs=1", seed=1),
        "cold, two processes, fills the cache": run_json(village, "calls", "--jobs=2", seed=2),
        "warm": run_json(village, "calls", seed=3),
    }
    findings = {
        "warm": run_json(village, "check", seed=4),
        "cold": run_json(village, "check", "--no-cache", seed=5),
    }
    for runs in (calls, findings):
        assert len(runs["warm"]) > 50_000
        assert [name for name, output in runs.items() if output != runs["warm"]] == []
    assert (village / "broken").exists()


@pytest.mark.parametrize(
    "name",
    ["fixes/where_it_is_built", "fixes/handed_down", "verdicts/fan_out_shapes", "verdicts/shared_client", "sdks/agno"],
)
def test_what_is_said_of_a_file_does_not_depend_on_what_else_is_asked(name: str, tmp_path: Path) -> None:
    root = shutil.copytree(FIXTURES / name, tmp_path / "village", ignore=shutil.ignore_patterns("fixed*"))
    (root / "pyproject.toml").touch()
    settings = config.load(root)
    whole = analyze(root, settings, use_cache=False)
    for file in sorted(root.rglob("*.py")):
        path = file.relative_to(root).as_posix()
        alone = analyze(root, settings, named=[file], use_cache=False)
        assert alone.judged_calls == tuple(call for call in whole.judged_calls if call.api_call.at.path == path)
        assert alone.diagnostics == tuple(found for found in whole.diagnostics if found.at.path == path)


def run_json(root: Path, *words: str, seed: int) -> bytes:
    done = subprocess.run(
        [sys.executable, "-m", "tierlint", *words, "--output-format=json"],
        cwd=root,
        capture_output=True,
        env={**os.environ, "PYTHONHASHSEED": str(seed)},
    )
    assert done.returncode in (0, 1), done.stderr.decode()
    return done.stdout


# --- What is imported when ------------------------------------------------------------------------


def imported(statement: str, folder: Path) -> set[str]:
    """The modules that are loaded after the statement was run in a new interpreter."""
    script = f"import sys\ntry:\n    {statement}\nfinally:\n    print(*sys.modules, file=sys.stderr)"
    done = subprocess.run([sys.executable, "-c", script], cwd=folder, capture_output=True, text=True)
    return {*done.stderr.split()}


def test_the_command_line_is_imported_alone() -> None:
    modules = imported("import tierlint.cli", ROOT)
    assert "tierlint" in modules
    assert modules & {"libcst", "yaml", "rich", "msgspec", "pathspec"} == set()


def test_libcst_is_only_imported_to_read_a_call_for_the_first_time(tmp_path: Path) -> None:
    shop = shutil.copytree(ROOT / "docs" / "example", tmp_path / "shop", ignore=shutil.ignore_patterns(".*_cache"))
    run = "from tierlint.cli import main; main(['calls', '--jobs=1'])"
    assert "libcst" in imported(run, shop)
    assert "libcst" not in imported(run, shop)
    (shop / "shop" / "__init__.py").write_text('"""A shop."""\n', encoding="utf-8")
    assert "libcst" not in imported(run, shop)


def test_a_run_that_has_nothing_to_find_out_imports_nothing_that_finds_it_out(tmp_path: Path) -> None:
    shop = shutil.copytree(ROOT / "docs" / "example", tmp_path / "shop", ignore=shutil.ignore_patterns(".*_cache"))
    run = "from tierlint.cli import main; main(['check', '--jobs=1'])"
    finding = {"tierlint.program", "tierlint.api_calls", "tierlint.traces"}
    assert finding <= imported(run, shop)
    assert imported(run, shop).isdisjoint(finding)


# --- A fixture for everything ---------------------------------------------------------------------


@pytest.mark.parametrize("code", [rule.code for rule in RULES])
def test_every_rule_has_a_fixture(code: str) -> None:
    assert any(re.search(rf"(?<!todo-)expect: {code}\b", text) for text in fixture_texts().values())


@lru_cache(maxsize=1)
def fixture_texts() -> dict[Path, str]:
    return {
        case: "\n".join(text_of(file) for file in sorted(case.rglob("*")) if file.is_file())
        for case in sorted(FIXTURES.glob("*/*"))
        if case.is_dir()
    }


def text_of(file: Path) -> str:
    return file.read_bytes().decode("utf-8", "replace")
