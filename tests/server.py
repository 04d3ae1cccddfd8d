"""A local server that answers like the OpenAI API and remembers what it was asked."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Final

from msgspec import Struct

from tests import replies
from tests.replies import TEXT as TEXT
from tests.replies import Body as Body


class Request(Struct, frozen=True):
    """One request: `path` as it was sent, `body` decoded, the names of `headers` in lower case."""

    path: str
    body: Body
    headers: Mapping[str, str] = {}
    method: str = "POST"


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
            headers = {name.lower(): value for name, value in self.headers.items()}
            reply = answer(Request(self.path, body, headers, self.command))
            streamed = isinstance(reply.content, str)
            data = (reply.content if isinstance(reply.content, str) else json.dumps(reply.content)).encode()
            self.send_response(reply.status)
            self.send_header("Content-Type", "text/event-stream" if streamed else "application/json")
            self.send_header("Content-Length", str(len(data)))
            for name, value in reply.headers.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(data)

        do_GET = do_POST

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
    """The path tells the API, with or without a prefix such as `/v1`."""
    body, path = request.body, request.path.partition("?")[0]
    streamed = bool(body.get("stream"))
    if path.endswith("/chat/completions"):
        return Answer(200, replies.chat_stream(body) if streamed else replies.completion(body))
    if path.endswith("/responses"):
        return Answer(200, replies.response_stream(body) if streamed else replies.response(body))
    if path.endswith("/completions"):
        return Answer(200, replies.text_completion_stream(body) if streamed else replies.text_completion(body))
    if path.endswith("/embeddings"):
        return Answer(200, replies.embeddings(body))
    if path.endswith("/moderations"):
        return Answer(200, replies.moderation(body))
    if path.endswith("/models"):
        return Answer(200, replies.models())
    if "/models/" in path:
        return Answer(200, replies.model(path.rpartition("/")[2]))
    return Answer(404, {"error": {"message": f"no such path: {request.path}", "type": "invalid_request_error"}})
