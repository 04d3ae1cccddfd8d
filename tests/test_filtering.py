"""Which findings are shown, which are hidden and why, and which ignore comments hide nothing."""

from __future__ import annotations

from typing import Any

import pytest

from tierlint.config import ConfigError, Settings
from tierlint.filtering import check_selectors, check_settings, filter_diagnostics, selected_rules
from tierlint.indexing import index
from tierlint.model import Diagnostic, Ignore, Location
from tierlint.parsing import parse
from tierlint.rules import rule_names

NAMES = rule_names()


def found(rule: str = "TL101", path: str = "app/mail.py", line: int = 1, **more: Any) -> Diagnostic:
    end = more.pop("end_line", line)
    values = {"related": (), "confidence": "high", "fix": None, "fingerprint": f"{rule}\0{path}", **more}
    return Diagnostic(rule=rule, message="...", at=Location(path, line, 5, end, 20), **values)


def ignores_of(source: str) -> tuple[Ignore, ...]:
    tree = parse(source.encode())
    return index(tree, source).ignores  # type: ignore[arg-type]


def run(
    *diagnostics: Diagnostic,
    source: str = "",
    data: bytes | None = None,
    selected: frozenset[str] | None = None,
    path: str = "app/mail.py",
    **settings: Any,
) -> tuple[list[Diagnostic], list[Diagnostic]]:
    shown, hidden = filter_diagnostics(
        diagnostics,
        Settings(**settings),
        {path: ignores_of(source)},
        selected,
        names=NAMES,
        read=lambda name: source.encode() if data is None else data,
    )
    return list(shown), list(hidden)


def reasons(hidden: list[Diagnostic]) -> list[str | None]:
    return [one.hidden_because for one in hidden]


# --- Selection ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("settings", "expected"),
    [
        ({}, set(NAMES)),
        ({"select": ("ALL",)}, set(NAMES)),
        ({"select": ("TL1",)}, {"TL101", "TL102", "TL103"}),
        ({"select": ("tl101",)}, {"TL101"}),
        ({"select": ("flex-candidate", "TL9")}, {"TL101", "TL901"}),
        ({"ignore": ("TL1",)}, {"TL201", "TL301", "TL302", "TL304", "TL401", "TL901"}),
        ({"ignore": ("TL1", "TL30"), "extend_select": ("TL102",)}, {"TL102", "TL201", "TL401", "TL901"}),
        ({"select": ("TL101",), "ignore": ("TL101",)}, set()),
        ({"select": ("TL101",), "ignore": ("flex-candidate",)}, set()),
        ({"select": ("TL101",), "extend_select": ("TL2",)}, {"TL101", "TL201"}),
    ],
)
def test_selection(settings: dict[str, Any], expected: set[str]) -> None:
    assert selected_rules(Settings(**settings), NAMES) == expected


def test_an_unknown_rule_names_the_nearest() -> None:
    with pytest.raises(ConfigError, match=r"^--select: there is no rule `TL3O1`; did you mean `TL301`\?$"):
        check_selectors(["TL3O1"], NAMES, "--select")
    with pytest.raises(ConfigError, match=r"`flex-candidat`; did you mean `flex-candidate`\?"):
        check_selectors(["flex-candidat"], NAMES, "--select")
    with pytest.raises(ConfigError, match=r"`E501`; rules: TL101, TL102"):
        check_selectors(["E501"], NAMES, "--ignore")


@pytest.mark.parametrize(
    ("settings", "key"),
    [
        ({"select": ("TL777",)}, "tool.tierlint.select"),
        ({"ignore": ("TL777",)}, "tool.tierlint.ignore"),
        ({"extend_select": ("TL777",)}, "tool.tierlint.extend-select"),
        ({"per_file_ignores": {"tests/**": ("TL777",)}}, 'tool.tierlint.per-file-ignores."tests/**"'),
    ],
)
def test_an_unknown_rule_in_the_settings_names_the_key(settings: dict[str, Any], key: str) -> None:
    with pytest.raises(ConfigError) as raised:
        check_settings(Settings(source="pyproject.toml", **settings), NAMES)
    assert str(raised.value).startswith(f"pyproject.toml: {key}: there is no rule `TL777`")


def test_reasons_for_hiding() -> None:
    assert reasons(run(found(), select=("TL2",))[1]) == ["TL101 is not selected"]
    assert reasons(run(found(), selected=frozenset({"app/other.py"}))[1]) == ["not in the paths that were named"]
    assert reasons(run(found(confidence="low"), min_confidence="medium")[1]) == [
        "low confidence is below min-confidence = 'medium'"
    ]
    assert reasons(run(found(), selected=frozenset({"app/mail.py"}))[0]) == [None]
    assert reasons(run(found(confidence="medium"), min_confidence="medium")[0]) == [None]


@pytest.mark.parametrize(
    ("pattern", "codes", "is_hidden"),
    [
        ("app/", ("TL101",), True),
        ("app/**", ("TL1",), True),
        ("mail.py", ("flex-candidate",), True),
        ("*.py", ("ALL",), True),
        ("/mail.py", ("TL101",), False),
        ("tests/**", ("TL101",), False),
        ("app/**", ("TL102",), False),
    ],
)
def test_per_file_ignores(pattern: str, codes: tuple[str, ...], is_hidden: bool) -> None:
    _, hidden = run(found(), per_file_ignores={pattern: codes})
    assert reasons(hidden) == ([f'per-file-ignores."{pattern}"'] if is_hidden else [])


# --- Ignore comments ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "comment",
    [
        "# tierlint: ignore",
        "# tierlint: ignore[TL101]",
        "#tierlint:ignore[TL102,TL101] the partner polls for it",
        "# tierlint: ignore[TL1]",
        "# tierlint: ignore[flex-candidate]",
        "# noqa: E501  # tierlint: ignore[TL101]",
    ],
)
def test_a_comment_hides_what_it_names(comment: str) -> None:
    _, hidden = run(found(), source=f"answer = ask()  {comment}\n", select=("TL1",))
    assert reasons(hidden) == ["ignored by the comment on line 1"]


@pytest.mark.parametrize("comment", ["# tierlint: ignore[TL102]", "# tierlint ignore", "# ignore[TL101]"])
def test_a_comment_hides_nothing_else(comment: str) -> None:
    shown, _ = run(found(), source=f"answer = ask()  {comment}\n", select=("TL1",))
    assert [one.rule for one in shown] == ["TL101"]


def test_any_line_of_the_call_may_carry_the_comment() -> None:
    source = "answer = ask(\n    model,  # tierlint: ignore[TL101]\n)\n"
    assert run(found(end_line=3), source=source)[0] == []
    assert [one.rule for one in run(found(line=1), source=source)[0]] == ["TL101", "TL901"]


def test_a_comment_of_its_own_covers_the_line_below() -> None:
    assert run(found(line=2), source="# tierlint: ignore[TL101]\nanswer = ask()\n")[0] == []


# --- Unused ignores -------------------------------------------------------------------------------


def fixed(source: str, *diagnostics: Diagnostic, encoding: str = "utf-8", **settings: Any) -> str:
    data = source.encode(encoding)
    shown, _ = run(*diagnostics, source=source.removeprefix("\ufeff"), data=data, **settings)
    for one in sorted((one for one in shown if one.fix), key=lambda one: one.at, reverse=True):
        assert one.rule == "TL901" and one.fix and one.fix.safety == "safe"
        for edit in one.fix.edits:
            data = data[: edit.start] + edit.text.encode() + data[edit.end :]
    return data.decode(encoding)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("x = 1  # tierlint: ignore\n", "x = 1\n"),
        ("x = 1  # tierlint: ignore[TL101]\n", "x = 1\n"),
        ("x = 1  # tierlint: ignore[TL101] since #42 needs it\ny = 2\n", "x = 1\ny = 2\n"),
        ("x = 1  # tierlint: ignore", "x = 1"),
        ("x = 1  # tierlint: ignore[TL101]\r\ny = 2\r\n", "x = 1\r\ny = 2\r\n"),
        ("x = 1  # noqa: E501 # tierlint: ignore[TL101]\n", "x = 1  # noqa: E501\n"),
        ("x = 1  # tierlint: ignore[TL101] # noqa: E501\n", "x = 1  # noqa: E501\n"),
        ("x = 1  # tierlint: ignore[TL101] # type: ignore\n", "x = 1  # type: ignore\n"),
        ("# tierlint: ignore[TL101]\nx = 1\n", "x = 1\n"),
        ("if y:\n    # tierlint: ignore[TL101]\n    x = 1\n", "if y:\n    x = 1\n"),
        ("x = 'grüße 東京'  # tierlint: ignore[TL101] später\n", "x = 'grüße 東京'\n"),
        ("\ufeffx = 'é'  # tierlint: ignore\n", "\ufeffx = 'é'\n"),
    ],
)
def test_an_unused_comment_is_removed(before: str, after: str) -> None:
    assert fixed(before) == after


def test_other_encodings_keep_their_bytes() -> None:
    before = "# coding: latin-1\nx = 'é'  # tierlint: ignore[TL101]\n"
    assert fixed(before, encoding="latin-1") == "# coding: latin-1\nx = 'é'\n"


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("ask()  # tierlint: ignore[TL101, TL102] why\n", "ask()  # tierlint: ignore[TL101] why\n"),
        ("ask()  # tierlint: ignore[ TL201,TL101 ,TL102 ]\n", "ask()  # tierlint: ignore[TL101]\n"),
        ("ask()  # tierlint: ignore[TL101, TL999]\n", "ask()  # tierlint: ignore[TL101]\n"),
        ("ask()  # tierlint: ignore[TL101]\n", "ask()  # tierlint: ignore[TL101]\n"),
        ("ask()  # tierlint: ignore[TL1]\n", "ask()  # tierlint: ignore[TL1]\n"),
    ],
)
def test_only_the_unused_codes_are_removed(before: str, after: str) -> None:
    assert fixed(before, found()) == after


@pytest.mark.parametrize(
    ("comment", "message"),
    [
        ("ignore", "This ignore comment hides nothing. Remove it."),
        ("ignore[TL102]", "This comment ignores `TL102`, which finds nothing here. Remove the comment."),
        (
            "ignore[TL101, TL102]",
            "`TL102` hides nothing here; the other codes of this comment do. Remove it from the list.",
        ),
        ("ignore[TL109]", "This comment ignores `TL109`, and there is no such rule; did you mean `TL103`?"),
        ("ignore[E501]", "This comment ignores `E501`, and there is no such rule."),
    ],
)
def test_messages(comment: str, message: str) -> None:
    diagnostics = (found(),) if "TL101" in comment else ()
    shown, _ = run(*diagnostics, source=f"ask()  # tierlint: {comment}\n")
    assert [(one.rule, one.message) for one in shown] == [("TL901", message)]
    assert shown[0].at.column == 8


@pytest.mark.parametrize(
    "settings",
    [
        {"ignore": ("TL901",)},
        {"select": ("TL1",)},
        {"select": ("TL102", "TL901")},
        {"selected": frozenset({"app/other.py"})},
        {"per_file_ignores": {"app/": ("TL901",)}},
    ],
)
def test_what_was_not_asked_is_not_reported(settings: dict[str, Any]) -> None:
    shown, _ = run(source="ask()  # tierlint: ignore[TL101]\n", **settings)
    assert shown == []


def test_a_comment_that_hides_a_finding_hidden_anyway_is_used() -> None:
    shown, _ = run(found(confidence="low"), source="ask()  # tierlint: ignore[TL101]\n", min_confidence="high")
    assert shown == []


def test_a_comment_can_keep_itself() -> None:
    shown, hidden = run(source="ask()  # tierlint: ignore[TL101, TL901]\n")
    assert (shown, reasons(hidden)) == ([], ["ignored by the comment on line 1"])


def test_no_fix_where_the_file_has_changed_or_is_a_notebook() -> None:
    source = "ask()  # tierlint: ignore\n"
    assert run(source=source, data=b"ask()\n")[0][0].fix is None
    assert run(source=source, data=b"")[0][0].fix is None
    assert run(source=source, path="eda.ipynb")[0][0].fix is None


# --- Fingerprints ---------------------------------------------------------------------------------


def test_fingerprints_survive_a_move_and_tell_equals_apart() -> None:
    before, _ = run(found(line=3), found(line=9), found(line=9, path="app/other.py"))
    after, _ = run(found(line=30), found(line=90), found(line=9, path="app/other.py"))
    prints = [one.fingerprint for one in before]
    assert prints == [one.fingerprint for one in after]
    assert len(set(prints)) == 3
    assert all(len(one) == 16 for one in prints)


def test_results_are_sorted_by_place() -> None:
    shown, _ = run(found(line=9), found("TL301", line=3), found(line=3), found(path="a.py", line=50))
    assert [(one.at.path, one.at.line, one.rule) for one in shown] == [
        ("a.py", 50, "TL101"),
        ("app/mail.py", 3, "TL101"),
        ("app/mail.py", 3, "TL301"),
        ("app/mail.py", 9, "TL101"),
    ]
