"""By which mechanism a call gets its discount, what stands in the way, and whether adding Flex is safe."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from datetime import timedelta
from fnmatch import fnmatchcase
from typing import Final

import msgspec
from msgspec import Struct

from tierlint.catalog import Method
from tierlint.catalog.models import Model, Models, find
from tierlint.model import ApiCall, Location, Route, Verdict

OFFICIAL_HOST: Final = "api.openai.com"
# A model that goes this soon is worth a word, and too late for a change that nobody reads.
NOTICE: Final = timedelta(days=30)
# Flex and Batch where the price list has no figure of its own.
HALF: Final = 0.5

# Files that say which version of a distribution a project runs with: globs over the end of the path.
REQUIREMENT_FILES: Final = (
    "uv.lock",
    "poetry.lock",
    "pdm.lock",
    "pylock*.toml",
    "Pipfile.lock",
    "Pipfile",
    "pyproject.toml",
    "setup.cfg",
    "*requirements*.txt",
    "*requirements*.in",
    "requirements/*.txt",
    "requirements/*.in",
    "environment*.yml",
    "environment*.yaml",
)

_WITHOUT_FLEX: Final = {
    "audio": "audio requests have",
    "assistants": "assistant runs have",
    "completions": "legacy completions have",
    "embeddings": "embeddings have",
    "images": "images have",
    "moderations": "moderations have",
}


class Requirement(Struct, frozen=True):
    """The version of a distribution that a project runs with: pinned (`exact`), or the lowest it admits.

    version: None where the distribution is named without a lower bound. at: where it is said, if in a file.
    """

    distribution: str
    version: str | None
    exact: bool
    at: Location | None


class Safety(Struct, frozen=True):
    """Whether Flex can be added without a person looking; why_not is the first thing that is not proved."""

    safe: bool
    why_not: str | None = None


def route(
    call: ApiCall, verdict: Verdict, models: Models, *, method: Method, requirement: Requirement | None
) -> Route:
    """How this call gets the discount that its verdict allows; `requirement` is for the call's own SDK."""
    if verdict.tier == "standard":
        return Route("none", 0.0, None)
    if obstacle := _out_of_reach(call, models):
        return Route("none", 0.0, obstacle)
    if verdict.tier == "undetermined":
        return Route("none", 0.0, "nothing here says who waits for the answer")
    if method.tier == "none" and method.batch is None:
        return Route("none", 0.0, _no_such("cheaper tier", call))
    flex = _flex(call, models, method, requirement)
    window = _window(call, models, requirement)
    batch = _batch(call, models, method)
    order = (batch, flex, window) if verdict.tier == "batch" else (flex, window, batch)
    offered = [candidate for candidate in order if candidate.mechanism != "none"]
    if not offered:
        return Route("none", 0.0, "; ".join(filter(None, (flex.obstacle, batch.obstacle))))
    chosen = offered[0]
    if chosen is order[0]:
        return chosen
    offers = ", or ".join(_offer(candidate, call, models) for candidate in offered)
    return Route(chosen.mechanism, chosen.discount, f"{order[0].obstacle}; {offers}")


def safety(
    call: ApiCall,
    verdict: Verdict,
    models: Models,
    *,
    method: Method,
    requirement: Requirement | None,
    assume_openai_host: bool = True,
) -> Safety:
    """Whether it is proved that adding Flex to this call changes nothing but its price and its patience."""
    doubts = _doubts(call, verdict, models, method, requirement, assume_openai_host)
    why_not = next(doubts, None)
    return Safety(why_not is None, why_not)


def shutdown_notice(model: Model, models: Models) -> str | None:
    """That the model is gone or goes soon, seen from the day of the model list: never from today's clock."""
    if model.shutdown is None or model.shutdown > models.as_of + NOTICE:
        return None
    verb = "shuts down" if model.shutdown > models.as_of else "was shut down"
    return f"{model.id} {verb} on {model.shutdown}"


def _out_of_reach(call: ApiCall, models: Models) -> str | None:
    if call.provider == "other":
        where = f" ({call.host})" if call.host else ""
        return f"another vendor's host{where}: OpenAI's tiers do not apply"
    if call.host == f"eu.{OFFICIAL_HOST}":
        return "EU data residency: only standard processing is available there"
    model = find(models, call.model) if call.model else None
    if model and model.shutdown and model.shutdown <= models.as_of:
        return shutdown_notice(model, models)
    return None


def _flex(call: ApiCall, models: Models, method: Method, requirement: Requirement | None) -> Route:
    if method.tier == "none":
        return Route("none", 0.0, _no_such("Flex", call))
    if call.provider == "azure":
        return Route("none", 0.0, "Azure: Flex is a preview for few deployments")
    ids = (call.model,) if call.model else call.models
    known = [(model_id, find(models, model_id)) for model_id in ids]
    takers = [model for _, model in known if model and model.flex != "no"]
    if known and not takers:
        return Route("none", 0.0, _refusal(*known[0]))
    obstacles = [_refusal(*pair) for pair in known if not pair[1] or pair[1].flex != "yes"]
    obstacles += [notice for model in takers if (notice := shutdown_notice(model, models))]
    if not known:
        obstacles.append("the model is not known here, so support must be checked")
    if call.provider == "configurable":
        obstacles.append("the host is set at run time, and the tier is OpenAI's own")
    if method.tier == "indirect":
        obstacles.append(
            f"{call.sdk} takes the tier where its client is built or configured, not at the call"
        )
    if method.tier == "keyword" and method.tier_since is None and call.sdk == "openai":
        obstacles.append("this call is written for openai before 1.0")
    if too_old := _too_old(requirement, method.tier_since, "takes flex"):
        obstacles.append(too_old)
    discount = min((model.saves.get("flex", HALF) for model in takers), default=HALF)
    return Route("flex", discount, "; ".join(obstacles) or None)


def _window(call: ApiCall, models: Models, requirement: Requirement | None) -> Route:
    model = find(models, call.model) if call.model else None
    takes_windows = call.sdk == "openai" and call.method.endswith("responses.create")
    if not (model and model.windows and takes_windows and call.provider == "openai"):
        return Route("none", 0.0, "no background completion window")
    obstacles = ["it cannot stream"] if call.stream else []
    if too_old := _too_old(requirement, models.windows_since, "has it"):
        obstacles.append(too_old)
    return Route("background-window", min(model.windows.values()), "; ".join(obstacles) or None)


def _batch(call: ApiCall, models: Models, method: Method) -> Route:
    if method.batch is None:
        return Route("none", 0.0, _no_such("Batch", call))
    if call.provider == "azure":
        return Route("batch", HALF, "Azure: Batch needs a Global Batch deployment of the model")
    if call.api == "moderations":
        return Route("batch", 0.0, "moderation is free: a batch only spares the rate limit")
    ids = (call.model,) if call.model else call.models
    known = [(model_id, find(models, model_id)) for model_id in ids]
    if known and all(model and model.batch == "no" for _, model in known):
        return Route("none", 0.0, f"{known[0][0]} has no Batch")
    obstacles = [
        f"{model_id} may not have Batch, so support must be checked"
        for model_id, model in known
        if not model or model.batch != "yes"
    ]
    if call.provider == "configurable":
        obstacles.append("the host is set at run time, and the Batch API is OpenAI's own")
    if call.stream:
        obstacles.append("a request in a batch cannot stream")
    discount = min((model.saves.get("batch", HALF) for _, model in known if model), default=HALF)
    return Route("batch", discount, "; ".join(obstacles) or None)


def _offer(candidate: Route, call: ApiCall, models: Models) -> str:
    model = find(models, call.model) if call.model else None
    windows = sorted(model.windows.values()) if model else []
    says = {
        "flex": f"Flex saves {candidate.discount:.0%}",
        "batch": "Batch is half price" if candidate.discount == HALF else "Batch takes it",
        "background-window": "a background completion window (Responses only) saves "
        + " to ".join(f"{share:.0%}" for share in windows),
    }[candidate.mechanism]
    return f"{says} ({candidate.obstacle})" if candidate.obstacle else says


def _no_such(mechanism: str, call: ApiCall) -> str:
    if call.api in _WITHOUT_FLEX:
        return f"{_WITHOUT_FLEX[call.api]} no {mechanism}"
    if call.sdk == "openai":
        return f"{call.method.removeprefix('openai.')} has no {mechanism}"
    return f"{call.sdk} offers no {mechanism}"


def _refusal(model_id: str, model: Model | None) -> str:
    if model is None:
        return f"{model_id} is not known here, so support must be checked"
    if model.flex == "uncertain":
        return f"whether {model_id} has Flex is not certain, so support must be checked"
    return f"{model_id} has no Flex"


def _doubts(
    call: ApiCall,
    verdict: Verdict,
    models: Models,
    method: Method,
    requirement: Requirement | None,
    assume_openai_host: bool,
) -> Iterator[str]:
    if verdict.tier != "flex" or verdict.confidence != "high":
        yield f"the verdict is {verdict.tier} with {verdict.confidence} confidence"
    if not call.certain:
        yield "the receiver of the call was not resolved"
    if call.sdk != "openai":
        yield f"the call goes through {call.sdk}"
    if call.provider != "openai" or call.host not in (None, OFFICIAL_HOST):
        yield f"the client talks to {call.host or call.provider}, not to {OFFICIAL_HOST}"
    if call.host is None and not assume_openai_host:
        yield "the environment may set another host"
    if method.tier != "keyword":
        yield "the call takes no service_tier"
    if not call.closed or call.tier is not None:
        yield "the arguments may set a tier already"
    if call.model is None:
        yield "the model is not known here"
    else:
        model = find(models, call.model)
        if model is None or model.flex != "yes":
            yield f"{call.model} is not on the Flex list of {models.as_of}"
        elif notice := shutdown_notice(model, models):
            yield notice
    if method.tier_since is None:
        yield "no version of the SDK is known in which this method takes flex"
    if requirement is None:
        yield f"no file says which version of {call.sdk} is used"
    elif requirement.version is None:
        yield f"{requirement.distribution} is required without a lowest version"
    elif too_old := _too_old(requirement, method.tier_since, "takes flex"):
        yield too_old


def _too_old(requirement: Requirement | None, since: str | None, what: str) -> str | None:
    if not (requirement and requirement.version and since):
        return None
    if _release(requirement.version) >= _release(since):
        return None
    version = f"{requirement.distribution} version ({requirement.version})"
    return f"the required {version} is older than {since}, which {what}"


# --- Which version a project requires ---------------------------------------------------------------

_LOCKED: Final = re.compile(
    r'^\[\[packages?\]\]\s*\nname = "(?P<name>[^"]+)"\s*\nversion = "(?P<version>[^"]+)"', re.MULTILINE
)
_LISTED: Final = re.compile(
    r"^[ \t]*(?:-[ \t]+)?[\"']?(?:[\w-]+::)?(?P<name>[A-Za-z][\w.-]*)[ \t]*(?:\[[^\]\n]*\])?"
    r"[ \t]*(?P<bounds>(?:[(=<>~!][^;#@\"'\n\\]*)?)",
    re.MULTILINE,
)
_INSTALLS: Final = re.compile(r"^install_requires *=", re.MULTILINE)
_BOUND: Final = re.compile(
    r"\s*\(?(?P<operator>[=<>~!^]*)\s*v?(?P<version>\d[\w.]*?)(?P<wild>\.?\*)?(?:=\w+)?[\s)]*$"
)
_PARTS: Final = re.compile(r",|\s+(?=[<>=!~^])")
_TABLES: Final[tuple[tuple[str, ...], ...]] = (
    ("tool", "poetry", "dependencies"),
    ("tool", "poetry", "dev-dependencies"),
    ("tool", "poetry", "group", "*", "dependencies"),
    ("packages",),
    ("dev-packages",),
    ("default",),
    ("develop",),
)
_LISTS: Final[tuple[tuple[str, ...], ...]] = (
    ("project", "dependencies"),
    ("project", "optional-dependencies", "*"),
    ("dependency-groups", "*"),
    ("tool", "uv", "dev-dependencies"),
    ("tool", "pdm", "dev-dependencies", "*"),
)


def names_requirements(path: str) -> bool:
    """Whether a file (posix path) may say which version of a distribution the project runs with."""
    tail = "/".join(path.split("/")[-2:])
    return any(fnmatchcase(tail if "/" in glob else tail.split("/")[-1], glob) for glob in REQUIREMENT_FILES)


def required_version(files: Mapping[str, str], distribution: str, *, used_in: str = "") -> Requirement | None:
    """Which version of `distribution` runs, by the texts of the files that `names_requirements` accepts.

    Files beside or above the file `used_in` speak first, the nearest before the others; a pin speaks before a
    range, and of several the lowest version counts, because a fix has to be right for all of them.
    """
    found = []
    for path, text in sorted(files.items()):
        if names_requirements(path):
            for bounds, line in _mentions(path, text, _normal(distribution)):
                version, exact = _lowest(bounds)
                at = Location(path, line, 1, line, len(text.splitlines()[line - 1]) + 1)
                found.append(Requirement(distribution, version, exact, at))
    return min(found, key=lambda requirement: _rank(requirement, used_in), default=None)


def _rank(requirement: Requirement, used_in: str) -> tuple[int, bool, bool, tuple[int, ...]]:
    folders = requirement.at.path.split("/")[:-1] if requirement.at else []
    if folders and folders[-1] == "requirements":
        folders.pop()
    beside = used_in.split("/")[: len(folders)] == folders
    nearness = -len(folders) if beside else 1
    version = requirement.version
    return nearness, version is None, not requirement.exact, _release(version or "0")


def _mentions(path: str, text: str, distribution: str) -> Iterator[tuple[str, int]]:
    """Bounds on the distribution and the line of each."""
    name = path.rpartition("/")[2]
    if name.endswith((".toml", ".lock")) or name == "Pipfile":
        for match in _LOCKED.finditer(text):
            if _normal(match["name"]) == distribution:
                yield f"=={match['version']}", text.count("\n", 0, match.start("name")) + 1
    if name in ("pyproject.toml", "Pipfile", "Pipfile.lock"):
        try:
            document = (msgspec.json if name == "Pipfile.lock" else msgspec.toml).decode(text)
        except msgspec.DecodeError:
            return
        for raw, bounds in _declared(document):
            if _normal(raw) == distribution:
                yield bounds, _line_of(text, raw, bounds)
    elif not name.endswith((".toml", ".lock")):
        for match in _LISTED.finditer(_INSTALLS.sub(lambda key: " " * len(key[0]), text)):
            if _normal(match["name"]) == distribution:
                yield match["bounds"], text.count("\n", 0, match.start("name")) + 1


def _declared(document: object) -> Iterator[tuple[str, str]]:
    for keys in _LISTS:
        for items in _under([document], keys):
            for item in items if isinstance(items, list) else ():
                if isinstance(item, str) and (match := _LISTED.match(item)):
                    yield match["name"], match["bounds"]
    for keys in _TABLES:
        for table in _under([document], keys):
            for name, value in table.items() if isinstance(table, dict) else ():
                for constraint in value if isinstance(value, list) else [value]:
                    said = constraint.get("version", "") if isinstance(constraint, dict) else constraint
                    yield name, str(said)


def _under(documents: Iterable[object], keys: tuple[str, ...]) -> Iterator[object]:
    for document in documents:
        if not keys:
            yield document
        elif isinstance(document, dict):
            step = document.values() if keys[0] == "*" else [document.get(keys[0])]
            yield from _under(step, keys[1:])


def _line_of(text: str, name: str, bounds: str) -> int:
    mentions = [match.start() for match in re.finditer(rf"(?<![\w.-]){re.escape(name)}(?![\w-])", text)]
    lines = [text.count("\n", 0, start) + 1 for start in mentions]
    said = [line for line in lines if bounds in text.splitlines()[line - 1]]
    return next(iter(said or lines), 1)


def _lowest(bounds: str) -> tuple[str | None, bool]:
    """The lowest version the bounds admit (as pip, Poetry or conda write them), and whether it is a pin."""
    lowest: list[tuple[str, bool]] = []
    for alternative in bounds.split("||"):
        admitted = [match for part in _PARTS.split(alternative) if (match := _BOUND.match(part))]
        lower = [match for match in admitted if match["operator"] not in ("<", "<=", "!=")]
        if not lower:
            return None, False
        highest = max(lower, key=lambda match: _release(match["version"]))
        pinned = highest["operator"] in ("", "=", "==", "===") and not highest["wild"]
        lowest.append((highest["version"], pinned))
    return min(lowest, key=lambda pair: _release(pair[0]))


def _release(version: str) -> tuple[int, ...]:
    """Ordered like the versions: `1.75.0rc1` comes before `1.75`, and `1.75` equals `1.75.0`."""
    numbers = [int(number) for number in re.split(r"[^\d.]", version)[0].split(".") if number]
    preview = re.search(r"\d[._-]?(a|b|rc|alpha|beta|dev|pre)", version) is not None
    return (*(numbers + [0] * 6)[:6], -1 if preview else 0)


def _normal(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()
