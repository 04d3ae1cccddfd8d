"""What may stand in pyproject.toml and tierlint.toml, and what people are told about what may not."""

from __future__ import annotations

from pathlib import Path

import pytest

from tierlint.catalog.framework_tables import EntryPattern
from tierlint.catalog.sdk_tables import SdkTable
from tierlint.config import ConfigError, Settings, load, override, read_strictly


def project(folder: Path, **files: str | bytes) -> Path:
    for name, text in files.items():
        content = text.encode() if isinstance(text, str) else text
        (folder / f"{name}.toml").write_bytes(content)
    return folder


def message(folder: Path, explicit: Path | None = None) -> str:
    with pytest.raises(ConfigError) as raised:
        load(folder, explicit)
    text = str(raised.value)
    assert "\n" not in text
    return text


def test_without_a_file_everything_is_at_its_default(tmp_path: Path) -> None:
    assert load(tmp_path) == Settings()
    assert load(project(tmp_path, pyproject="[project]\nname = 'x'\n")) == Settings()


def test_every_key_of_pyproject(tmp_path: Path) -> None:
    text = """
    [tool.tierlint]
    include = ["src"]
    exclude = ["legacy"]
    extend-exclude = ["generated/*.py"]
    select = ["TL1"]
    extend-select = ["flex-unsupported-model"]
    ignore = ["TL102"]
    min-confidence = "medium"
    output-format = "concise"
    strict = true
    assume-openai-host = false
    extend-flex-models = ["gpt-7"]
    exclude-flex-models = ["gpt-5"]
    openai-version = "1.99"

    [tool.tierlint.per-file-ignores]
    "tests/**" = ["TL101"]

    [[tool.tierlint.entry-point]]
    kind = "queue-task"
    says = "the dispatcher runs it"
    method-of = ["shop.Job"]
    method = ["run_*"]

    [[tool.tierlint.sdk]]
    sdk = "shop"
    roots = ["shop"]
    """
    settings = load(project(tmp_path, pyproject=text))
    assert settings == Settings(
        include=("src",),
        exclude=("legacy",),
        extend_exclude=("generated/*.py",),
        select=("TL1",),
        extend_select=("flex-unsupported-model",),
        ignore=("TL102",),
        min_confidence="medium",
        output_format="concise",
        strict=True,
        assume_openai_host=False,
        extend_flex_models=("gpt-7",),
        exclude_flex_models=("gpt-5",),
        openai_version="1.99",
        per_file_ignores={"tests/**": ("TL101",)},
        raw_tables={
            "entry_point": [
                {
                    "kind": "queue-task",
                    "says": "the dispatcher runs it",
                    "method_of": ["shop.Job"],
                    "method": ["run_*"],
                }
            ],
            "sdk": [{"sdk": "shop", "roots": ["shop"]}],
        },
        source="pyproject.toml",
    )
    assert settings.prefix == "tool.tierlint."


def test_tierlint_toml_has_the_keys_at_the_top(tmp_path: Path) -> None:
    settings = load(project(tmp_path, tierlint='\ufeffselect = ["TL201"]\n'))
    assert (settings.select, settings.source, settings.prefix) == (("TL201",), "tierlint.toml", "")


def test_an_explicit_file_is_the_only_one_read(tmp_path: Path) -> None:
    project(tmp_path, pyproject="[tool.tierlint]\nstrict = true\n", other="min-confidence = 'high'\n")
    settings = load(tmp_path, tmp_path / "other.toml")
    assert (settings.strict, settings.min_confidence) == (False, "high")


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("min-confidance = 'low'", "min-confidance: unknown key; did you mean `min-confidence`?"),
        ("min_confidence = 'low'", "min_confidence: unknown key; did you mean `min-confidence`?"),
        ("entry-piont = []", "entry-piont: unknown key; did you mean `entry-point`?"),
        (
            "min-confidence = 'hihg'",
            "min-confidence: invalid enum value 'hihg'; write one of low, medium, high",
        ),
        ("min-confidence = 3", "min-confidence: expected str, got int; write a string in quotes"),
        ("select = 'TL101'", 'select: expected array, got str; write a list: ["..."]'),
        ("select = [1]", "select[0]: expected str, got int; write a string in quotes"),
        ("exclude = 3", 'exclude: expected array, got int; write a list: ["..."]'),
        ("strict = 'yes'", "strict: expected bool, got str; write true or false"),
        ("assume-openai-host = 1", "assume-openai-host: expected bool, got int; write true or false"),
        ("openai-version = 1.75", "openai-version: expected str, got float; write a string in quotes"),
        (
            "per-file-ignores = ['TL101']",
            "per-file-ignores: expected object, got array; write a table of key = value pairs",
        ),
        (
            "per-file-ignores = { 'tests/**' = 'TL101' }",
            'per-file-ignores."tests/**": expected array, got str; write a list: ["..."]',
        ),
        (
            "entry-point = { kind = 'queue-task' }",
            "entry-point: not an array of tables; write [[tool.tierlint.entry-point]] in double brackets",
        ),
    ],
)
def test_a_mistake_names_file_key_and_remedy(tmp_path: Path, line: str, expected: str) -> None:
    text = message(project(tmp_path, pyproject=f"[tool.tierlint]\n{line}\n"))
    assert text == f"pyproject.toml: tool.tierlint.{expected}"


def test_a_key_that_resembles_none_lists_them_all(tmp_path: Path) -> None:
    text = message(project(tmp_path, tierlint="zzz = 1\n"))
    assert text.startswith(
        "tierlint.toml: zzz: unknown key; known keys: alias, assume-openai-host, decorator, detach, "
    )


@pytest.mark.parametrize("key", ["raw-tables", "source"])
def test_what_is_not_a_setting_cannot_be_set(tmp_path: Path, key: str) -> None:
    assert f"tierlint.toml: {key}: unknown key" in message(project(tmp_path, tierlint=f"{key} = ''\n"))


def test_malformed_toml_names_the_line(tmp_path: Path) -> None:
    text = message(project(tmp_path, pyproject="[tool.tierlint]\nselect = = 3\n"))
    assert text == "pyproject.toml: is not valid TOML: Invalid value (at line 2, column 10)"


def test_other_unreadable_files(tmp_path: Path) -> None:
    assert message(project(tmp_path, tierlint=b"\xff\xfe")) == (
        "tierlint.toml: is not UTF-8 (byte 0); save it as UTF-8"
    )
    assert message(tmp_path, Path("nowhere/tierlint.toml")) == (
        "nowhere/tierlint.toml: cannot be read: No such file or directory"
    )


def test_tables_in_the_wrong_file(tmp_path: Path) -> None:
    assert message(project(tmp_path, tierlint="[tool.tierlint]\n")) == (
        "tierlint.toml: tool: keys stand at the top level here, without [tool.tierlint]"
    )
    project(tmp_path, tierlint="strict = true", pyproject="[tool.tierlint]\nstrict = false\n")
    assert message(tmp_path) == ("tierlint.toml: pyproject.toml has [tool.tierlint] too; keep one of the two")


def test_an_explicit_pyproject_must_have_the_table(tmp_path: Path) -> None:
    file = project(tmp_path, pyproject="[project]\nname = 'x'\n") / "pyproject.toml"
    assert message(tmp_path, file) == f"{file}: has no [tool.tierlint] table; add one, or name another file"


@pytest.mark.parametrize(
    ("value", "kind", "expected"),
    [
        (
            [{"kind": "queue-task", "says": "x", "decorater": []}],
            tuple[EntryPattern, ...],
            "tool.tierlint.table[0].decorater: unknown key; did you mean `decorator`?",
        ),
        (
            [{"kind": "queue-task"}],
            tuple[EntryPattern, ...],
            "tool.tierlint.table[0].says: is missing; add it",
        ),
        (
            [{"sdk": "a", "roots": ["a"], "method": [{"onn": []}]}],
            tuple[SdkTable, ...],
            "tool.tierlint.table[0].method[0].onn: unknown key; did you mean `on`?",
        ),
    ],
)
def test_tables_are_read_as_strictly(value: object, kind: type[object], expected: str) -> None:
    with pytest.raises(ConfigError) as raised:
        read_strictly(value, kind, source="pyproject.toml", key="tool.tierlint.table")
    assert str(raised.value) == f"pyproject.toml: {expected}"


def test_the_command_line_goes_on_top() -> None:
    settings = Settings(select=("TL1",), extend_select=("TL201",), ignore=("TL102",), min_confidence="high")
    assert override(settings, select=(), ignore=(), min_confidence=None, strict=None) == settings
    assert override(settings, ignore=("TL101",)).ignore == ("TL102", "TL101")
    assert override(settings, extend_select=("TL3",)).extend_select == ("TL201", "TL3")
    assert override(settings, strict=True, min_confidence="low").min_confidence == "low"


def test_a_rule_selected_on_the_command_line_is_checked_though_the_file_ignores_it() -> None:
    settings = override(Settings(extend_select=("TL201",), ignore=("TL102",)), select=("TL102",))
    assert (settings.select, settings.extend_select, settings.ignore) == (("TL102",), (), ())
