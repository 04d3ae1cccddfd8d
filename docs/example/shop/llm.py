"""Questions about the text of a customer."""

from openai import OpenAI

client = OpenAI(timeout=900)


def translate(text: str) -> str:
    answer = client.responses.create(model="gpt-5.4", input=f"Into English: {text}")
    return answer.output_text
