"""One helper serves people and jobs: the jobs pay for the speed that the people need.

## What it finds

A call on which somebody waits, and which other entry points reach with nobody waiting: a function that a web
route and a nightly job share. The finding names the callers in the background. It is made where the model has
Flex and the call itself can be told its tier.

## Why it matters

The call has to stay on the standard tier because of its least patient caller, and every job that goes through it
costs twice what it could.

## Example

```python
from celery import Celery
from fastapi import FastAPI
from openai import OpenAI

app, jobs, client = FastAPI(), Celery("jobs"), OpenAI(timeout=900)


def summarise(text: str) -> str:
    return client.responses.create(model="gpt-5.4", input=text).output_text


@app.get("/summary")
def summary(text: str) -> str:
    return summarise(text)


@jobs.task
def archive(text: str) -> None:
    print(summarise(text))
```

Write instead: the background callers say what they can bear.

```python
from celery import Celery
from fastapi import FastAPI
from openai import OpenAI

app, jobs, client = FastAPI(), Celery("jobs"), OpenAI(timeout=900)


def summarise(text: str, service_tier: str = "auto") -> str:
    answer = client.responses.create(model="gpt-5.4", input=text, service_tier=service_tier)
    return answer.output_text


@app.get("/summary")
def summary(text: str) -> str:
    return summarise(text)


@jobs.task
def archive(text: str) -> None:
    print(summarise(text, service_tier="flex"))
```

## Fix and its safety

There is no automatic edit: it changes the signatures of every function between the background caller and the
request. `"auto"` is what the API takes an absent tier for, so it is the parameter's natural default.

## When to ignore

When the background share of the traffic is too small to matter.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from tierlint.catalog.models import Models
from tierlint.model import Diagnostic, JudgedCall
from tierlint.routes import has_flex
from tierlint.rules.rule import Rule, finding
from tierlint.tier_chains import callers_to_tell

_MOST_NAMED: Final = 3


def check(call: JudgedCall, models: Models) -> Iterator[Diagnostic]:
    idle = callers_to_tell(call) if has_flex(call.api_call, models) else ()
    if not idle or not any(trace.certain for trace in call.traces if trace.entry in idle):
        return
    named = [f"{entry.name} ({entry.kind})" for entry in idle[:_MOST_NAMED]]
    more = f" and {len(idle) - len(named)} more" if len(idle) > len(named) else ""
    takes = "Let it take the tier as a parameter, and pass" if call.api_call.tier is None else "It takes the tier: pass"
    left = f" It is not written for you: {call.no_fix}." if call.no_fix else ""
    message = (
        f"`{call.api_call.function_name.rpartition(':')[2]}` serves callers that wait and others that do not: "
        f"{', '.join(named)}{more}. {takes} "
        f'`"flex"` from there (timeout 900 s, 429 `flex_unavailable`).{left}'
    )
    yield finding("TL103", call, message, confidence="medium", fix=call.fix)


RULE = Rule("TL103", "mixed-helper", check, __doc__)
