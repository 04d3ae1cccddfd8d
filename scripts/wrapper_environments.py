"""Make the environments that tests/test_wrappers.py runs programs in: one for each locked list under tests/wrappers.

    python scripts/wrapper_environments.py --main          those that every check needs
    python scripts/wrapper_environments.py --all           all of them
    python scripts/wrapper_environments.py litellm         those of one package
    python scripts/wrapper_environments.py --lock litellm  after a change of its requirements.txt

They stand in `.wrappers/` (or where TIERLINT_WRAPPERS says), named by what is installed there, so only what is missing
is made. Remove the folder to be rid of old ones.
"""

from __future__ import annotations

import argparse
import hashlib
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path

from msgspec import Struct

ROOT = Path(__file__).resolve().parent.parent
WRAPPERS = ROOT / "tests" / "wrappers"
PYTHON = ">=3.11,<3.14"  # what the packages have in common
OLDEST = "3.11"
MAIN = (
    "openai",
    "instructor",
    "langchain-openai",
    "langfuse",
    "litellm",
    "llama-index",
    "openai-agents",
    "pydantic-ai",
)


class Environment(Struct, frozen=True):
    """What a package's programs run with; `variant` tells several lists of one package apart."""

    package: str
    variant: str
    requirements: Path

    @property
    def name(self) -> str:
        return f"{self.package}/{self.variant}" if self.variant else self.package

    @property
    def lock(self) -> Path:
        return self.requirements.with_suffix(".lock")

    @property
    def folder(self) -> Path:
        base = Path(os.environ.get("TIERLINT_WRAPPERS") or ROOT / ".wrappers")
        installed = hashlib.sha256(PYTHON.encode() + self.lock.read_bytes()).hexdigest()
        return base / f"{self.name.replace('/', '-')}-{installed[:12]}"

    @property
    def python(self) -> Path:
        return interpreter(self.folder)


def interpreter(folder: Path) -> Path:
    return folder / "Scripts" / "python.exe" if os.name == "nt" else folder / "bin" / "python"


def environments() -> tuple[Environment, ...]:
    """Of every `requirements.txt` and `requirements-<variant>.txt`."""
    return tuple(
        Environment(file.parent.name, file.stem.removeprefix("requirements").removeprefix("-"), file)
        for file in sorted(WRAPPERS.glob("*/requirements*.txt"))
    )


def uv() -> str:
    own = shutil.which("uv") or shutil.which("uv", path=str(ROOT / ".uv" / "bin"))
    if own is None:
        sys.exit("uv is missing: https://docs.astral.sh/uv/getting-started/installation/")
    return own


def make(program: str, one: Environment) -> str | None:
    """Install what is locked; what went wrong, if anything. Another process may do the same at the same time."""
    if one.python.exists():
        return None
    began = time.monotonic()
    final = one.folder
    growing = final.with_name(f"{final.name}.{os.getpid()}")
    steps = (
        [program, "venv", "--quiet", "--clear", "--python", PYTHON, str(growing)],
        [program, "pip", "sync", "--quiet", "--compile-bytecode", "--python", str(interpreter(growing)), str(one.lock)],
    )
    try:
        for step in steps:
            done = subprocess.run(step, capture_output=True, text=True)
            if done.returncode:
                return f"{one.name}: {done.stderr.strip()}"
        if not one.python.exists():
            growing.rename(final)
    finally:
        shutil.rmtree(growing, ignore_errors=True)
    print(f"{one.name}: {final} ({time.monotonic() - began:.0f} s)", flush=True)
    return None


def lock(program: str, one: Environment) -> str | None:
    """Write down what the requirements come to, for every system and Python."""
    command = [program, "pip", "compile", "--quiet", "--universal", "--python-version", OLDEST, "--no-annotate"]
    command += ["--no-header", "--upgrade", "--output-file", str(one.lock), str(one.requirements)]
    done = subprocess.run(command, capture_output=True, text=True)
    return f"{one.name}: {done.stderr.strip()}" if done.returncode else None


def selected(names: Sequence[str]) -> list[Environment]:
    known = environments()
    if unknown := sorted(set(names) - {one.package for one in known} - {one.name for one in known}):
        sys.exit(f"not in {WRAPPERS.relative_to(ROOT)}: {', '.join(unknown)}")
    return [one for one in known if {one.package, one.name} & set(names)]


def main(arguments: Iterable[str]) -> int:
    summary, _, explanation = (__doc__ or "").partition("\n\n")
    parser = argparse.ArgumentParser(
        description=summary, epilog=explanation, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("names", nargs="*", metavar="NAME", help="packages, or one environment: openai/2")
    parser.add_argument("--main", action="store_true", help=", ".join(MAIN))
    parser.add_argument("--all", action="store_true")
    parser.add_argument("--lock", action="store_true", help="write the .lock files instead")
    said = parser.parse_args(list(arguments))
    wanted = [*said.names, *(MAIN if said.main else ()), *(one.package for one in environments() if said.all)]
    if not wanted:
        parser.error("name packages, or say --main or --all")
    step = partial(lock if said.lock else make, uv())
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        mistakes = [one for one in pool.map(step, selected(wanted)) if one]
    for mistake in mistakes:
        print(mistake, file=sys.stderr)
    return 1 if mistakes else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
