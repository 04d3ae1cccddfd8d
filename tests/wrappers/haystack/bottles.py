"""A generator that nobody waits for."""

# fix: safe
# api: chat
# requests: 1
# timeout: 900
from haystack.components.generators.chat import OpenAIChatGenerator
from haystack.dataclasses import ChatMessage


def main() -> None:
    press = OpenAIChatGenerator(model="gpt-5.4", timeout=900.0)
    print(press.run([ChatMessage.from_user("Is the cider ready?")])["replies"][0].text)


if __name__ == "__main__":
    main()
