"""A model object inside of another, which nobody waits for: it may be used elsewhere, too."""

# fix: unsafe
# api: chat
# requests: 1
# timeout: 900
from llama_index.core import get_response_synthesizer
from llama_index.llms.openai import OpenAI

keeper = OpenAI(model="gpt-5.4", timeout=900.0)


def main() -> None:
    print(get_response_synthesizer(llm=keeper).get_response("When?", ["The lamp was lit at six."]))


if __name__ == "__main__":
    main()
