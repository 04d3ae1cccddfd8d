"""A model object that nobody waits for."""

# fix: safe
# api: chat
# requests: 2
# timeout: 900
from llama_index.core.llms import ChatMessage
from llama_index.llms.openai import OpenAI

keeper = OpenAI(model="gpt-5.4", timeout=900.0)


def main() -> None:
    print(keeper.complete("The lamp was lit at six."))
    print(keeper.chat([ChatMessage(role="user", content="The lamp was lit at six.")]))


if __name__ == "__main__":
    main()
