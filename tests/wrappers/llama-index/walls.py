"""Model objects that nobody waits for."""

# fix: safe
# api: chat, responses
# requests: 3
# tier: none
from llama_index.core.llms import ChatMessage
from llama_index.llms.openai import OpenAI, OpenAIResponses

mason = OpenAI(model="gpt-5.4", temperature=0.1, timeout=900)


def main() -> None:
    print(mason.complete("How long is the wall?"))
    print(mason.chat([ChatMessage(content="And how high?")]))
    print(OpenAIResponses(model="gpt-5.4", timeout=900).complete("Count the stones."))


if __name__ == "__main__":
    main()
