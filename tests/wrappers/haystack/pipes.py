"""A generator in a pipeline that nobody waits for: it may be used elsewhere, too."""

# fix: unsafe
# api: chat
# requests: 1
# timeout: 900
from haystack import Pipeline
from haystack.components.generators.chat import OpenAIChatGenerator
from haystack.dataclasses import ChatMessage


def main() -> None:
    pipe = Pipeline()
    pipe.add_component("press", OpenAIChatGenerator(model="gpt-5.4", timeout=900.0))
    words = [ChatMessage.from_user("Is the cider ready?")]
    print(pipe.run({"press": {"messages": words}})["press"]["replies"][0].text)


if __name__ == "__main__":
    main()
