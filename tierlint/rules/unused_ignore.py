"""A comment tells tierlint to ignore something that is not there.

## What it finds

`# tierlint: ignore` comments that hide no finding, and single codes of a comment that hide none:
`ignore[TL101, TL102]` where only TL101 is found. Also codes that no rule has. A code is only judged in a
run that has its rule selected.

## Why it matters

A comment that outlives its reason hides the next real finding on that line without anybody noticing.

## Example

```python
def total(prices: list[float]) -> float:
    return sum(prices)  # tierlint: ignore[TL101]
```

Write instead:

```python
def total(prices: list[float]) -> float:
    return sum(prices)
```

## Fix and its safety

The fix removes the comment, or the unused codes from its list. It is safe: no code changes. In notebooks
there is none.

## When to ignore

Not at all: remove the comment. To keep one on purpose, say `ignore[TL101, TL901]`.
"""

from __future__ import annotations

from collections.abc import Iterator

from tierlint.catalog.models import Models
from tierlint.model import Diagnostic, JudgedCall
from tierlint.rules.rule import Rule


def check(call: JudgedCall, models: Models) -> Iterator[Diagnostic]:
    """Nothing: only the filter, which sees all other findings, knows which comments hid none."""
    return iter(())


RULE = Rule("TL901", "unused-ignore", check, __doc__)
