"""Which model ids count as having Flex: exactly those that are listed."""

from __future__ import annotations

import pytest

from tierlint.catalog.models import Models, adjusted, find, load


@pytest.fixture
def models() -> Models:
    return load()


@pytest.mark.parametrize(
    ("model_id", "flex", "batch"),
    [
        ("gpt-5.4", "yes", "yes"),
        ("gpt-5.4-2026-03-05", "yes", "yes"),
        ("gpt-5.6", "yes", "yes"),
        ("openai/gpt-5.4-mini", "yes", "yes"),
        ("openai:gpt-6-luna", "yes", "yes"),
        ("gpt-6.1-sol-2026-11-09", "yes", "yes"),
        ("gpt-5.4-pro", "uncertain", "yes"),
        ("gpt-6.2-sol", "no", "yes"),
        ("gpt-6.2-luna", "no", "yes"),
        ("gpt-5-pro", "no", "yes"),
        ("gpt-5-pro-2025-10-06", "no", "yes"),
        ("gpt-5-codex", "no", "uncertain"),
        ("gpt-5.1-codex-max", "no", "uncertain"),
        ("gpt-5.2-chat-latest", "no", "uncertain"),
        ("gpt-5.5-chat", "no", "uncertain"),
        ("gpt-4o-2024-08-06", "no", "yes"),
        ("gpt-4o-mini-audio-preview", "no", "no"),
        ("gpt-3.5-turbo", "no", "yes"),
        ("o3-deep-research", "no", "uncertain"),
        ("text-embedding-3-small", "no", "yes"),
        ("ft:gpt-4o-mini:acme::a1", "no", "uncertain"),
    ],
)
def test_known_ids(models: Models, model_id: str, flex: str, batch: str) -> None:
    model = find(models, model_id)
    assert model is not None
    assert (model.flex, model.batch) == (flex, batch)


@pytest.mark.parametrize(
    "model_id",
    [
        "gpt-7",
        "gpt-5.4-2026-12-24",
        "gpt-6-sol-preview",
        "gpt-6-sol-2026-9-1",
        "GPT-5.4",
        "azure/gpt-5.4",
        "claude-5",
        "",
    ],
)
def test_unknown_ids_are_not_guessed_at(models: Models, model_id: str) -> None:
    assert find(models, model_id) is None


def test_the_user_knows_better(models: Models) -> None:
    own = adjusted(models, extend=["house-model", "gpt-5.4-pro", "gpt-5.2"], exclude=["gpt-5.4*", "gpt-5.2", "*-llama"])
    flex = {
        name: model.flex if (model := find(own, name)) else None
        for name in ("house-model", "gpt-5.4", "gpt-5.4-pro", "gpt-5.2", "our-llama", "gpt-7")
    }
    assert flex == {
        "house-model": "yes",
        "gpt-5.4": "no",
        "gpt-5.4-pro": "no",
        "gpt-5.2": "no",
        "our-llama": "no",
        "gpt-7": None,
    }


def test_an_extended_model_keeps_what_is_known_of_it(models: Models) -> None:
    model = find(adjusted(models, extend=["gpt-5.5-pro"]), "gpt-5.5-pro")
    assert model is not None
    assert (model.flex, model.saves["flex"]) == ("yes", 0.5)


def test_every_listed_id_is_found_as_itself(models: Models) -> None:
    for model in models.model:
        for name in (model.id, *model.also):
            assert find(models, name) is model


def test_windows_are_shares_saved(models: Models) -> None:
    model = find(models, "gpt-6.2-sol")
    assert model is not None
    assert model.windows == {"2h": 0.3, "8h": 0.4}
