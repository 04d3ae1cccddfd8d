"""One request after another, through a wrapped client."""

# fix: safe
# tier: none
import openai
from braintrust import wrap_openai

client = wrap_openai(openai.OpenAI())


def answer(asked):
    return client.responses.create(model="gpt-5.4", input=asked).output_text


if __name__ == "__main__":
    print(answer(answer("hi")))
