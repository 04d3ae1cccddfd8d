"""How a verdict becomes a mechanism, when a fix is safe, and which SDK version a project requires."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from tierlint.catalog.models import adjusted, find, load
from tierlint.catalog.sdk_tables import Method
from tierlint.model import ApiCall, CallId, Evidence, FunctionId, Location, Route, TierPlace, Verdict
from tierlint.requirements import Requirement, names_requirements, required_version
from tierlint.routes import route, safety, shutdown_notice

HERE = Location("jobs/run.py", 7, 1, 7, 40)
RESPONSES = Method(
    on=("openai.OpenAI",),
    path=("responses.create",),
    api="responses",
    tier="keyword",
    tier_since="1.75.0",
    batch="/v1/responses",
)
EMBEDDINGS = Method(on=("openai.OpenAI",), path=("embeddings.create",), api="embeddings", batch="/v1/embeddings")
SPEECH = Method(on=("openai.OpenAI",), path=("audio.speech.create",), api="audio")
LEGACY = Method(on=("openai",), path=("ChatCompletion.create",), api="chat", tier="keyword")
CHAIN = Method(on=("langchain_openai.ChatOpenAI",), path=("invoke",), api="chat", tier="indirect")
LOCKED = Requirement("openai", "3.54.0", True, HERE)


def api_call(**fields: Any) -> ApiCall:
    plain = ApiCall(
        call=CallId("jobs/run.py", 0),
        callee="client.responses.create",
        method="openai.OpenAI.responses.create",
        sdk="openai",
        api="responses",
        provider="openai",
        host=None,
        model="gpt-5.4",
        models=("gpt-5.4",),
        tier=None,
        stream=None,
        timeout=None,
        certain=True,
        closed=True,
        function=FunctionId("jobs/run.py", 1),
        function_name="jobs.run:main",
        at=HERE,
        client=None,
    )
    if "model" in fields:
        fields = {"models": (fields["model"],) if fields["model"] else (), **fields}
    return msgspec.structs.replace(plain, **fields)


def verdict(tier: Any = "flex", confidence: Any = "high") -> Verdict:
    return Verdict(tier, confidence, (Evidence("nobody waits", HERE),))


def routed(
    tier: str = "flex",
    by: Method = RESPONSES,
    requirement: Requirement | None = LOCKED,
    **fields: Any,
) -> Route:
    return route(api_call(**fields), verdict(tier), load(), method=by, requirement=requirement)


EMBEDDING = {
    "api": "embeddings",
    "method": "openai.OpenAI.embeddings.create",
    "model": "text-embedding-3-small",
}
ROUTES: list[tuple[str, dict[str, Any], Route]] = [
    ("flex", {}, Route("flex", 0.5, None)),
    ("batch", {}, Route("batch", 0.5, None)),
    ("standard", {"model": "gpt-4o"}, Route("none", 0.0, None)),
    ("undetermined", {}, Route("none", 0.0, "nothing here says who waits for the answer")),
    ("flex", {"model": "gpt-4o"}, Route("batch", 0.5, "gpt-4o has no Flex; Batch is half price")),
    (
        "flex",
        {"model": "gpt-6.2-sol"},
        Route(
            "background-window",
            0.3,
            "gpt-6.2-sol has no Flex; a background completion window (Responses only) saves 30% to 40%, "
            "or Batch is half price",
        ),
    ),
    (
        "flex",
        {"by": EMBEDDINGS, **EMBEDDING},
        Route("batch", 0.5, "embeddings have no Flex; Batch is half price"),
    ),
    ("batch", {"by": EMBEDDINGS, **EMBEDDING}, Route("batch", 0.5, None)),
    (
        "batch",
        {"by": SPEECH, "api": "audio", "model": "tts-1"},
        Route("none", 0.0, "audio requests have no cheaper tier"),
    ),
    (
        "flex",
        {"model": None},
        Route("flex", 0.5, "the model is not known here, so support must be checked"),
    ),
    (
        "flex",
        {"model": "gpt-7"},
        Route(
            "batch",
            0.5,
            "gpt-7 is not known here, so support must be checked; "
            "Batch is half price (gpt-7 may not have Batch, so support must be checked)",
        ),
    ),
    (
        "flex",
        {"model": None, "models": ("gpt-5.4", "gpt-4o")},
        Route("flex", 0.5, "gpt-4o has no Flex"),
    ),
    (
        "flex",
        {"model": "gpt-5.4-pro"},
        Route("flex", 0.5, "whether gpt-5.4-pro has Flex is not certain, so support must be checked"),
    ),
    ("flex", {"model": "gpt-5"}, Route("flex", 0.5, "gpt-5 shuts down on 2026-12-11")),
    ("flex", {"model": "gpt-5.1"}, Route("flex", 0.5, None)),
    ("flex", {"model": "o4-mini"}, Route("none", 0.0, "o4-mini was shut down on 2026-10-23")),
    ("batch", {"stream": True}, Route("batch", 0.5, "a request in a batch cannot stream")),
    (
        "batch",
        {"provider": "other", "host": "api.groq.com"},
        Route("none", 0.0, "another vendor's host (api.groq.com): OpenAI's tiers do not apply"),
    ),
    (
        "flex",
        {"provider": "azure"},
        Route(
            "batch",
            0.5,
            "Azure: Flex is a preview for few deployments; "
            "Batch is half price (Azure: Batch needs a Global Batch deployment of the model)",
        ),
    ),
    (
        "flex",
        {"host": "eu.api.openai.com"},
        Route("none", 0.0, "EU data residency: only standard processing is available there"),
    ),
    (
        "flex",
        {"provider": "configurable"},
        Route("flex", 0.5, "the host is set at run time, and the tier is OpenAI's own"),
    ),
    (
        "flex",
        {"requirement": Requirement("openai", "1.40", False, HERE)},
        Route("flex", 0.5, "the required openai version (1.40) is older than 1.75.0, which takes flex"),
    ),
    (
        "flex",
        {"by": LEGACY, "method": "openai.ChatCompletion.create", "api": "chat"},
        Route("flex", 0.5, "this call is written for openai before 1.0"),
    ),
    (
        "flex",
        {"model": "gpt-6.2-sol", "requirement": Requirement("openai", "3.50", True, HERE)},
        Route(
            "background-window",
            0.3,
            "gpt-6.2-sol has no Flex; a background completion window (Responses only) saves 30% to 40% "
            "(the required openai version (3.50) is older than 3.53.0, which has it), or Batch is half price",
        ),
    ),
    (
        "batch",
        {"model": "ft:gpt-4o-mini:acme::a1"},
        Route("batch", 0.5, "ft:gpt-4o-mini:acme::a1 may not have Batch, so support must be checked"),
    ),
    (
        "batch",
        {
            "by": Method(on=("*",), path=("moderations.create",), api="moderations", batch="/v1/moderations"),
            "api": "moderations",
            "model": "omni-moderation-latest",
        },
        Route("batch", 0.0, "moderation is free: a batch only spares the rate limit"),
    ),
    (
        "batch",
        {"by": CHAIN, "sdk": "langchain", "api": "chat"},
        Route(
            "flex",
            0.5,
            "langchain offers no Batch; Flex saves 50% "
            "(langchain takes the tier where the object is built, and that was not found here)",
        ),
    ),
]


@pytest.mark.parametrize(("tier", "case", "expected"), ROUTES)
def test_route(tier: str, case: dict[str, Any], expected: Route) -> None:
    assert routed(tier, **case) == expected


PLACE = TierPlace(CallId("jobs/run.py", 0), "service_tier", "1.75.0", at_call=True, closed=True, at=HERE)


def safe(
    place: TierPlace | None = PLACE,
    requirement: Requirement | None = LOCKED,
    assumed: bool = True,
    **fields: Any,
) -> str | None:
    judged = verdict(fields.pop("tier_verdict", "flex"), fields.pop("confidence", "high"))
    found = safety(
        api_call(**fields),
        judged,
        load(),
        place=place,
        requirement=requirement,
        assume_openai_host=assumed,
    )
    assert found.safe == (found.why_not is None)
    return found.why_not


def test_a_fix_is_safe_when_everything_is_proved() -> None:
    assert safe() is None
    assert safe(assumed=False, model="gpt-6-sol-2026-09-23") == "the environment may set another host"
    assert safe(assumed=False, host="api.openai.com") is None
    assert safe(requirement=Requirement("openai", "1.75", False, HERE)) is None


@pytest.mark.parametrize(
    ("case", "why_not"),
    [
        ({"tier_verdict": "batch"}, "the verdict is batch with high confidence"),
        ({"confidence": "medium"}, "the verdict is flex with medium confidence"),
        ({"certain": False}, "the receiver of the call was not resolved"),
        ({"provider": "azure"}, "the client talks to azure, not to api.openai.com"),
        ({"host": "eu.api.openai.com"}, "the client talks to eu.api.openai.com, not to api.openai.com"),
        ({"place": None}, "the call takes no service_tier"),
        ({"place": msgspec.structs.replace(PLACE, closed=False)}, "the arguments may set a tier already"),
        ({"tier": "auto"}, "the arguments may set a tier already"),
        ({"model": None}, "the model is not known here"),
        ({"model": "gpt-4o"}, "gpt-4o is not on the Flex list of 2026-11-22"),
        ({"model": "gpt-5.5-pro"}, "gpt-5.5-pro is not on the Flex list of 2026-11-22"),
        ({"model": "gpt-5-mini"}, "gpt-5-mini shuts down on 2026-12-11"),
        ({"model": "o4-mini"}, "o4-mini was shut down on 2026-10-23"),
        (
            {"place": msgspec.structs.replace(PLACE, since=None)},
            "no version of the SDK is known in which this method takes flex",
        ),
        ({"requirement": None}, "no file says which version of openai is used"),
        (
            {"requirement": Requirement("openai", None, False, HERE)},
            "openai is required without a lowest version",
        ),
        (
            {"requirement": Requirement("openai", "1.74.9", True, HERE)},
            "the required openai version (1.74.9) is older than 1.75.0, which takes flex",
        ),
    ],
)
def test_one_doubt_is_enough(case: dict[str, Any], why_not: str) -> None:
    assert safe(**case) == why_not


def test_a_safe_fix_has_the_flex_route_without_obstacle() -> None:
    for model in load().model:
        if safe(model=model.id) is None:
            assert routed(model=model.id) == Route("flex", 0.5, None)


def test_shutdowns_are_seen_from_the_day_of_the_list() -> None:
    models = load()
    notices = {
        name: shutdown_notice(model, models)
        for name in ("gpt-5.4", "gpt-5.1", "o3", "o1")
        if (model := find(models, name))
    }
    assert notices == {
        "gpt-5.4": None,
        "gpt-5.1": None,
        "o3": "o3 shuts down on 2026-12-11",
        "o1": "o1 was shut down on 2026-10-23",
    }


def test_an_excluded_model_loses_its_route() -> None:
    models = adjusted(load(), exclude=["gpt-5.4"])
    found = route(api_call(), verdict(), models, method=RESPONSES, requirement=LOCKED)
    assert found == Route("batch", 0.5, "gpt-5.4 has no Flex; Batch is half price")


UV_LOCK = """version = 1

[[package]]
name = "anyio"
version = "4.9.0"

[[package]]
name = "openai"
version = "2.54.0"
source = { registry = "https://example.org/simple" }
"""


PYTHONS = [
    ('[project]\nname = "a"\nrequires-python = ">=3.11,<4"\n', "3.11"),
    ('[project]\nname = "a"\n', None),
    ('[tool.poetry.dependencies]\npython = "^3.9"\n', "3.9"),
]


@pytest.mark.parametrize(("text", "version"), PYTHONS)
def test_which_python_a_project_needs(text: str, version: str | None) -> None:
    found = required_version({"pyproject.toml": text}, "python")
    assert (found.version if found else None) == version


@pytest.mark.parametrize(
    ("path", "text", "version", "exact", "line"),
    [
        ("uv.lock", UV_LOCK, "2.54.0", True, 8),
        ("uv.lock", UV_LOCK.replace("\n", "\r\n"), "2.54.0", True, 8),
        ("poetry.lock", UV_LOCK, "2.54.0", True, 8),
        ("Pipfile.lock", '{"default": {\n  "openai": {\n    "version": "==1.80.0"}}}', "1.80.0", True, 2),
        ("Pipfile", '[packages]\nopenai = "*"\n', None, False, 2),
        ("requirements.txt", "click\nopenai==1.40.0 \\\n    --hash=sha256:ab\n", "1.40.0", True, 2),
        (
            "requirements.txt",
            "# openai==1.0\nOpenAI[datalib] >= 1.40, <3 ; python_version > '3.9'\n",
            "1.40",
            False,
            2,
        ),
        ("requirements.txt", "openai-agents>=0.1\nopenai\n", None, False, 2),
        ("requirements.txt", "openai~=1.60\n", "1.60", False, 1),
        ("requirements.txt", "openai==1.60.*\n", "1.60", False, 1),
        ("requirements.txt", "openai<1\n", None, False, 1),
        ("requirements.txt", "openai @ git+https://example.org/openai.git\n", None, False, 1),
        ("requirements/dev.txt", "openai!=1.90,>=1.80\n", "1.80", False, 1),
        (
            "pyproject.toml",
            '[project]\nkeywords = ["openai"]\ndependencies = [\n  "click",\n  "openai>=1.93.1",\n]\n',
            "1.93.1",
            False,
            5,
        ),
        ("pyproject.toml", '[project.optional-dependencies]\nai = ["openai>=2"]\n', "2", False, 2),
        (
            "pyproject.toml",
            '[dependency-groups]\ndev = [{include-group = "x"}, "openai>=2"]\n',
            "2",
            False,
            2,
        ),
        ("pyproject.toml", '[tool.poetry.dependencies]\nopenai = "^1.99"\n', "1.99", False, 2),
        ("pyproject.toml", '[tool.poetry.dependencies]\nopenai = "^2.1 || ^1.70"\n', "1.70", False, 2),
        (
            "pyproject.toml",
            '[tool.poetry.group.ai.dependencies]\nopenai = {version = ">=1.2 <3", extras = ["x"]}\n',
            "1.2",
            False,
            2,
        ),
        ("setup.cfg", "[options]\ninstall_requires =\n    openai>=1.76\n", "1.76", False, 3),
        (
            "environment.yml",
            "name: openai\ndependencies:\n  - conda-forge::openai=1.80.0=py_0\n",
            "1.80.0",
            True,
            3,
        ),
        ("environment.yml", "dependencies:\n  - pip:\n      - 'openai>=1.80.0'\n", "1.80.0", False, 3),
    ],
)
def test_required_version(path: str, text: str, version: str | None, exact: bool, line: int) -> None:
    found = required_version({path: text}, "openai")
    assert found is not None
    assert found.at is not None
    assert (found.version, found.exact, found.at.path, found.at.line) == (version, exact, path, line)


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("requirements.txt", "langchain-openai>=0.3\nopenai-agents\n"),
        ("pyproject.toml", '[project]\nname = "x"\nkeywords = ["openai"]\n'),
        ("pyproject.toml", "[project\n"),
        ("pyproject.toml", 'project = 3\n[tool]\npoetry = "x"\n'),
        ("Pipfile.lock", "{"),
        ("notes.txt", "openai==1.0\n"),
        ("environment.yml", "name: openai\n"),
    ],
)
def test_no_requirement(path: str, text: str) -> None:
    assert required_version({path: text}, "openai") is None


def test_a_lock_speaks_before_a_range_and_the_nearest_before_the_rest() -> None:
    files = {
        "pyproject.toml": '[project]\ndependencies = ["openai>=1.0"]\n',
        "uv.lock": UV_LOCK,
        "services/old/requirements.txt": "openai==1.10\n",
        "services/new/requirements/base.txt": "openai==3.1\n",
    }
    versions = {
        used_in: found.version if (found := required_version(files, "openai", used_in=used_in)) else None
        for used_in in ("app/main.py", "services/old/a.py", "services/new/deep/b.py")
    }
    assert versions == {
        "app/main.py": "2.54.0",
        "services/old/a.py": "1.10",
        "services/new/deep/b.py": "3.1",
    }


def test_of_two_pins_the_lower_counts() -> None:
    files = {"requirements.txt": "openai==1.9\n", "requirements-dev.txt": "openai==1.10\n"}
    found = required_version(files, "openai")
    assert found is not None
    assert found.version == "1.9"


def test_which_files_are_read() -> None:
    yes = (
        "a/uv.lock",
        "requirements-dev.in",
        "dev-requirements.txt",
        "requirements/x.txt",
        "pylock.prod.toml",
    )
    no = ("a/notes.txt", "requirements/x.md", "yarn.lock", "x.toml", "docs/requirements.py")
    assert [names_requirements(path) for path in (*yes, *no)] == [True] * len(yes) + [False] * len(no)


@pytest.mark.parametrize(
    ("version", "new_enough"),
    [
        ("1.75.0", True),
        ("1.75", True),
        ("1.75.0rc1", False),
        ("1.100.0", True),
        ("0.28.1", False),
        ("3", True),
    ],
)
def test_versions_are_compared_by_number(version: str, new_enough: bool) -> None:
    why_not = safe(requirement=Requirement("openai", version, True, HERE))
    assert (why_not is None) == new_enough
