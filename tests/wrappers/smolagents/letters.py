"""One request after another, with one model."""

# fix: safe
# tier: none
# api: chat
# requests: 2
from smolagents import OpenAIModel

model = OpenAIModel("gpt-5.4")


def answer(asked):
    return model.generate([{"role": "user", "content": [{"type": "text", "text": asked}]}]).content


if __name__ == "__main__":
    print(answer(answer("hi")))
