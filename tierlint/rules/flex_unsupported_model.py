"""A call asks for Flex with a model that does not have it.

## What it finds

`service_tier="flex"` together with a literal model that is not on the dated list of models with Flex. A
model that is known to have none is reported with high confidence, one on which the price lists disagree
with medium, and one that tierlint has never heard of with low confidence. A tier that is a parameter counts as what
the callers pass.

## Why it matters

The API answers HTTP 400. It does not fall back to the standard tier, so the request fails every time.
OpenAI says that Flex will not come to future models: a model that is newer than the list has none.

## Example

```python
from openai import OpenAI

client = OpenAI(timeout=900)


def translate(text: str) -> str:
    return client.responses.create(model="gpt-4.1", input=text, service_tier="flex").output_text
```

Write instead:

```python
from openai import OpenAI

client = OpenAI(timeout=900)


def translate(text: str) -> str:
    return client.responses.create(model="gpt-5.4", input=text, service_tier="flex").output_text
```

## Fix and its safety

The fix removes the keyword. It is unsafe, because the better repair may be another model, the Batch API,
or a background completion window (`gpt-6.2-*`).

## When to ignore

When your account has Flex for this model: name it in `extend-flex-models` under `[tool.tierlint]`.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from tierlint.catalog.models import Model, Models, find
from tierlint.model import Diagnostic, JudgedCall
from tierlint.rules.chain import asks_for
from tierlint.rules.rule import Rule, finding, tier_removal

_CONFIDENCE: Final = {"no": "high", "uncertain": "medium", None: "low"}


def check(call: JudgedCall, models: Models) -> Iterator[Diagnostic]:
    api_call = call.api_call
    # Other providers have lists, and tiers, of their own.
    if not asks_for(call, "flex") or api_call.provider != "openai" or call.refuses_tier:
        return
    for name in (api_call.model,) if api_call.model else api_call.models:
        model = find(models, name)
        support = model.flex if model else None
        if support != "yes":
            # Of several models that it may be, one is not certain to be used.
            confidence = _CONFIDENCE[support] if api_call.model or support is None else "medium"
            why_unsafe = "another model, or the Batch API, may be the better repair"
            fix = tier_removal(call, why_unsafe) if api_call.tier == "flex" else None
            yield finding("TL301", call, _message(name, model, models), confidence=confidence, fix=fix)
            return


def _message(name: str, model: Model | None, models: Models) -> str:
    if model is None:
        what = f"`{name}` is not on the Flex list of {models.as_of}, and new models do not get Flex"
    elif model.flex == "uncertain":
        what = f"`{name}` may have no Flex: the price lists of {models.as_of} and practice disagree"
    else:
        what = f"`{name}` has no Flex tier (list of {models.as_of})"
    cheaper = ""
    if model and model.windows:
        cheaper = " A background completion window is cheaper and works with this model."
    elif model and model.batch == "yes":
        cheaper = " The Batch API works with this model."
    return f"{what}: the request fails with HTTP 400, without falling back to standard.{cheaper}"


RULE = Rule("TL301", "flex-unsupported-model", check, __doc__)
