"""Streams are read to their end and written down."""

# fix: safe
# api: chat, responses
# stream: yes
# requests: 4
from openai import OpenAI

client = OpenAI()
TOOL = {"name": "sail", "parameters": {"type": "object", "properties": {"knots": {"type": "integer"}}}}


def main() -> None:
    words = [{"role": "user", "content": "hi"}]
    for chunk in client.chat.completions.create(model="gpt-5.4", messages=words, stream=True):
        print(chunk.choices[0].delta.content)
    with client.responses.stream(model="gpt-5.4", input="hi") as stream:
        print([event.type for event in stream], stream.get_final_response().output_text)
    with client.chat.completions.stream(
        model="gpt-5.4", messages=words, tools=[{"type": "function", "function": TOOL}]
    ) as stream:
        print(stream.get_final_completion().choices[0].message.tool_calls)
    for event in client.responses.create(
        model="gpt-5.4", input="hi", tools=[{"type": "function", **TOOL}], tool_choice="required", stream=True
    ):
        print(event.type)


if __name__ == "__main__":
    main()
