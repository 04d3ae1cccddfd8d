"""Which models take Flex, Batch or a background window, what each saves, and when a model shuts down."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date
from fnmatch import fnmatchcase
from functools import lru_cache
from importlib import resources
from typing import Literal

import msgspec
from msgspec import Struct

Support = Literal["yes", "no", "uncertain"]


class Price(Struct, frozen=True, forbid_unknown_fields=True):
    """US dollars per million tokens; cached: input that the prompt cache holds, where that has a price."""

    input: float
    output: float
    cached: float | None = None


class Model(Struct, frozen=True, forbid_unknown_fields=True):
    """One model; `also` are its other exact ids, `dated`: so is `<id>-YYYY-MM-DD`.

    saves: mechanism (`flex`, `batch`) -> share of the standard price saved. windows: background completion
    window -> share saved. what: for an id known only by its family, what the family is called.
    """

    id: str
    flex: Support
    batch: Support
    also: tuple[str, ...] = ()
    dated: bool = False
    shutdown: date | None = None
    saves: dict[str, float] = {}
    windows: dict[str, float] = {}
    usd: dict[str, Price] = {}
    what: str | None = None


class Family(Struct, frozen=True, forbid_unknown_fields=True):
    """Ids (globs) known to have no Flex, although not each of them is listed."""

    match: tuple[str, ...]
    batch: Support
    what: str


class Models(Struct, frozen=True, forbid_unknown_fields=True):
    """Everything that is known of models on the day `as_of`.

    prefixes: what wrappers put before an id. windows_since: first SDK version with completion windows.
    extend, exclude: ids (globs for `exclude`) for which the user says that Flex works, or does not.
    """

    as_of: date
    sources: tuple[str, ...]
    prefixes: tuple[str, ...]
    windows_since: str
    model: tuple[Model, ...]
    family_without_flex: tuple[Family, ...]
    extend: frozenset[str] = frozenset()
    exclude: tuple[str, ...] = ()


@lru_cache(maxsize=1)
def load() -> Models:
    """The models that come with this version of tierlint."""
    table = resources.files(__package__).joinpath("models.toml").read_bytes()
    return msgspec.toml.decode(table, type=Models)


def adjusted(models: Models, extend: Iterable[str] = (), exclude: Iterable[str] = ()) -> Models:
    """The same models with what the user knows better; `exclude` wins over `extend`."""
    return msgspec.structs.replace(
        models, extend=models.extend | frozenset(extend), exclude=(*models.exclude, *exclude)
    )


def find(models: Models, model_id: str) -> Model | None:
    """The model with this id; None: unknown, and that means no Flex, because new models do not get it.

    A prefix rule would be wrong here: `gpt-5-codex` and `gpt-6.2-sol` have no Flex although `gpt-5` has.
    """
    bare = _without_prefix(models, model_id)
    known = _listed(models, bare) or _of_family(models, bare)
    if any(fnmatchcase(bare, pattern) for pattern in models.exclude):
        return msgspec.structs.replace(known or _stranger(bare), flex="no")
    if bare in models.extend and (known is None or known.flex != "yes"):
        return msgspec.structs.replace(known or _stranger(bare), flex="yes")
    return known


def _without_prefix(models: Models, model_id: str) -> str:
    for prefix in models.prefixes:
        if model_id.startswith(prefix):
            return model_id[len(prefix) :]
    return model_id


def _listed(models: Models, model_id: str) -> Model | None:
    for model in models.model:
        if model_id == model.id or model_id in model.also:
            return model
        if model.dated and re.fullmatch(re.escape(model.id) + r"-\d{4}-\d{2}-\d{2}", model_id):
            return model
    return None


def _of_family(models: Models, model_id: str) -> Model | None:
    for family in models.family_without_flex:
        if any(fnmatchcase(model_id, pattern) for pattern in family.match):
            return Model(model_id, flex="no", batch=family.batch, what=family.what)
    return None


def _stranger(model_id: str) -> Model:
    return Model(model_id, flex="uncertain", batch="uncertain")
