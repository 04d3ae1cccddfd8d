"""A Flex request gives up before Flex can be expected to answer.

## What it finds

A call on the Flex tier whose timeout is under 900 seconds: passed to the call or to its client, or the default
of a wrapper that waits less than the official SDK (Haystack 30 s, LlamaIndex 60 s, DeepEval 88.5 s, a bare
`httpx` request 5 s). The official SDK's own default of 600 seconds is not reported. A tier that is a parameter counts
as what the callers pass that nobody waits for.

## Why it matters

Flex requests queue, some for minutes. A client that gives up early pays with retries: each starts at the end
of the queue again.

## Example

```python
from openai import OpenAI

client = OpenAI(timeout=30)


def translate(text: str) -> str:
    return client.responses.create(model="gpt-5.4", input=text, service_tier="flex").output_text
```

Write instead:

```python
from openai import OpenAI

client = OpenAI(timeout=30)


def translate(text: str) -> str:
    patient = client.with_options(timeout=900.0)
    return patient.responses.create(model="gpt-5.4", input=text, service_tier="flex").output_text
```

## Fix and its safety

Where the call itself passes a literal timeout, the fix raises it to 900: a safe change, because it concerns
this request alone. A client's timeout serves other requests too, so there is no automatic edit for it.

## When to ignore

When the work is resent on the standard tier as soon as the timeout strikes, on purpose.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from tierlint.catalog.models import Models
from tierlint.model import Diagnostic, Fix, JudgedCall, Splice
from tierlint.routes import PATIENT
from tierlint.rules.chain import asks_for
from tierlint.rules.rule import Rule, finding

_ENOUGH: Final = 900.0


def check(call: JudgedCall, models: Models) -> Iterator[Diagnostic]:
    api_call = call.api_call
    if not asks_for(call, "flex") or api_call.provider not in ("openai", "configurable"):
        return
    # Where a person waits, it is the tier that is wrong (TL201); who else asks for it may do so.
    idle = [trace for trace in call.traces if trace.entry in call.verdict.idle]
    if call.verdict.tier == "standard" and (api_call.tier == "flex" or all(trace.tier != "flex" for trace in idle)):
        return
    said = _seconds(api_call.timeout)
    if said is not None and said < _ENOUGH:
        message = f"A Flex request may take minutes, and this one gives up after {said:g} s: allow 900 s."
        yield finding("TL304", call, message, confidence="high", fix=_longer(call) if api_call.tier == "flex" else None)
    elif api_call.timeout is None and api_call.default_timeout is not None and api_call.default_timeout < PATIENT:
        seconds = f"{api_call.default_timeout:g} s"
        message = (
            f"A Flex request may take minutes, and {api_call.sdk} gives up after {seconds} when it is told nothing: "
            "pass a timeout of 900 s."
        )
        yield finding("TL304", call, message, confidence="high")


def _seconds(text: str | None) -> float | None:
    try:
        return float(text) if text is not None else None
    except ValueError:
        return None


def _longer(call: JudgedCall) -> Fix | None:
    if call.reading is None or "timeout" not in call.reading.values:
        return None
    edit = Splice(call.api_call.at.path, *call.reading.values["timeout"], "900.0")
    return Fix("Wait 900 s", "safe", (edit,))


RULE = Rule("TL304", "flex-short-timeout", check, __doc__)
