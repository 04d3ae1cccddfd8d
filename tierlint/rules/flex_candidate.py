"""Nobody waits for the answer of a call that pays the standard price.

## What it finds

A call whose every known caller is background work (a queue task, a schedule, a background task, a script
that is left to run) and which passes no service tier. Each entry point that reaches the call was found
in the code or in a deployment file; `tierlint explain FILE:LINE` shows them with the steps in between.

## Why it matters

With `service_tier="flex"` the same model answers the same request at half the price, only slower. Where
no person and no service waits, that speed is paid for and not used. Models without Flex may have a
background completion window (30 to 40 % off); the message names what this model has. Nothing is reported
for a model that has neither.

## Example

```python
from celery import Celery
from openai import OpenAI

app = Celery("mail")
client = OpenAI(timeout=900)


@app.task
def summarise(letter: str) -> None:
    answer = client.responses.create(model="gpt-5.4", input=letter)
    print(answer.output_text)
```

Write instead:

```python
from celery import Celery
from openai import OpenAI

app = Celery("mail")
client = OpenAI(timeout=900)


@app.task
def summarise(letter: str) -> None:
    answer = client.responses.create(model="gpt-5.4", input=letter, service_tier="flex")
    print(answer.output_text)
```

A Flex request can take minutes: allow 900 seconds (the client's default is 600). When there is no
capacity the API answers HTTP 429 with the code `flex_unavailable`, which is not billed: try again later,
or send the request once more without the tier.

## Fix and its safety

The fix adds the keyword and nothing else. It is safe when everything it rests on is proved: OpenAI's own
client and host, an endpoint and an SDK version that take the tier, a literal model on the dated Flex
list, no `**kwargs` or `extra_body` that could carry another tier, and a verdict of high confidence.
Otherwise it is unsafe (`--unsafe-fixes`), or there is none.

## When to ignore

When something outside this repository waits for the answer, or when the project has Flex switched off.
Say so in the comment: `# tierlint: ignore[TL101] the partner's API polls for this`. When a whole
framework is misread, declare its entry points once under `[tool.tierlint]` instead.
"""

from __future__ import annotations

from collections.abc import Iterator

from tierlint.catalog.models import Models
from tierlint.model import Diagnostic, JudgedCall
from tierlint.rules.advice import advice, who_waits
from tierlint.rules.rule import Rule, finding


def check(call: JudgedCall, models: Models) -> Iterator[Diagnostic]:
    # Work that is not shaped like a job gains nothing from the Batch API.
    if call.verdict.tier != "flex" or call.route.mechanism not in ("flex", "background-window"):
        return
    if call.api_call.tier is None and not call.losses and call.route.discount:
        message = f"{who_waits(call, answer='this answer')} {advice(call, models)}"
        yield finding("TL101", call, message, fix=call.fix)


RULE = Rule("TL101", "flex-candidate", check, __doc__)
