"""Fixed programs are run with the real client, and say the same to the API except for the tier."""

from __future__ import annotations

import ast
import os
import subprocess
import sys
import textwrap
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import openai
import pytest
from msgspec import Struct

from tests.server import TEXT, Body, Served, serving
from tierlint import fixes
from tierlint.model import Splice
from tierlint.parsing import decode
from tierlint.reading import read_calls

HEAD = "from openai import OpenAI\nclient = OpenAI()\n"
TYPED = "from pydantic import BaseModel\nclass Reply(BaseModel):\n    answer: int\n"

PROGRAMS: dict[str, bytes] = {
    name: textwrap.dedent(source).encode()
    for name, source in {
        "chat": HEAD
        + """
messages = [{"role": "user", "content": "hi"}]
print(client.chat.completions.create(model="gpt-5.4", messages=messages).choices[0].message.content)
""",
        "chat_lines": HEAD
        + """
completion = client.chat.completions.create(
    model="gpt-5.4",
    messages=[
        {"role": "user", "content": "hi"},
    ],
    temperature=0.5,
)
print(completion.choices[0].message.content)
""",
        "chat_comment": HEAD
        + """
completion = client.chat.completions.create(
    model='gpt-5.4',
    messages=[{'role': 'user', 'content': "it's"}],
    temperature=0.5  # low, to repeat itself
    # seed=1,
)
print(completion.choices[0].message.content)
""",
        "chat_comma_and_comment": HEAD
        + """
completion = client.chat.completions.create(
    model="gpt-5.4",
    messages=[{"role": "user", "content": "hi"}],
    temperature=0.5,  # low, to repeat itself
)
print(completion.choices[0].message.content)
""",
        "chat_kwargs": HEAD
        + """
arguments = {"temperature": 0.5}
messages = [{"role": "user", "content": "hi"}]
reply = client.chat.completions.create(model="gpt-5.4", messages=messages, **arguments)
print(reply.choices[0].message.content)
""",
        "chat_parse": HEAD
        + TYPED
        + """
completion = client.chat.completions.parse(
    model="gpt-5.4", messages=[{"role": "user", "content": "hi"}], response_format=Reply
)
print(completion.choices[0].message.parsed)
""",
        "chat_streamed": HEAD
        + """
for chunk in client.chat.completions.create(model="gpt-5.4", messages=[], stream=True):
    print(chunk.choices[0].delta.content, end="")
""",
        "chat_raw": HEAD
        + """
raw = client.chat.completions.with_raw_response.create(model="gpt-5.4", messages=[])
print(raw.parse().choices[0].message.content)
""",
        "chat_async": """
import asyncio
from openai import AsyncOpenAI
async def main():
    async with AsyncOpenAI() as client:
        replies = await asyncio.gather(*(
            client.chat.completions.create(model="gpt-5.4", messages=[{"role": "user", "content": word}])
            for word in ("a", "b")
        ))
        for chunk in replies: print(chunk.choices[0].message.content)
asyncio.run(main())
""",
        "module": """
import openai
print(openai.chat.completions.create(model="gpt-5.4", messages=[],).choices[0].message.content)
""",
        "with_options": HEAD
        + """
print((client
    .with_options(timeout=900.0)
    .responses
    .create(model="gpt-5.4", input="hi")
    .output_text))
""",
        "responses": HEAD
        + """
print(client.responses.create(model="gpt-5.4", input="hi",).output_text)
""",
        "responses_parse": HEAD
        + TYPED
        + """
print(client.responses.parse(model="gpt-5.4", input="hi", text_format=Reply).output_parsed)
""",
        "responses_stream": HEAD
        + """
with client.responses.stream(
    model="gpt-5.4",
    input="hi"
) as stream:
    for event in stream:
        print(event.type)
    print(stream.get_final_response().output_text)
""",
        "responses_async": """
import asyncio
from openai import AsyncOpenAI
async def main():
    async with AsyncOpenAI() as client:
        reply = await client.responses.create(model="gpt-5.4", input="hi"); print(reply.output_text)
        async with client.responses.stream(model="gpt-5.4", input="hi") as stream:
            print((await stream.get_final_response()).output_text)
asyncio.run(main())
""",
    }.items()
}
PROGRAMS["windows"] = PROGRAMS["chat_lines"].replace(b"\n", b"\r\n")
PROGRAMS["latin"] = b"# coding: latin-1\nword = 'd\xe9j\xe0'\n" + PROGRAMS["chat"].replace(b'"hi"', b"'\xe9' + word")
PROGRAMS["marked"] = b"\xef\xbb\xbf" + PROGRAMS["chat_comment"].replace(b"it's", "ä€".encode())

RUNNER = """
import contextlib, io, os, runpy, sys
address, *programs = sys.argv[1:]
for program in programs:
    name = os.path.basename(program).removesuffix(".py")
    os.environ["OPENAI_BASE_URL"] = f"{address}/{name}/v1"
    printed = io.StringIO()
    with contextlib.redirect_stdout(printed):
        runpy.run_path(program, run_name="__main__")
    print(name, ascii(printed.getvalue()))
"""


def fixed(name: str, data: bytes) -> bytes:
    """The program with the tier in every request it sends."""
    lines = decode(data).removeprefix("\ufeff").replace("\r\n", "\n").split("\n")
    places = [
        (
            call.lineno,
            len(lines[call.lineno - 1].encode()[: call.col_offset].decode()) + 1,
            call.end_lineno or 0,
            len(lines[(call.end_lineno or 0) - 1].encode()[: call.end_col_offset].decode()) + 1,
        )
        for call in ast.walk(ast.parse(data))
        if isinstance(call, ast.Call)
        and isinstance(call.func, ast.Attribute)
        and call.func.attr in ("create", "parse", "stream")
        and call.keywords
    ]
    edits = []
    for reading in read_calls(data, places).values():
        assert reading.insert_at is not None
        edits.append(Splice(name, reading.insert_at, reading.insert_at, reading.insert))
    after = fixes.apply(data, edits)
    assert fixes.check(data, after, edits) is None
    return after


def environment() -> dict[str, str]:
    kept = {
        name: value
        for name, value in os.environ.items()
        if not name.upper().startswith(("OPENAI_", "AZURE_")) and not name.lower().endswith("_proxy")
    }
    return kept | {"OPENAI_API_KEY": "none", "PYTHONIOENCODING": "utf-8"}


class Run(Struct, frozen=True):
    """What a program printed, and the bodies of its requests in an order of their own."""

    printed: str
    bodies: list[Body]


def run(folder: Path, programs: dict[str, bytes]) -> dict[str, Run]:
    """Run programs one after the other in one process, which spares them the import of the client."""
    folder.mkdir()
    for name, data in programs.items():
        (folder / f"{name}.py").write_bytes(data)
    with serving() as server:
        done = subprocess.run(
            [sys.executable, "-c", RUNNER, server.url, *(folder / f"{name}.py" for name in programs)],
            env=environment(),
            capture_output=True,
            text=True,
            timeout=60,
        )
        assert done.returncode == 0, done.stderr
        printed = dict(line.split(" ", 1) for line in done.stdout.splitlines())
    return {
        name: Run(
            printed[name],
            sorted((r.body for r in server.requests if r.path.startswith(f"/{name}/")), key=repr),
        )
        for name in programs
    }


def test_a_fixed_program_differs_by_the_tier_alone(tmp_path: Path) -> None:
    repaired = {name: fixed(name, data) for name, data in PROGRAMS.items()}
    with ThreadPoolExecutor(2) as pool:
        unfixed_runs = pool.submit(run, tmp_path / "before", PROGRAMS)
        fixed_runs = pool.submit(run, tmp_path / "after", repaired)
        before, after = unfixed_runs.result(), fixed_runs.result()
    for name in PROGRAMS:
        assert before[name].bodies, name
        assert all("service_tier" not in body for body in before[name].bodies), name
        expected = sorted((body | {"service_tier": "flex"} for body in before[name].bodies), key=repr)
        assert after[name].bodies == expected, name
        assert after[name].printed == before[name].printed, name
        assert "42" in after[name].printed, name


# --- What the messages say about the API's and the client's behaviour --------------------------------


@pytest.fixture(autouse=True)
def _no_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")


def client(server: Served) -> openai.OpenAI:
    return openai.OpenAI(api_key="none", base_url=f"{server.url}/v1", max_retries=2)


def test_a_full_flex_tier_is_tried_three_times() -> None:
    with serving(flex_is_full=True) as server, client(server) as api:
        with pytest.raises(openai.RateLimitError) as caught:
            api.chat.completions.create(model="gpt-5.4", messages=[], service_tier="flex")
        assert len(server.requests) == 3
        assert caught.value.code == "flex_unavailable"
        assert api.chat.completions.create(model="gpt-5.4", messages=[], service_tier="auto").service_tier == "default"
        assert api.responses.create(model="gpt-5.4", input="hi").output_text == TEXT
        assert len(server.requests) == 5


def test_a_full_flex_tier_is_tried_once_without_retries() -> None:
    with serving(flex_is_full=True) as server, client(server) as api:
        with pytest.raises(openai.RateLimitError):
            api.with_options(max_retries=0).responses.create(model="gpt-5.4", input="hi", service_tier="flex")
        assert len(server.requests) == 1


def test_a_model_without_flex_fails_at_once() -> None:
    with serving(models_without_flex=frozenset({"gpt-4o"})) as server, client(server) as api:
        with pytest.raises(openai.BadRequestError) as caught:
            api.responses.create(model="gpt-4o", input="hi", service_tier="flex")
        assert len(server.requests) == 1
        assert caught.value.param == "service_tier"
        assert api.responses.create(model="gpt-4o", input="hi").output_text == TEXT


def test_embeddings_take_no_tier() -> None:
    with serving() as server, client(server) as api:
        with pytest.raises(TypeError, match="service_tier"):
            api.embeddings.create(model="text-embedding-3-small", input="hi", service_tier="flex")  # type: ignore[call-arg]
        assert server.requests == []
        assert api.embeddings.create(model="text-embedding-3-small", input="hi").data[0].embedding == [0.5]


def test_a_client_takes_no_tier() -> None:
    with pytest.raises(TypeError, match="service_tier"):
        openai.OpenAI(api_key="none", service_tier="flex")  # type: ignore[call-arg]


def test_the_tier_in_the_extra_body_wins() -> None:
    with serving() as server, client(server) as api:
        api.responses.create(model="gpt-5.4", input="hi", service_tier="flex", extra_body={"service_tier": "priority"})
        assert server.requests[0].body["service_tier"] == "priority"


def test_a_tier_of_none_is_sent_and_an_omitted_one_is_not() -> None:
    with serving() as server, client(server) as api:
        api.chat.completions.create(model="gpt-5.4", messages=[], service_tier=None)
        api.chat.completions.create(model="gpt-5.4", messages=[], service_tier=openai.omit)
    sent, omitted = (request.body for request in server.requests)
    assert sent["service_tier"] is None
    assert "service_tier" not in omitted


def test_the_answer_names_the_tier_that_was_used() -> None:
    with serving() as server, client(server) as api:
        assert api.responses.create(model="gpt-5.4", input="hi", service_tier="flex").service_tier == "flex"
        chunks = list(api.chat.completions.create(model="gpt-5.4", messages=[], service_tier="flex", stream=True))
        assert {chunk.service_tier for chunk in chunks} == {"flex"}
