"""Object literals in JavaScript: what is read of them, and that nothing else in a file gets in the way."""

from __future__ import annotations

import pytest

from tierlint.manifests import javascript
from tierlint.manifests.yaml_values import Scalar, Yaml


def plain(value: Yaml) -> object:
    if isinstance(value, Scalar):
        return value.text
    if isinstance(value, list):
        return [plain(item) for item in value]
    return {name: plain(item) for name, item in value.items()}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("module.exports = {apps: [{script: \"lamp.py\",},]};", [{"apps": [{"script": "lamp.py"}]}]),
        ('{"a": 1, "b": true, "c": null, "d": -0.5}', [{"a": "1", "b": "true", "c": "null", "d": "-0.5"}]),
        ("x = {a: f(1, {b: 2}), c: y ? 'p' : 'q', d: 'kept'}", [{"d": "kept"}]),
        ("x = {a() { return {b: 1}; }, ...base, short, 'long name': `text`}", [{"long name": "text"}]),
        ("// {a: 1}\n/* {b: 2} */ const c = {c: 'it\\'s'}", [{"c": "it's"}]),
        ("export default [{a: 'x'}, {a: 'y'}]", [[{"a": "x"}, {"a": "y"}]]),
        ("x = {a: [1, 2", [{"a": ["1", "2"]}]),
        ("x = {a: 'never closed, b: 2}", [{"b": "2"}]),
        ("}}]])) {a: 'x'}", [{"a": "x"}]),
        ("", []),
    ],
)  # fmt: skip
def test_objects(text: str, expected: object) -> None:
    assert [plain(value) for value in javascript.objects(text)] == expected


@pytest.mark.parametrize("text", ["{a:" * 300, "[" * 300, "({[" * 100, "`${`" * 50])
def test_what_is_nested_without_end_is_given_up(text: str) -> None:
    list(javascript.objects(text))


def test_where_a_text_stands() -> None:
    (value,) = javascript.objects("const x = {\n  // first\n  script: 'lamp.py',\n}\n")
    assert isinstance(value, dict)
    assert value["script"] == Scalar("lamp.py", 3, 3, False)
