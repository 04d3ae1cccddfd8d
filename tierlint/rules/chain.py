"""The way from an entry point to an API call, one checkable sentence per step."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from tierlint.catalog import ENTRY_KINDS, MINUTES
from tierlint.model import CallEdge, EntryPoint, Evidence, FunctionId, JudgedCall, Location, Trace

_DOES: Final = {
    "direct": "calls",
    "callback": "hands over, to be called back,",
    "detached": "starts, without waiting for it,",
    "dispatched": "sends to a queue",
    "override": "calls the hook that is overridden by",
    "decorates": "is defined under",
    "replaces": "is replaced by",
    "launches": "starts as a program of its own",
    "named": "calls, by its name alone,",
}


def decisive_trace(call: JudgedCall) -> Trace | None:
    """The trace whose entry point can wait least: the one that the verdict rests on; tests do not vote."""
    return next(iter(by_urgency(call.traces)), None)


def somebody_waits(entry: EntryPoint, call: JudgedCall) -> bool | None:
    """Whether somebody waits at the other end; None: nothing was judged, or this entry point has no say."""
    if call.verdict.tier == "undetermined" or entry.kind == "test":
        return None
    if all(trace.demo for trace in call.traces if trace.entry == entry):
        return None
    return entry not in call.verdict.idle


def asks_for(call: JudgedCall, tier: str) -> bool:
    """Whether a request passes a tier, by itself or because one of its callers hands it that."""
    return call.api_call.tier == tier or any(trace.tier == tier for trace in call.traces)


def by_urgency(traces: Iterable[Trace]) -> list[Trace]:
    """Those that can wait least first."""
    return sorted(traces, key=_urgency)


def chain(trace: Trace, call: JudgedCall) -> tuple[Evidence, ...]:
    """Entry point first; the last step is the one that runs the function with the call."""
    entry = trace.entry
    names = {entry.function: entry.name, call.api_call.function: call.api_call.function_name}
    steps = [Evidence(f"{entry.kind}: {entry.because}", entry.at)]
    steps += [Evidence(_step(hop, names), hop.at) for hop in trace.hops]
    return tuple(steps)


def _urgency(trace: Trace) -> tuple[bool, bool, int, int, Location]:
    goes_on = trace.detached is not None and trace.waits is None and trace.interactive is None
    patience = ENTRY_KINDS.get(trace.entry.kind, MINUTES)
    return trace.entry.kind == "test", goes_on, patience, len(trace.hops), trace.entry.at


def _step(hop: CallEdge, names: dict[FunctionId, str]) -> str:
    who = f"`{_local(names[hop.caller])}` " if hop.caller in names else ""
    is_here = hop.callee.path == hop.at.path
    if hop.callee in names:
        whom = f"`{_local(names[hop.callee]) if is_here else names[hop.callee]}`"
    else:
        whom = "a function of the same file" if is_here else f"a function in {hop.callee.path}"
    each = ", once per item" if hop.fan_out else ""
    note = f" ({hop.note})" if hop.note else ""
    return f"{who}{_DOES[hop.how]} {whom}{each}{note}"


def _local(name: str) -> str:
    """A function's name without its module's: the place of the step says where it is."""
    return name.rpartition(":")[2]
