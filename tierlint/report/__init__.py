"""The output formats, by name: one for findings, one for lists of calls."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Final

from tierlint.model import Report
from tierlint.report import calls_json, calls_text, concise, github, json, text
from tierlint.report.view import View

Renderer = Callable[[Report, View], str]

FORMATS: Final[Mapping[str, Renderer]] = MappingProxyType(
    {"text": text.render, "concise": concise.render, "json": json.render, "github": github.render}
)
CALL_FORMATS: Final[Mapping[str, Renderer]] = MappingProxyType({"text": calls_text.render, "json": calls_json.render})
