"""A method named batch sends many standard requests at once: it is not the Batch API.

## What it finds

`.batch()` and `.abatch()` of LangChain, LiteLLM's `batch_completion` and their like over a data set, where
nobody waits for the answers.

## Why it matters

The name promises half the price. What happens is one request per item on the standard tier, at the full price
and against the rate limit of live traffic.

## Example

```python
import csv

from langchain_openai import ChatOpenAI

llm = ChatOpenAI(model="gpt-5.4")


def main() -> None:
    with open("reviews.csv") as source:
        texts = [row["text"] for row in csv.DictReader(source)]
    for answer in llm.batch(texts):
        print(answer.content)


if __name__ == "__main__":
    main()
```

Write instead: the Batch API (see TL102), or the same call on Flex.

```python
import csv

from langchain_openai import ChatOpenAI

llm = ChatOpenAI(model="gpt-5.4", service_tier="flex")


def main() -> None:
    with open("reviews.csv") as source:
        texts = [row["text"] for row in csv.DictReader(source)]
    for answer in llm.batch(texts):
        print(answer.content)


if __name__ == "__main__":
    main()
```

## Fix and its safety

The Batch API changes the program's shape, so there is no automatic edit for it. Where the model has Flex,
`--unsafe-fixes` adds the tier, which costs the same today.

## When to ignore

When the answers are needed within minutes and the parallel requests are what is wanted.
"""

from __future__ import annotations

from collections.abc import Iterator

from tierlint.catalog.models import Models
from tierlint.model import Diagnostic, JudgedCall
from tierlint.rules.advice import flex_instead, who_waits
from tierlint.rules.rule import Rule, finding


def check(call: JudgedCall, models: Models) -> Iterator[Diagnostic]:
    api_call = call.api_call
    # Many texts in one embeddings request are no fake: see TL102.
    if (
        api_call.spread is None
        or api_call.api == "embeddings"
        or call.verdict.tier != "batch"
        or api_call.tier is not None
        or not call.route.discount
    ):
        return
    name = api_call.callee.rpartition(".")[2]
    message = (
        f"{who_waits(call, answer='these answers')} `{name}` sends one standard request for each item: it is not the "
        f"Batch API, which costs {call.route.discount:.0%} less."
    )
    yield finding("TL401", call, message, fix=flex_instead(call))


RULE = Rule("TL401", "fake-batch", check, __doc__)
