"""The module itself, under the wrapper's name; its own keywords are not sent on."""

# fix: safe
# api: chat
# requests: 1
# drops: metadata
from langfuse.openai import openai


def main() -> None:
    words = [{"role": "user", "content": "Which star is that?"}]
    reply = openai.chat.completions.create(model="gpt-5.4", messages=words, name="stars", metadata={"seen": "once"})
    print(reply.choices[0].message.content)


if __name__ == "__main__":
    main()
