"""What string and number literals stand for."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable
from typing import Any

import libcst as cst
from libcst._nodes.internal import CodegenState

from tierlint.conversion.spans import Range

# A stretch of text of an f-string and where it stands, or an expression in braces.
StringPart = tuple[str, Range] | ast.FormattedValue

# A backslash before a brace stands for itself; so does one that ends the text, before an expression.
ESCAPE = re.compile(r'\\N\{[^}]*\}|\\[^{}]|\{\{|\}\}|\\|"', re.DOTALL)


def literal_value(source: str) -> Any:
    return ast.literal_eval(source)


def text_value(text: str, *, is_raw: bool) -> str:
    """The value of text between the expressions of an f-string, where a doubled brace stands for one."""
    if is_raw or "\\" not in text:
        return text.replace("{{", "{").replace("}}", "}")
    return str(literal_value(f'"""{ESCAPE.sub(requoted, text)}"""'))


def requoted(found: re.Match[str]) -> str:
    token = found.group()
    return {"{{": "{", "}}": "}", "\\": "\\\\", '"': '\\"'}.get(token, token)


def written(nodes: Iterable[cst.CSTNode | None]) -> str:
    """The source of some nodes that follow each other."""
    state = CodegenState("", "\n")
    for node in nodes:
        if node is not None:
            node._codegen(state)
    return "".join(state.tokens)


def merged(parts: Iterable[StringPart], kind: str | None) -> list[ast.expr]:
    """The values of an f-string: neighbouring texts are one constant, and empty ones none."""
    values: list[ast.expr] = []
    for part in parts:
        if isinstance(part, ast.FormattedValue):
            values.append(part)
            continue
        text, where = part
        last = values[-1] if values else None
        if not text:
            continue
        if isinstance(last, ast.Constant) and isinstance(last.value, str):
            where = Range(
                lineno=last.lineno,
                col_offset=last.col_offset,
                end_lineno=where["end_lineno"],
                end_col_offset=where["end_col_offset"],
            )
            values[-1] = ast.Constant(value=last.value + text, kind=kind, **where)
        else:
            values.append(ast.Constant(value=text, kind=kind, **where))
    return values
