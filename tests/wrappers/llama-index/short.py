"""It waits a minute, which is too short for flex: not a safe fix."""

# fix: unsafe
# api: chat
# requests: 1
# timeout: 60
from llama_index.llms.openai import OpenAI

keeper = OpenAI(model="gpt-5.4")


def main() -> None:
    print(keeper.complete("The lamp was lit at six."))


if __name__ == "__main__":
    main()
