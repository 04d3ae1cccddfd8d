"""One helper serves people and jobs: the jobs pay for the speed that the people need.

## What it finds

A call on which somebody waits, and which other entry points reach with nobody waiting: a function that a web
route and a nightly job share. The finding names the callers in the background; `tierlint calls` and `tierlint
explain` say for every entry point whether somebody waits there. It is made where the model has Flex and the call itself
can be told its tier. Where the call takes its tier from a parameter, it is made for the background callers that do not
pass it.

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
from typing import Literal

from celery import Celery
from fastapi import FastAPI
from openai import OpenAI, omit

app, jobs, client = FastAPI(), Celery("jobs"), OpenAI(timeout=900)


def summarise(text: str, service_tier: Literal["flex"] | None = None) -> str:
    answer = client.responses.create(model="gpt-5.4", input=text, service_tier=service_tier or omit)
    return answer.output_text


@app.get("/summary")
def summary(text: str) -> str:
    return summarise(text)


@jobs.task
def archive(text: str) -> None:
    print(summarise(text, service_tier="flex"))
```

## Fix and its safety

The fix hands the tier down. Every function between the request and the first caller that serves only background work
gets one more parameter, `service_tier=None`, passes it on, and that caller passes `"flex"`. Who does not pass it sends
what was sent before, byte for byte: `omit` (before version 1.109 of the SDK `NOT_GIVEN`) leaves the field out, where
`service_tier=None` would send a null. Where the version of the SDK is not known, or the library is another, the request
is written `**({"service_tier": service_tier} if service_tier else {})`. Functions with type hints get one for the
parameter. A function inside another one finds the tier in the outer one's parameter, and where there is a parameter
`service_tier=None` already, that one serves.

It is unsafe because it changes signatures: a test that puts something else in the place of such a function has to take
the parameter as well, and who can wait is told from the callers that are known.

All background callers are told, or there is no fix, and the message says what stands in the way:

- a function of the chain is an entry point itself (a route, a task), a property, a lambda or a special method, stands
  in a notebook or in the body of a file, takes `**kwargs`, or uses the name `service_tier` for something else;
- it carries a decorator that is not known to hand everything on (`[[tool.tierlint.decorator]]` with `name` declares
  one; a cache is none), has a namesake in a class above or below it, or is handed over, kept or returned as a value;
- a background caller does not call it directly but through a thread, a table or a name, or calls it inside an f-string;
- the arguments of the request may hold a tier already, or the library takes the tier in another way than as a keyword.

## When to ignore

When the background share of the traffic is too small to matter.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from tierlint.catalog.models import Models
from tierlint.idle_callers import callers_to_tell
from tierlint.model import Diagnostic, JudgedCall
from tierlint.routes import has_flex
from tierlint.rules.rule import Rule, finding

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
