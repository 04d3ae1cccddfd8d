"""`create` on the instructor itself, and `from_provider`."""

# fix: safe
# api: chat
# model: gpt-5.4
# requests: 2
import instructor
from openai import OpenAI
from pydantic import BaseModel


class Bell(BaseModel):
    weight: int


def main() -> None:
    words = [{"role": "user", "content": "A bell of 42 stone."}]
    print(instructor.from_openai(OpenAI()).create(model="gpt-5.4", messages=words, response_model=Bell))
    print(instructor.from_provider("openai/gpt-5.4").create(messages=words, response_model=Bell))


if __name__ == "__main__":
    main()
