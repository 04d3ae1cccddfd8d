"""A conversation with a tool: ask, call it, tell the result."""

# fix: safe
# api: responses
# requests: 2
# in: 1
import json

from openai import OpenAI

client = OpenAI()
TOOL = {
    "type": "function",
    "name": "depth",
    "description": "How deep the well is.",
    "parameters": {"type": "object", "properties": {"well": {"type": "string"}}, "required": ["well"]},
}


def main() -> None:
    talk = [{"role": "user", "content": "How deep is the old well?"}]
    first = client.responses.create(model="gpt-5.4", input=talk, tools=[TOOL])
    for item in first.output:
        if item.type == "function_call":
            well = json.loads(item.arguments)["well"]
            talk += [
                {"type": "function_call", "call_id": item.call_id, "name": item.name, "arguments": item.arguments},
                {"type": "function_call_output", "call_id": item.call_id, "output": f"{well}: 12 m"},
            ]
    print(client.responses.create(model="gpt-5.4", input=talk, tools=[TOOL]).output_text)


if __name__ == "__main__":
    main()
