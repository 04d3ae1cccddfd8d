"""A model object that nobody waits for."""

# fix: safe
# api: chat
# requests: 3
# tier: none
from langchain_openai import ChatOpenAI
from pydantic import BaseModel


class Summary(BaseModel):
    words: int


clerk = ChatOpenAI(model="gpt-5.4", temperature=0)


def main() -> None:
    print(clerk.invoke("The roof leaks.").content)
    print(clerk.with_structured_output(Summary).invoke("The roof leaks."))
    for chunk in clerk.stream([("user", "The roof leaks.")]):
        print(chunk.text)


if __name__ == "__main__":
    main()
