"""A language model that nobody waits for."""

# fix: safe
# api: chat
# requests: 2
# timeout: 900
import dspy

keeper = dspy.LM("openai/gpt-5.4", cache=False, timeout=900)


def main() -> None:
    print(keeper("How many hives?"))
    print(keeper("How many bees?"))


if __name__ == "__main__":
    main()
