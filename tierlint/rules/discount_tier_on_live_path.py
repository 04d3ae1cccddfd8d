"""A call on which a person waits is sent on a tier that may take minutes or be refused.

## What it finds

A call that passes `service_tier="flex"` (or waits for a batch) although an entry point with somebody at
the other end reaches it: a web request, a chat, a bot's reply, a prompt at the terminal. Reported when
that is known with at least medium confidence. Where the call takes its tier from a parameter, what counts is
what the callers on that way pass.

## Why it matters

Flex requests queue: most answers come a little later, some take minutes, and when there is no capacity
the API refuses with HTTP 429 `flex_unavailable`. Web servers and browsers give up long before the 15
minutes that Flex asks a client to allow.

## Example

```python
from fastapi import FastAPI
from openai import OpenAI

app = FastAPI()
client = OpenAI()


@app.post("/reply")
def reply(question: str) -> str:
    answer = client.responses.create(model="gpt-5.4", input=question, service_tier="flex")
    return answer.output_text
```

Write instead:

```python
from fastapi import FastAPI
from openai import OpenAI

app = FastAPI()
client = OpenAI()


@app.post("/reply")
def reply(question: str) -> str:
    answer = client.responses.create(model="gpt-5.4", input=question)
    return answer.output_text
```

## Fix and its safety

The fix removes the keyword. It is unsafe because it doubles the price of the call, and because somebody
may have chosen the slow tier on purpose. A helper that also serves background work should take the tier
as a parameter instead.

## When to ignore

When the people who wait know that it takes long, such as an internal tool with a progress page.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from tierlint.catalog.models import Models
from tierlint.model import Diagnostic, JudgedCall
from tierlint.rules.advice import reason
from tierlint.rules.rule import Rule, finding, tier_removal

# The tier is a parameter: who calls says which it is.
_HANDED_DOWN: Final = "<expr>"
_DISCOUNT: Final = {
    "flex": "Flex may take minutes or refuse with 429 `flex_unavailable`",
    "batch": "A batch may take 24 hours",
}


def check(call: JudgedCall, models: Models) -> Iterator[Diagnostic]:
    if call.verdict.tier != "standard" or call.verdict.confidence == "low" or call.refuses_tier:
        return
    tier = call.api_call.tier
    if tier == _HANDED_DOWN:
        yield from _handed_down(call)
    if tier not in _DISCOUNT:
        return
    message = (
        f"Somebody waits for this answer: {reason(call)}. {_DISCOUNT[tier]}; "
        "leave the tier out here, or pass it in from the background callers only."
    )
    fix = tier_removal(call, "the call would cost the standard price, and the tier may be meant")
    yield finding("TL201", call, message, fix=fix)


def _handed_down(call: JudgedCall) -> Iterator[Diagnostic]:
    """A caller that waits passes the tier itself, to a function that takes it as a parameter."""
    waiting = [t for t in call.traces if t.entry not in call.verdict.idle and t.entry.kind != "test" and not t.demo]
    # What somebody sets going without waiting for it can be cheap, whatever else that person waits for.
    waiting = [t for t in waiting if t.detached is None or t.waits is not None]
    trace = next((trace for trace in waiting if trace.tier in _DISCOUNT), None)
    if trace is None or trace.tier is None:
        return
    message = (
        f"Somebody waits for this answer at {trace.entry.name} ({trace.entry.kind}), from where it is asked for "
        f'with `"{trace.tier}"`. {_DISCOUNT[trace.tier]}; pass that from the background callers only.'
    )
    yield finding("TL201", call, message)


RULE = Rule("TL201", "discount-tier-on-live-path", check, __doc__)
