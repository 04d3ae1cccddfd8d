"""A local server that answers like the OpenAI API and remembers what it was asked."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Final

from msgspec import Struct

Body = dict[str, Any]

TEXT: Final = '{"answer": 42}'


class Request(Struct, frozen=True):
    """One request: `path` as it was sent, `body` decoded."""

    path: str
    body: Body


class Answer(Struct, frozen=True):
    """Status, JSON (or the lines of an event stream) and further headers."""

    status: int
    content: Body | str
    headers: Mapping[str, str] = {}


class Served(Struct, frozen=True):
    """A running server: its address and the requests it got so far, in order."""

    url: str
    requests: list[Request]


@contextmanager
def serving(*, flex_is_full: bool = False, models_without_flex: frozenset[str] = frozenset()) -> Iterator[Served]:
    """Serve on a free port of this machine for as long as the block runs.

    flex_is_full: whatever asks for flex gets a 429 with `flex_unavailable`. models_without_flex: asked for
    flex, they give a 400.
    """
    requests: list[Request] = []

    def answer(request: Request) -> Answer:
        requests.append(request)
        if request.body.get("service_tier") == "flex" and request.body.get("model") in models_without_flex:
            return REFUSED
        if request.body.get("service_tier") == "flex" and flex_is_full:
            return FULL
        return answered(request)

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True
        wbufsize = 1 << 16

        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers.get("Content-Length", 0))) or b"{}")
            reply = answer(Request(self.path, body))
            streamed = isinstance(reply.content, str)
            data = (reply.content if isinstance(reply.content, str) else json.dumps(reply.content)).encode()
            self.send_response(reply.status)
            self.send_header("Content-Type", "text/event-stream" if streamed else "application/json")
            self.send_header("Content-Length", str(len(data)))
            for name, value in reply.headers.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(data)

        def log_message(self, format: str, *args: Any) -> None:
            """Requests are remembered, not printed."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        server.daemon_threads = True
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
        thread.start()
        try:
            yield Served(f"http://127.0.0.1:{server.server_port}", requests)
        finally:
            server.shutdown()
            thread.join()


# The header keeps the client's pause between two tries short.
FULL: Final = Answer(
    429,
    {
        "error": {
            "message": "Flex capacity unavailable.",
            "type": "resource_unavailable",
            "param": None,
            "code": "flex_unavailable",
        }
    },
    {"retry-after-ms": "5"},
)

REFUSED: Final = Answer(
    400,
    {
        "error": {
            "message": "Invalid service_tier argument",
            "type": "invalid_request_error",
            "param": "service_tier",
            "code": None,
        }
    },
)


def answered(request: Request) -> Answer:
    body = request.body
    if request.path.endswith("/chat/completions"):
        return Answer(200, chat_stream(body) if body.get("stream") else completion(body))
    if request.path.endswith("/responses"):
        return Answer(200, response_stream(body) if body.get("stream") else response(body))
    if request.path.endswith("/embeddings"):
        return Answer(200, embeddings(body))
    return Answer(404, {"error": {"message": f"no such path: {request.path}", "type": "invalid_request_error"}})


def tier_of(body: Body) -> str:
    return str(body.get("service_tier") or "default").replace("auto", "default")


def completion(body: Body) -> Body:
    message = {"role": "assistant", "content": TEXT, "refusal": None}
    return {
        "id": "chatcmpl-1",
        "object": "chat.completion",
        "created": 1,
        "model": body["model"],
        "choices": [{"index": 0, "message": message, "logprobs": None, "finish_reason": "stop"}],
        "usage": {"prompt_tokens": 1, "completion_tokens": 1, "total_tokens": 2},
        "service_tier": tier_of(body),
    }


def chat_stream(body: Body) -> str:
    def chunk(delta: Body, finish: str | None) -> Body:
        return {
            "id": "chatcmpl-1",
            "object": "chat.completion.chunk",
            "created": 1,
            "model": body["model"],
            "choices": [{"index": 0, "delta": delta, "finish_reason": finish}],
            "service_tier": tier_of(body),
        }

    chunks = [
        chunk({"role": "assistant", "content": ""}, None),
        chunk({"content": TEXT}, None),
        chunk({}, "stop"),
    ]
    return "".join(f"data: {json.dumps(one)}\n\n" for one in chunks) + "data: [DONE]\n\n"


def response(body: Body, *, status: str = "completed") -> Body:
    part = {"type": "output_text", "text": TEXT, "annotations": []}
    message = {
        "id": "msg_1",
        "type": "message",
        "role": "assistant",
        "status": "completed",
        "content": [part],
    }
    return {
        "id": "resp_1",
        "object": "response",
        "created_at": 1,
        "status": status,
        "model": body["model"],
        "output": [message] if status == "completed" else [],
        "parallel_tool_calls": True,
        "tool_choice": "auto",
        "tools": [],
        "service_tier": tier_of(body),
    }


def response_stream(body: Body) -> str:
    done = response(body)
    message = done["output"][0]
    part = message["content"][0]
    place = {"item_id": "msg_1", "output_index": 0, "content_index": 0}
    events: list[Body] = [
        {"type": "response.created", "response": response(body, status="in_progress")},
        {
            "type": "response.output_item.added",
            "output_index": 0,
            "item": message | {"status": "in_progress", "content": []},
        },
        {"type": "response.content_part.added", **place, "part": part | {"text": ""}},
        {"type": "response.output_text.delta", **place, "delta": TEXT, "logprobs": []},
        {"type": "response.output_text.done", **place, "text": TEXT, "logprobs": []},
        {"type": "response.content_part.done", **place, "part": part},
        {"type": "response.output_item.done", "output_index": 0, "item": message},
        {"type": "response.completed", "response": done},
    ]
    return "".join(
        f"event: {event['type']}\ndata: {json.dumps(event | {'sequence_number': number})}\n\n"
        for number, event in enumerate(events)
    )


def embeddings(body: Body) -> Body:
    inputs = body["input"] if isinstance(body["input"], list) else [body["input"]]
    return {
        "object": "list",
        "model": body["model"],
        "data": [{"object": "embedding", "index": index, "embedding": [0.5]} for index in range(len(inputs))],
        "usage": {"prompt_tokens": 1, "total_tokens": 1},
    }
