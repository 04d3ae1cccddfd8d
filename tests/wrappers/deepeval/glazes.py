"""A model object that nobody waits for."""

# fix: safe
# api: chat
# requests: 1
# timeout: 900
from deepeval.models import GPTModel

judge = GPTModel(model="gpt-5.4", timeout=900)


def main() -> None:
    print(judge.generate("Is the glaze even?")[0])


if __name__ == "__main__":
    main()
