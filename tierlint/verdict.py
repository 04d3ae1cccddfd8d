"""The decision table: traces -> verdict, confidence, evidence."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from msgspec.structs import replace

from tierlint.catalog import BY_HAND, ENTRY_KINDS, SECONDS
from tierlint.catalog.sdk_tables import Method
from tierlint.model import ApiCall, Confidence, Evidence, Missing, Trace, Verdict
from tierlint.traces import votes

# What these start is one piece of work from beginning to end, and not one for each event.
_JOBS = frozenset({"command", "notebook", "schedule", "ci-job", "eval"})


def judge(
    call: ApiCall, traces: Sequence[Trace], method: Method, behind: Callable[[Trace], Evidence | None]
) -> Verdict:
    """What the workload behind a call can bear. The least patient trace decides; then the shape does."""
    if call.provider == "other":
        who = call.vendor or "another vendor"
        host = f" ({call.host})" if call.host else ""
        return _verdict(
            "undetermined",
            "high",
            [Evidence(f"{who} answers{host}: OpenAI's tiers do not apply", None)],
        )
    if method.live:
        return _verdict("standard", "high", [Evidence("a live connection: somebody is on the line", call.at)])
    voting = [trace for trace in traces if votes(trace)]
    if not voting:
        return _unreached(call, traces)
    # An example in which a person waits says how the library is used, and so counts where others use it.
    voting = [t for t in traces if votes(t) or (t.demo and ENTRY_KINDS[t.entry.kind] == SECONDS)]
    impatient = [(trace, why) for trace in voting if (why := _who_waits(call, trace, behind)) is not None]
    waited_for = {trace.entry for trace, _ in impatient}
    # A task that a page waits for is one of that page's own steps.
    passed = {hop.callee for trace, _ in impatient for hop in trace.hops}
    alone = [trace.entry for trace in voting if trace.entry not in waited_for and trace.entry.function not in passed]
    idle = tuple(dict.fromkeys(alone))
    found = _standard(impatient, len(voting)) if impatient else _background(call, voting, method)
    return replace(found, idle=idle)


def _unreached(call: ApiCall, traces: Sequence[Trace]) -> Verdict:
    demo = next((trace.entry for trace in traces if trace.demo), None)
    if demo is not None:
        what = f"only a demonstration starts it ({demo.name}), which is not who calls it in earnest"
        return _verdict("undetermined", "medium", [Evidence(what, demo.at)])
    if traces:
        test = traces[0].entry
        why = Evidence(f"only tests reach it ({test.name}), and tests do not vote", test.at)
        return _verdict("undetermined", "medium", [why])
    what = (
        f"nothing that starts the program reaches `{call.function_name}`; an entry point that calls it would settle it"
    )
    return _verdict("undetermined", "medium", [Evidence(what, call.at)])


def unreached(verdict: Verdict, call: ApiCall, missing: Sequence[Missing]) -> Verdict:
    """The verdict with what would settle it."""
    more: list[Evidence] = []
    for one in missing:
        if one.name != call.function_name:
            more.append(Evidence(f"`{one.name}`, from which it is called, is not seen to be run", one.at))
        more += one.clues
    return replace(verdict, because=(*verdict.because, *more)) if more else verdict


def _who_waits(call: ApiCall, trace: Trace, behind: Callable[[Trace], Evidence | None]) -> list[Evidence] | None:
    """Why a person (or a service in line) waits at the other end of a trace; None: nobody does."""
    entry = trace.entry
    began = Evidence(f"{entry.because}: {entry.name}", entry.at)
    if ENTRY_KINDS[entry.kind] == SECONDS:
        if trace.detached is None:
            waits = [trace.waits] if trace.waits is not None else []
            return [began, *waits]
        sink = behind(trace)
        sink = sink or _read_along(call, trace)
        if sink is not None:
            return [began, trace.detached, sink]
        return None
    if entry.kind in ("queue-task", "background-task", "signal"):
        sink = behind(trace) or _read_along(call, trace)
        return [began, sink] if sink is not None else None
    if entry.kind in BY_HAND:
        is_queued = any(hop.how == "dispatched" and not hop.waits for hop in trace.hops)
        if trace.interactive is not None and not is_queued:
            return [began, trace.interactive]
        told = next((end.evidence for end in trace.goes if end.kind == "live"), None)
        if trace.runs_on and not is_queued and told is not None:
            # A program that listens by asking again and again, and answers into the chat.
            return [began, told]
        if call.stream and trace.fan_out is None:
            return [began, Evidence("the answer is streamed: whoever started it reads along", call.at)]
    return None


def _read_along(call: ApiCall, trace: Trace) -> Evidence | None:
    """Parts that are given on as they come have a reader, wherever they go; not those of a whole data set."""
    if not call.yielded or trace.fan_out is not None:
        return None
    return Evidence("the answer is streamed, and its parts are given on as they come: somebody reads along", call.at)


def _standard(impatient: list[tuple[Trace, list[Evidence]]], voting: int) -> Verdict:
    certain = [item for item in impatient if item[0].certain]
    trace, why = (certain or impatient)[0]
    because = [*why, *_chain(trace)]
    if voting > len(impatient):
        because.append(Evidence(f"{voting - len(impatient)} other entry point(s) reach it with nobody waiting", None))
    confidence: Confidence = "high" if trace.certain else "low"
    if trace.interactive is not None and confidence == "high":
        confidence = "medium"
    return _verdict("standard", confidence, because)


def _background(call: ApiCall, voting: Sequence[Trace], method: Method) -> Verdict:
    certain = all(trace.certain for trace in voting)
    by_hand = [trace for trace in voting if trace.entry.kind in BY_HAND]
    voting = [trace for trace in voting if not _is_tried(call, trace, voting)]
    spread = [trace for trace in voting if trace.fan_out is not None or call.spread is not None]
    chained = [trace for trace in voting if trace.chained is not None]
    trace = next((t for t in voting if t not in spread), voting[0])
    whole = len(spread) == len(voting) and not chained and not method.agent
    if whole:
        trace = voting[0]
    because = [Evidence(f"{trace.entry.because}: {trace.entry.name}; nobody waits", trace.entry.at)]
    if trace.detached is not None:
        because.append(trace.detached)
    because += _chain(trace)
    if len(voting) > 1:
        because.append(
            Evidence(f"{len(voting) - 1} other entry point(s) reach it, and nobody waits there either", None)
        )
    items = call.spread or trace.fan_out
    if whole and items is not None and method.batch is not None:
        because.append(items)
        return _verdict("batch", "high" if certain else "low", because, fan_out=True)
    if method.tier == "none" and call.api not in ("chat", "responses"):
        single = {t.entry.function for t in voting if t not in spread}
        apart = all(t.entry.function not in single for t in spread)
        clean = [items for t in spread if t.chained is None and (items := call.spread or t.fan_out) is not None]
        if method.batch is not None and apart and len(clean) > len(voting) - len(spread):
            because.append(Evidence(f"{len(clean)} of {len(voting)} ways to it send one request per item", None))
            return _verdict("batch", "low", [*because, clean[0]], fan_out=True)
        text = "no cheaper tier exists for this endpoint, and single requests are not job-shaped"
        if method.batch is None:
            text = "neither Flex nor Batch exists for this endpoint"
        return _verdict("standard", "medium", [*because, Evidence(text, None)], fan_out=bool(spread))
    if chained and chained[0].chained is not None:
        because.append(chained[0].chained)
    elif method.agent:
        because.append(Evidence("one run sends a chain of requests, each needing the answer before", call.at))
    else:
        because.append(Evidence("one request per run, its answer is needed in the process", call.at))
    confidence: Confidence = "high"
    if by_hand or any(t.detached is not None for t in voting):
        confidence = "medium"
    if not certain or not call.certain:
        confidence = "low"
    return _verdict("flex", confidence, because, fan_out=bool(spread))


def _is_tried(call: ApiCall, trace: Trace, voting: Sequence[Trace]) -> bool:
    """`print(label(rows[0]))`, and then `label` once per row: the first look says nothing of the work's shape.

    Neither does a notebook that takes one item through what a program does with each of them, nor a text in the source
    that is embedded to see how long a vector is: `len(embed("test"))`.
    """
    if trace.fan_out is not None or trace.chained is not None or not trace.hops:
        return False
    first, last = trace.hops[0], trace.hops[-1]
    is_job = all(one.entry.kind in _JOBS and one.detached is None for one in voting)
    spread = (t for t in voting if t.fan_out is not None and t.chained is None and t.hops)
    return any(
        (call.api == "embeddings" and is_job and trace.fixed and other.hops[-1].callee == last.callee)
        or (
            any(hop.callee == first.callee for hop in other.hops)
            and (
                (trace.looked_at and other.entry.function == trace.entry.function and other.hops[0].by != first.by)
                or (trace.entry.kind == "notebook" and other.entry.kind != "notebook")
            )
        )
        for other in spread
    )


def _chain(trace: Trace) -> list[Evidence]:
    return [Evidence(hop.note or f"calls it ({hop.how})", hop.at) for hop in trace.hops]


def _verdict(tier: str, confidence: Confidence, because: list[Evidence], fan_out: bool = False) -> Verdict:
    return Verdict(tier, confidence, tuple(because), fan_out)  # type: ignore[arg-type]
