"""Shell text as statements and their words."""

from __future__ import annotations

import pytest

from tierlint.manifests import interpret, read_manifests, shell
from tierlint.model import Command


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        ("a\n\nb # c\n# d\n", [("a", 0, 0), ("b", 2, 2)]),
        ("a \\\n  b\nc", [("a b", 0, 1), ("c", 2, 2)]),
        ("cat <<-'X' | b\n one\n\tX\nc", [("cat <<-'X' | b\n one\n\tX", 0, 2), ("c", 3, 3)]),
        ("echo 'a\nb'\nc", [("echo 'a\nb'", 0, 1), ("c", 2, 2)]),
        ("url=http://x/#y", [("url=http://x/#y", 0, 0)]),
    ],
)
def test_logical_lines(text: str, lines: list[tuple[str, int, int]]) -> None:
    assert [(line.text, line.first, line.last) for line in shell.lines(text)] == lines


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("a 'b c' \"d $e\" f\\ g", [("a", "b c", "d $e", "f g")]),
        ("a>b 2>&1 <c d", [("a", "d")]),
        ("a && b || c; d & e | f", [("a",), ("b",), ("c",), ("d",), ("e",), ("f",)]),
        ("a '&&' b", [("a", "&&", "b")]),
        ("a 'b' # c", [("a", "b")]),
        ("x=$(a b) c", [("a", "b"), ("x=$(a b)", "c")]),
        ("echo '$(a b)'", [("echo", "$(a b)")]),
        ("x=(a b) c", [("x=(a b)", "c")]),
    ],
)
def test_statements(text: str, words: list[tuple[str, ...]]) -> None:
    assert [statement.words for statement in shell.statements(text)] == words


@pytest.mark.parametrize(
    ("word", "below"),
    [
        ("$(dirname $0)", ""),
        ("$(dirname ${BASH_SOURCE[0]})/../jobs", "/../jobs"),
        ("$(cd $(dirname $0)/.. && pwd)/jobs", "/../jobs"),
        ("$(dirname $(readlink -f $0))/jobs", "/jobs"),
        ("$(dirname $(dirname $0))", "/.."),
        ("$(dirname $1)", None),
        ("$HOME/jobs", None),
    ],
)
def test_own_directory_of_a_script(word: str, below: str | None) -> None:
    assert shell.own_directory(word) == below


def test_values_that_would_change_the_command_are_not_put_in() -> None:
    assert shell.expand("echo $NOTE $N", {"NOTE": "`python x.py`", "N": "5"}) == "echo $NOTE 5"
    assert shell.expand('exec "$@"', {"@": "a 'b c'"}) == "exec a 'b c'"
    assert shell.expand("${A:-b} ${C}", {}) == "b ${C}"


def test_deep_and_wide_texts_take_little_time() -> None:
    text = "\n".join(["$(" * 50 + "a" + ")" * 50] * 40) + '"' * 2001 + "${" * 2000
    assert isinstance(read_manifests({"x.sh": text}), tuple)
    bomb = "kind: Job\na0: &a0 {containers: []}\n" + "".join(
        f"a{n}: &a{n} [*a{n - 1}, *a{n - 1}, *a{n - 1}]\n" for n in range(1, 60)
    )
    assert read_manifests({"x.yaml": bomb}) == ((), ())


def test_a_script_or_file_that_calls_itself_many_times_ends() -> None:
    files = {f"s{n}.sh": "".join(f"./s{m}.sh {n}\n" for m in range(7)) for n in range(7)}
    files["s0.sh"] += "python a.py\n"
    commands, _ = read_manifests(files)
    assert {target.name for target in interpret(commands, files, ["a.py"])} == {"a.py"}


def test_commands_are_plain_values() -> None:
    (command,) = read_manifests({"Procfile": "web: python a.py\n"})[0]
    assert isinstance(command, Command)
    assert (command.at.column, command.at.end_column) == (1, 17)
