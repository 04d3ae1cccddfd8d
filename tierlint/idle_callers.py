"""The entry points of a request that others wait for, at whose own end nobody waits."""

from __future__ import annotations

from typing import Final

from tierlint.catalog import BY_HAND
from tierlint.model import EntryPoint, JudgedCall

# What a request is sent with when nobody has asked for anything.
_PLAIN: Final = (None, "auto", "default")


def callers_to_tell(call: JudgedCall) -> tuple[EntryPoint, ...]:
    """Entry points at whose end nobody waits, and from which a request that others wait for is sent without a tier."""
    api_call = call.api_call
    if call.verdict.tier != "standard" or api_call.tier not in (None, "<expr>") or api_call.lost:
        return ()
    if not any(place.at_call for place in api_call.places):
        return ()
    plain = {trace.entry for trace in call.traces if trace.tier in _PLAIN}
    # Where the request stands in what is started itself, there is nothing to pass a parameter through.
    return tuple(
        entry
        for entry in call.verdict.idle
        if entry in plain and entry.kind not in BY_HAND and entry.function != api_call.function
    )
