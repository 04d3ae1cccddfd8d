"""What the local server answers: replies of the OpenAI API that fit the request, always the same for the same request.

A request that names a JSON schema, or a tool to call, gets values made from that schema. A conversation in which a tool
has been called gets text, unless another call is demanded: so the loop of an agent comes to its end.
"""

from __future__ import annotations

import base64
import json
import struct
from collections.abc import Iterator
from typing import Any, Final

from msgspec import Struct

Body = dict[str, Any]

TEXT: Final = '{"answer": 42}'
DEEP: Final = 9
STRINGS: Final = {
    "date": "2026-01-02",
    "date-time": "2026-01-02T03:04:05Z",
    "email": "clerk@example.org",
    "time": "03:04:05Z",
    "uri": "https://example.org/",
    "uuid": "00000000-0000-4000-8000-000000000000",
}


class Tool(Struct, frozen=True):
    """A function that the request offers."""

    name: str
    schema: Body


class Talk(Struct, frozen=True):
    """What both chat APIs ask: the tools on offer, those called so far, the demand, and the form of the text."""

    tools: tuple[Tool, ...]
    called: tuple[str, ...]
    has_result: bool
    demand: str  # "auto", "none", "required" or the name of a tool
    schema: Body | None

    def tool(self) -> Tool | None:
        """The tool that is called now."""
        named = [tool for tool in self.tools if tool.name == self.demand]
        if named or not self.tools or self.demand == "none" or (self.has_result and self.demand != "required"):
            return named[0] if named else None
        return next((tool for tool in self.tools if tool.name not in self.called), self.tools[-1])

    def text(self) -> str:
        return TEXT if self.schema is None else json.dumps(sample(self.schema, self.schema))


def sample(schema: Body, root: Body, depth: int = 0) -> Any:
    """A value that the schema admits: required properties, the first of several choices."""
    if (reference := schema.get("$ref")) is not None:
        target = root
        for step in reference.removeprefix("#/").split("/") if reference != "#" else ():
            target = target[step]
        return sample(target, root, depth + 1)
    if "const" in schema:
        return schema["const"]
    if "enum" in schema:
        return schema["enum"][0]
    for choice in ("anyOf", "oneOf", "allOf"):
        if choice in schema:
            return sample(chosen(schema[choice], depth), root, depth + 1)
    kinds: Any = schema.get("type") or ("object" if "properties" in schema else "string")
    listed: list[str] = [kinds] if isinstance(kinds, str) else kinds
    kind = next((one for one in listed if one != "null"), "null")
    match kind:
        case "object":
            wanted = schema.get("required", schema.get("properties", ()) if depth < DEEP else ())
            return {name: sample(schema["properties"][name], root, depth + 1) for name in wanted}
        case "array":
            items = schema.get("items", {})
            count = schema.get("minItems", 1 if depth < DEEP else 0)
            return [sample(items, root, depth + 1) for _ in range(count)]
        case "integer" | "number":
            return max(schema.get("minimum", schema.get("exclusiveMinimum", 0) + 1), min(42, schema.get("maximum", 42)))
        case "boolean":
            return True
        case "null":
            return None
        case _:
            return STRINGS.get(schema.get("format", ""), "answer").ljust(schema.get("minLength", 0), ".")


def chosen(choices: list[Body], depth: int) -> Body:
    """The first that is not null; where a schema goes on without end, null."""
    nulls = [one for one in choices if one.get("type") == "null"]
    others = [one for one in choices if one.get("type") != "null"]
    return nulls[0] if nulls and depth >= DEEP else others[0]


def tier_of(body: Body) -> str:
    return str(body.get("service_tier") or "default").replace("auto", "default")


# --- Chat completions --------------------------------------------------------------------------------


def chat_talk(body: Body) -> Talk:
    messages = body.get("messages") or []
    calls = [call["function"]["name"] for one in messages for call in one.get("tool_calls") or () if "function" in call]
    offered = [one["function"] for one in body.get("tools") or () if one["type"] == "function"]
    choice = body.get("tool_choice") or "auto"
    form = body.get("response_format") or {}
    return Talk(
        tuple(Tool(one["name"], one.get("parameters") or {}) for one in [*offered, *(body.get("functions") or ())]),
        tuple(calls + [one["function_call"]["name"] for one in messages if one.get("function_call")]),
        any(one.get("role") in ("tool", "function") for one in messages),
        demand(choice if "tools" in body else body.get("function_call") or choice),
        form["json_schema"]["schema"] if form.get("type") == "json_schema" else None,
    )


def demand(choice: str | Body) -> str:
    if isinstance(choice, str):
        return choice
    return str(choice.get("name") or choice.get("function", {}).get("name") or choice.get("mode", "auto"))


def chat_message(body: Body) -> tuple[Body, str]:
    """The assistant's message and why it ends."""
    talk = chat_talk(body)
    if (tool := talk.tool()) is None:
        return {"role": "assistant", "content": talk.text(), "refusal": None}, "stop"
    function = {"name": tool.name, "arguments": json.dumps(sample(tool.schema, tool.schema))}
    if "tools" not in body:
        return {"role": "assistant", "content": None, "function_call": function}, "function_call"
    call = {"id": f"call_{len(talk.called) + 1}", "type": "function", "function": function}
    return {"role": "assistant", "content": None, "refusal": None, "tool_calls": [call]}, "tool_calls"


USAGE: Final = {"prompt_tokens": 1, "completion_tokens": 1, "total_tokens": 2}


def completion(body: Body) -> Body:
    message, finish = chat_message(body)
    choices = [
        {"index": index, "message": message, "logprobs": None, "finish_reason": finish}
        for index in range(body.get("n") or 1)
    ]
    return {
        "id": "chatcmpl-1",
        "object": "chat.completion",
        "created": 1,
        "model": body["model"],
        "choices": choices,
        "usage": USAGE,
        "service_tier": tier_of(body),
    }


def chat_stream(body: Body) -> str:
    def chunk(delta: Body, finish: str | None = None) -> Body:
        return {
            "id": "chatcmpl-1",
            "object": "chat.completion.chunk",
            "created": 1,
            "model": body["model"],
            "choices": [{"index": 0, "delta": delta, "finish_reason": finish}],
            "service_tier": tier_of(body),
        }

    message, finish = chat_message(body)
    said = {key: value for key, value in message.items() if key != "role" and value is not None}
    if "tool_calls" in said:
        said["tool_calls"] = [{"index": 0, **call} for call in said["tool_calls"]]
    chunks = [chunk({"role": "assistant", "content": ""}), chunk(said), chunk({}, finish)]
    if (body.get("stream_options") or {}).get("include_usage"):
        chunks.append(chunk({}) | {"choices": [], "usage": USAGE})
    return "".join(f"data: {json.dumps(one)}\n\n" for one in chunks) + "data: [DONE]\n\n"


# --- Responses ---------------------------------------------------------------------------------------


def response_talk(body: Body) -> Talk:
    items = body["input"] if isinstance(body.get("input"), list) else []
    form = (body.get("text") or {}).get("format") or {}
    return Talk(
        tuple(
            Tool(one["name"], one.get("parameters") or {})
            for one in body.get("tools") or ()
            if one["type"] == "function"
        ),
        tuple(one["name"] for one in items if one.get("type") == "function_call"),
        any(one.get("type") == "function_call_output" for one in items),
        demand(body.get("tool_choice") or "auto"),
        form["schema"] if form.get("type") == "json_schema" else None,
    )


def output_item(body: Body) -> Body:
    talk = response_talk(body)
    if (tool := talk.tool()) is None:
        part = {"type": "output_text", "text": talk.text(), "annotations": []}
        return {"id": "msg_1", "type": "message", "role": "assistant", "status": "completed", "content": [part]}
    number = len(talk.called) + 1
    return {
        "id": f"fc_{number}",
        "type": "function_call",
        "call_id": f"call_{number}",
        "name": tool.name,
        "arguments": json.dumps(sample(tool.schema, tool.schema)),
        "status": "completed",
    }


def response(body: Body, *, status: str = "completed") -> Body:
    return {
        "id": "resp_1",
        "object": "response",
        "created_at": 1,
        "status": status,
        "error": None,
        "incomplete_details": None,
        "model": body["model"],
        "output": [output_item(body)] if status == "completed" else [],
        "parallel_tool_calls": True,
        "tool_choice": "auto",
        "tools": [],
        "service_tier": tier_of(body),
        "usage": {
            "input_tokens": 1,
            "input_tokens_details": {"cached_tokens": 0},
            "output_tokens": 1,
            "output_tokens_details": {"reasoning_tokens": 0},
            "total_tokens": 2,
        },
    }


def response_stream(body: Body) -> str:
    done = response(body)
    events = [
        {"type": "response.created", "response": response(body, status="in_progress")},
        *output_events(done["output"][0]),
        {"type": "response.completed", "response": done},
    ]
    return "".join(
        f"event: {event['type']}\ndata: {json.dumps(event | {'sequence_number': number})}\n\n"
        for number, event in enumerate(events)
    )


def output_events(item: Body) -> Iterator[Body]:
    place: Body = {"item_id": item["id"], "output_index": 0}
    empty: Body = {"content": []} if item["type"] == "message" else {"arguments": ""}
    yield {
        "type": "response.output_item.added",
        "output_index": 0,
        "item": item | {"status": "in_progress"} | empty,
    }
    if item["type"] == "message":
        part, place = item["content"][0], place | {"content_index": 0}
        yield {"type": "response.content_part.added", **place, "part": part | {"text": ""}}
        yield {"type": "response.output_text.delta", **place, "delta": part["text"], "logprobs": []}
        yield {"type": "response.output_text.done", **place, "text": part["text"], "logprobs": []}
        yield {"type": "response.content_part.done", **place, "part": part}
    else:
        written = item["arguments"]
        yield {"type": "response.function_call_arguments.delta", **place, "delta": written}
        yield {
            "type": "response.function_call_arguments.done",
            **place,
            "name": item["name"],
            "arguments": written,
        }
    yield {"type": "response.output_item.done", "output_index": 0, "item": item}


# --- The others --------------------------------------------------------------------------------------


def text_completion(body: Body) -> Body:
    return {
        "id": "cmpl-1",
        "object": "text_completion",
        "created": 1,
        "model": body["model"],
        "choices": [{"index": 0, "text": TEXT, "logprobs": None, "finish_reason": "stop"}],
        "usage": USAGE,
    }


def text_completion_stream(body: Body) -> str:
    return f"data: {json.dumps(text_completion(body))}\n\ndata: [DONE]\n\n"


def inputs(body: Body) -> list[Any]:
    """The texts (or token lists) of a request that takes one or several."""
    given = body["input"]
    several = isinstance(given, list) and not (given and isinstance(given[0], int))
    return given if several else [given]


def embeddings(body: Body) -> Body:
    numbers = [0.5] * (body.get("dimensions") or 1)
    packed = base64.b64encode(struct.pack(f"<{len(numbers)}f", *numbers)).decode()
    vector = packed if body.get("encoding_format") == "base64" else numbers
    return {
        "object": "list",
        "model": body["model"],
        "data": [{"object": "embedding", "index": index, "embedding": vector} for index in range(len(inputs(body)))],
        "usage": {"prompt_tokens": 1, "total_tokens": 1},
    }


CATEGORIES: Final = ("harassment", "hate", "self-harm", "sexual", "violence")


def moderation(body: Body) -> Body:
    verdict = {
        "flagged": False,
        "categories": dict.fromkeys(CATEGORIES, False),
        "category_scores": dict.fromkeys(CATEGORIES, 0.0),
    }
    return {"id": "modr-1", "model": body.get("model", "omni-moderation"), "results": [verdict] * len(inputs(body))}


def model(name: str) -> Body:
    return {"id": name, "object": "model", "created": 1, "owned_by": "openai"}


def models() -> Body:
    return {"object": "list", "data": [model(name) for name in ("gpt-5.4", "gpt-4o", "text-embedding-3-small")]}
