"""Typed answers: `parse` of both APIs."""

# fix: safe
# api: chat, responses
# requests: 2
from openai import OpenAI
from pydantic import BaseModel


class Parcel(BaseModel):
    weight: int
    contents: list[str]


def main() -> None:
    post = OpenAI()
    label = "Two pears, 300 grams."
    weighed = post.chat.completions.parse(
        model="gpt-5.4", messages=[{"role": "user", "content": label}], response_format=Parcel
    )
    print(weighed.choices[0].message.parsed)
    print(post.responses.parse(model="gpt-5.4", input=label, text_format=Parcel).output_parsed)


if __name__ == "__main__":
    main()
