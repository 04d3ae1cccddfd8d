"""A fixed chain of steps for each item: no item needs another's answer, so each step can be a batch of its own."""

from __future__ import annotations

import sys
from collections.abc import Sequence

from msgspec.structs import replace

from tierlint.data_flow import answers, holds, inputs
from tierlint.model import CallId, Evidence, JudgedCall, Trace
from tierlint.program import Program


def with_steps(program: Program, judged: Sequence[JudgedCall]) -> list[JudgedCall]:
    """The calls, those of a chain with what the others are to them."""
    below = {one.api_call.call: _below(program, one) for one in judged if one.verdict.tier == "batch"}
    by_loop: dict[object, list[JudgedCall]] = {}
    for one in judged:
        if below.get(one.api_call.call):
            by_loop.setdefault(_fan_out(one), []).append(one)
    more: dict[CallId, list[Evidence]] = {}
    for early in (one for steps in by_loop.values() if len(steps) > 1 for one in steps):
        for late in by_loop[_fan_out(early)]:
            if early is not late and _needs(program, below[late.api_call.call], below[early.api_call.call]):
                first, second = early.api_call, late.api_call
                text = "a step of its own for each item: the next request needs its answer, and can be a batch after it"
                more.setdefault(first.call, []).append(Evidence(text, second.at))
                text = "a later step for each item: it needs the answer of this request, and can be a batch after it"
                more.setdefault(second.call, []).append(Evidence(text, first.at))
    return [_saying(one, more.get(one.api_call.call, [])[:1]) for one in judged]


def _fan_out(call: JudgedCall) -> Evidence | None:
    return next((trace.fan_out for trace in call.traces if trace.fan_out is not None), None)


def _saying(call: JudgedCall, more: Sequence[Evidence]) -> JudgedCall:
    if not more:
        return call
    return replace(call, verdict=replace(call.verdict, because=(*call.verdict.because, *more)))


def _below(program: Program, call: JudgedCall) -> tuple[CallId, ...]:
    """The calls from where an item is taken down to the request."""
    trace = next((trace for trace in call.traces if trace.fan_out is not None), None)
    if trace is None:
        return ()
    made = (*(hop.by for hop in trace.hops), call.api_call.call)
    for number, hop in enumerate(trace.hops):
        if hop.fan_out == trace.fan_out:
            return made[number + 1 :]
    return next((made[n:] for n, one in enumerate(made) if _is_in_loop(program, one, trace)), ())


def _is_in_loop(program: Program, call: CallId, trace: Trace) -> bool:
    at = trace.fan_out.at if trace.fan_out is not None else None
    if at is None or at.path != call.path:
        return False
    module = program.modules[call.path]
    number = module.call(call.index).loop
    while number >= 0:
        if module.summary.loops[number].line == at.line:
            return True
        number = module.summary.loops[number].parent
    return False


def _needs(program: Program, late: Sequence[CallId], early: Sequence[CallId]) -> bool:
    """Where the ways to two requests part, one is handed what the other gave."""
    parting = next(((a, b) for a, b in zip(late, early, strict=False) if a != b), None)
    if parting is None:
        return False
    second, first = parting
    if second.path != first.path or min(second.index, first.index) < 0:
        return False
    module = program.modules[second.path]
    record, before = module.call(second.index), module.call(first.index)
    if record.function != before.function or record.line < before.line:
        return False
    lines = range(module.function(record.function).line, sys.maxsize)
    given = (*record.arguments, *(value for _, value in record.keywords))
    if any(holds(value, first.index, module) for value in given):
        return True
    return not answers(program, module, before, first.index, lines).isdisjoint(inputs(module, record, lines))
