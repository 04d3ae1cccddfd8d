"""The rules, in the order of their codes."""

from __future__ import annotations

from typing import Final

from tierlint.rules import (
    batch_candidate,
    discount_tier_on_live_path,
    fake_batch,
    flex_candidate,
    flex_short_timeout,
    flex_unsupported_model,
    mixed_helper,
    tier_not_accepted,
    unused_ignore,
)
from tierlint.rules.rule import Rule

RULES: Final[tuple[Rule, ...]] = (
    flex_candidate.RULE,
    batch_candidate.RULE,
    mixed_helper.RULE,
    discount_tier_on_live_path.RULE,
    flex_unsupported_model.RULE,
    tier_not_accepted.RULE,
    flex_short_timeout.RULE,
    fake_batch.RULE,
    unused_ignore.RULE,
)


def rule_names() -> dict[str, str]:
    """Code -> name of every rule."""
    return {rule.code: rule.name for rule in RULES}


def page(rule: Rule) -> str:
    """The rule's page, Markdown."""
    return f"# {rule.name} ({rule.code})\n\n{rule.docs.strip()}\n"
