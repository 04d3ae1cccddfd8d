"""Many independent requests that nobody waits for are sent one by one at the standard price.

## What it finds

A call that is made once per item of a collection known up front, where no request needs another's
answer, the answers are only collected or stored, and no entry point has a person waiting: evaluations,
nightly enrichment, backfills, data set builds, offline embeddings.

## Why it matters

That is the shape of the Batch API: one file of requests, half the price, a rate limit of its own, and
answers within 24 hours (often much sooner). Embeddings, moderations and images, which have no Flex, have
it too.

## Example

```python
import csv

from openai import OpenAI

client = OpenAI(timeout=900)


def main() -> None:
    with open("reviews.csv") as source, open("labels.txt", "w") as target:
        for row in csv.DictReader(source):
            answer = client.responses.create(model="gpt-5.4", input=row["text"])
            target.write(answer.output_text)


if __name__ == "__main__":
    main()
```

Write instead: one line per request, one upload, one batch.

```python
import csv
import json

from openai import OpenAI

client = OpenAI()


def main() -> None:
    with open("reviews.csv") as source, open("requests.jsonl", "w") as target:
        for number, row in enumerate(csv.DictReader(source)):
            body = {"model": "gpt-5.4", "input": row["text"]}
            line = {"custom_id": str(number), "method": "POST", "url": "/v1/responses", "body": body}
            target.write(json.dumps(line) + "\\n")
    with open("requests.jsonl", "rb") as requests:
        file = client.files.create(file=requests, purpose="batch")
    client.batches.create(input_file_id=file.id, endpoint="/v1/responses", completion_window="24h")


if __name__ == "__main__":
    main()
```

A later run reads the batch's status, then its output file (in any order: match by `custom_id`) and its
error file. A file holds 50,000 requests and 200 MB, all for one model.

## Fix and its safety

Moving to the Batch API changes the program's shape, so there is no automatic edit for it. Where the
model has Flex, `--unsafe-fixes` adds `service_tier="flex"`, which costs the same today and needs no
restructuring; allow a timeout of 900 seconds and handle 429 `flex_unavailable`. It is never a safe fix,
because Batch is the better answer and Flex is not coming to new models.

## When to ignore

When the collection is always small, or when the next step of a pipeline needs the answers within
minutes: then take Flex, and the rule is silent about a call that names its tier.
"""

from __future__ import annotations

from collections.abc import Iterator

from tierlint.catalog.models import Models
from tierlint.model import Diagnostic, JudgedCall
from tierlint.routes import has_flex
from tierlint.rules.advice import advice, flex_instead, who_waits
from tierlint.rules.rule import Rule, finding


def check(call: JudgedCall, models: Models) -> Iterator[Diagnostic]:
    if call.verdict.tier != "batch" or call.api_call.tier is not None or not call.route.discount:
        return
    # A call that only looks like a batch is TL401's, one whose tier is lost TL302's.
    fake = call.api_call.spread is not None and call.api_call.api != "embeddings"
    if fake or call.losses:
        return
    message = f"{who_waits(call, answer='these answers')} {advice(call, models)}"
    if call.route.mechanism == "batch" and has_flex(call.api_call, models):
        message += (
            ' Flex costs the same today with one keyword, `service_tier="flex"` (timeout 900 s, '
            "429 `flex_unavailable`)."
        )
    yield finding("TL102", call, message, fix=flex_instead(call))


RULE = Rule("TL102", "batch-candidate", check, __doc__)
