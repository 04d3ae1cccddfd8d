"""What README.md shows is what happens: its examples are run, and their output is compared to the letter.

`pytest --update` writes the output of today into README.md.
"""

from __future__ import annotations

import json
import os
import re
import shlex
import shutil
import subprocess
import sys
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any, Final, NamedTuple

import pytest

from tierlint import config
from tierlint.catalog import ENTRY_KINDS, models

ROOT: Final = Path(__file__).parent.parent
README: Final = ROOT / "README.md"
BLOCK: Final = re.compile(r"^```(?P<kind>\w+)\n(?P<text>.*?)^```$", re.MULTILINE | re.DOTALL)
HEADING: Final = re.compile(r"^#{2,3} (.+)$", re.MULTILINE)
FILE: Final = re.compile(r"# (?P<path>\S+\.(?:py|toml))\n")
COMMAND: Final = re.compile(r"\$ tierlint(?P<arguments>.*)\n")
LINK: Final = re.compile(r"\]\((?!https?:)(?P<path>[^)#]+)\)")


class Example(NamedTuple):
    """A command of the README, the files that its section shows, and where its output stands."""

    section: str
    arguments: str
    files: dict[str, str]
    span: tuple[int, int]


def examples(page: str) -> Iterator[Example]:
    begins = [0, *(heading.start() for heading in HEADING.finditer(page)), len(page)]
    for begin, end in pairwise(begins):
        heading = HEADING.match(page, begin)
        blocks = list(BLOCK.finditer(page, begin, end))
        files = {file["path"]: block["text"] for block in blocks if (file := FILE.match(block["text"]))}
        for block in blocks:
            if block["kind"] == "console":
                command = COMMAND.match(block["text"])
                assert command, f"a console block without a command: {block['text']}"
                yield Example(
                    heading[1] if heading else "",
                    command["arguments"].strip(),
                    files,
                    (block.start("text") + command.end(), block.end("text")),
                )


EXAMPLES: Final = list(examples(README.read_text(encoding="utf-8")))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    shutil.copytree(ROOT / "docs" / "example", tmp_path / "docs" / "example", ignore=ignored)
    return tmp_path


def ignored(folder: str, names: list[str]) -> set[str]:
    return {name for name in names if name in (".tierlint_cache", "__pycache__")}


def written(files: dict[str, str], folder: Path) -> Path:
    folder.mkdir(exist_ok=True)
    for name, text in files.items():
        (folder / name).write_text(text, encoding="utf-8")
    return folder


def output(folder: Path, example: Example) -> str:
    return run(folder, *shlex.split(example.arguments))


def run(folder: Path, *arguments: str) -> str:
    """What a terminal shows, which has both streams."""
    done = subprocess.run(
        [sys.executable, "-m", "tierlint", *arguments],
        cwd=folder,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        env={**os.environ, "NO_COLOR": "1", "PYTHONIOENCODING": "utf-8"},
    )
    return done.stdout.decode().replace("\r\n", "\n")


def test_what_the_page_shows_is_what_happens(tmp_path: Path, folder: Path, update: bool) -> None:
    page = README.read_text(encoding="utf-8")
    # From the last to the first, so that places stay true while the page is rewritten.
    happens = [json_of_a_call(page, folder), *(printed(example, folder, tmp_path) for example in examples(page))]
    for (start, end), text in sorted(happens, reverse=True):
        if not update:
            assert page[start:end] == text
        page = page[:start] + text + page[end:]
    if update:
        README.write_text(page, encoding="utf-8", newline="\n")


def printed(example: Example, folder: Path, tmp_path: Path) -> tuple[tuple[int, int], str]:
    return example.span, output(written(example.files, tmp_path / "own") if example.files else folder, example)


def json_of_a_call(page: str, folder: Path) -> tuple[tuple[int, int], str]:
    calls = json.loads(run(folder, "calls", "--output-format", "json", "docs/example"))["calls"]
    [block] = [one for one in BLOCK.finditer(page) if one["kind"] == "json"]
    return block.span("text"), compact(next(call for call in calls if call["verdict"] == "flex"))


def test_the_page_has_its_examples() -> None:
    assert [(one.section, one.arguments) for one in EXAMPLES] == [
        ("Example", "docs/example"),
        ("Example", "calls docs/example"),
        ("Fixes", "docs/example --diff"),
        ("Your own framework", "calls"),
        ("Your own wrapper", "--diff --unsafe-fixes"),
    ]


def test_the_examples_of_your_own_need_their_tables(tmp_path: Path) -> None:
    for example, without, with_table in zip(
        EXAMPLES[-2:], ("  undetermined  ", "apply 0 fixes"), ("  flex  ", "apply 1 fix "), strict=True
    ):
        settings = example.files["pyproject.toml"].partition("[[tool")[0]
        assert without in output(written({**example.files, "pyproject.toml": settings}, tmp_path), example)
        assert with_table in output(written(example.files, tmp_path), example)


def compact(value: dict[str, Any]) -> str:
    """JSON with as many members in a line as fit; lists of objects have lines of their own."""
    lines = [""]
    for key, member in value.items():
        if isinstance(member, list) and member:
            inner = ",\n".join(f"    {json.dumps(one)}" for one in member)
            lines += [f"  {json.dumps(key)}: [\n{inner}\n  ],", ""]
            continue
        text = f"{json.dumps(key)}: {json.dumps(member)},"
        if len(lines[-1]) + len(text) > 110 or not lines[-1]:
            lines.append(f"  {text}")
        else:
            lines[-1] += f" {text}"
    return "{\n" + "\n".join(line for line in lines if line).removesuffix(",") + "\n}\n"


def test_the_page_names_what_there_is() -> None:
    page = README.read_text(encoding="utf-8")
    keys = {name for name in config.Settings.__struct_encode_fields__ if name not in ("raw-tables", "source")}
    missing = [word for word in sorted({*ENTRY_KINDS, *keys}) if f"`{word}" not in page]
    assert missing == []
    assert f"({models.load().as_of})" in page


def test_commands_in_the_text_work(folder: Path) -> None:
    commands = re.findall(r"`tierlint ((?:explain|rule) [^`]+)`", README.read_text(encoding="utf-8"))
    assert commands
    assert [one for one in commands if "error" in run(folder, *shlex.split(one)).partition("\n")[0]] == []


def test_links_lead_somewhere() -> None:
    for page in (README, ROOT / "ARCHITECTURE.md", ROOT / "CONTRIBUTING.md"):
        paths = [link["path"] for link in LINK.finditer(page.read_text(encoding="utf-8"))]
        assert [path for path in paths if not (ROOT / path).exists()] == []
