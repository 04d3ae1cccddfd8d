"""A rule: what it is called, what it finds in a judged call, and its page of documentation."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from msgspec import Struct

from tierlint.catalog.models import Models
from tierlint.model import Diagnostic, Fix, JudgedCall, Splice
from tierlint.rules.chain import chain, decisive_trace

Check = Callable[[JudgedCall, Models], Iterator[Diagnostic]]


class Rule(Struct, frozen=True):
    """One rule. docs: its page, Markdown; the first paragraph is the summary."""

    code: str
    name: str
    check: Check
    docs: str

    @property
    def summary(self) -> str:
        return self.docs.strip().partition("\n\n")[0].replace("\n", " ")


def finding(
    code: str, call: JudgedCall, message: str, *, confidence: str | None = None, fix: Fix | None = None
) -> Diagnostic:
    """A diagnostic at the call, with the way from the decisive entry point to it."""
    api_call = call.api_call
    trace = decisive_trace(call)
    return Diagnostic(
        rule=code,
        message=message,
        at=api_call.at,
        related=chain(trace, call) if trace else (),
        confidence=confidence or call.verdict.confidence,
        fix=fix,
        # Without lines, so that it stays the same when code above the call grows.
        fingerprint="\0".join((code, api_call.at.path, api_call.callee, api_call.function_name)),
    )


def tier_removal(call: JudgedCall, why_unsafe: str) -> Fix | None:
    """Take the `service_tier` keyword out, where it stands in the call itself."""
    if call.reading is None or "service_tier" not in call.reading.keywords:
        return None
    start, end = call.reading.keywords["service_tier"]
    edit = Splice(call.api_call.at.path, start, end, "")
    return Fix("Remove `service_tier`", "unsafe", (edit,), why_unsafe)
