"""A patched client: `from_openai`, the tier as a keyword that is passed on."""

# fix: safe
# api: chat
# requests: 2
# timeout: 600
import instructor
from openai import OpenAI
from pydantic import BaseModel


class Bell(BaseModel):
    weight: int
    tuned: bool


cast = instructor.from_openai(OpenAI())


def main() -> None:
    words = [{"role": "user", "content": "A tuned bell of 42 stone."}]
    print(cast.chat.completions.create(model="gpt-5.4", messages=words, response_model=Bell))
    print(cast.chat.completions.create(model="gpt-5.4", response_model=list[Bell], messages=words))


if __name__ == "__main__":
    main()
