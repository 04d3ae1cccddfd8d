"""The scaffold of an SDK's table: complete, passing, and never written over what is there."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parent.parent
SCRIPT = ROOT / "scripts" / "scaffold_sdk.py"


def scaffold(root: Path, *words: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, str(SCRIPT), "--root", str(root), *words]
    return subprocess.run(command, capture_output=True, text=True)


def test_a_new_table_and_its_fixture_pass_as_they_are(tmp_path: Path) -> None:
    for part in ("tierlint", "tests"):
        ignored = shutil.ignore_patterns("__pycache__", "fixtures", "wrappers")
        shutil.copytree(ROOT / part, tmp_path / part, ignore=ignored)
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    assert scaffold(tmp_path, "acme_llm", "Gateway", "ask").returncode == 0
    # From the copy's own folder, so that its tables are the ones that are read.
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-n0", "tests/test_fixtures.py"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    (tmp_path / "tierlint" / "catalog" / "sdks" / "acme_llm.toml").unlink()
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True)
    assert done.returncode == 1, done.stdout + done.stderr


def test_nothing_is_overwritten(tmp_path: Path) -> None:
    assert scaffold(tmp_path, "acme_llm", "Gateway", "ask").returncode == 0
    again = scaffold(tmp_path, "acme_llm", "Client", "send")
    assert again.returncode == 2
    assert "is there already" in again.stderr
    assert "Gateway" in (tmp_path / "tierlint" / "catalog" / "sdks" / "acme_llm.toml").read_text()
