"""A tier is passed where nothing takes it: the library drops it without a word, or raises.

## What it finds

`service_tier` on an endpoint that has none (embeddings, legacy completions, images, audio), with a version of
the SDK that does not know it yet, or in a spelling that a wrapper accepts and never sends: a constructor that
ignores what it does not know, a settings object without such a field.

## Why it matters

What is dropped costs the full price although the code says otherwise. What raises fails on every request.

## Example

```python
from llama_index.llms.openai import OpenAI

llm = OpenAI(model="gpt-5.4", timeout=900, service_tier="flex")


def translate(text: str) -> str:
    return llm.complete(text).text
```

Write instead:

```python
from llama_index.llms.openai import OpenAI

llm = OpenAI(model="gpt-5.4", timeout=900, additional_kwargs={"service_tier": "flex"})


def translate(text: str) -> str:
    return llm.complete(text).text
```

## Fix and its safety

Where the same call takes the tier in another spelling, the fix writes that one. It is safe: the code says
already that the tier is wanted. Where nothing takes it, the fix removes the keyword, which is unsafe: the
better repair may be another library, another endpoint or a newer version.

## When to ignore

When the library is patched to send it.
"""

from __future__ import annotations

from collections.abc import Iterator

from msgspec.structs import replace

from tierlint.catalog.models import Models
from tierlint.model import Diagnostic, JudgedCall, Loss
from tierlint.rules.rule import Rule, finding, tier_removal
from tierlint.tier_edits import spelled


def check(call: JudgedCall, models: Models) -> Iterator[Diagnostic]:
    for loss in call.losses:
        # A loss at the construction is reported there, once for all calls of the object.
        yield replace(finding("TL302", call, _message(call, loss), confidence="high", fix=loss.fix), at=loss.at)
    if call.losses or call.api_call.tier is None or call.api_call.provider != "openai":
        return
    # In `extra_body` it is sent, whatever the endpoint makes of it.
    if call.refuses_tier and call.reading is not None and "service_tier" in call.reading.keywords:
        # Where only the version is too old, the repair is a newer one.
        has_none = call.api_call.api not in ("chat", "responses")
        fix = tier_removal(call, "another endpoint may be the better repair") if has_none else None
        yield finding("TL302", call, f"{call.refuses_tier}.", confidence="high", fix=fix)


def _message(call: JudgedCall, loss: Loss) -> str:
    keyword = spelled(loss.lost.spelling, loss.lost.tier) if loss.lost.tier != "<expr>" else loss.lost.spelling
    sdk = call.api_call.sdk
    if loss.lost.how == "raises":
        text = f"{sdk} raises on `{keyword}`: the request fails every time."
    else:
        text = f"{sdk} drops `{keyword}` without a word: the request is sent at the standard tier and price."
    if loss.lost.right is None:
        return text
    return f"{text} Spelled `{spelled(loss.lost.right, loss.lost.tier)}` it is sent."


RULE = Rule("TL302", "tier-not-accepted", check, __doc__)
