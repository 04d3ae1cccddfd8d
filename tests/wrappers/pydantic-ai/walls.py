"""Agents at work by night."""

# fix: safe
# api: responses, chat
# requests: 3
# tier: none
from pydantic import BaseModel
from pydantic_ai import Agent
from pydantic_ai.models.openai import OpenAIChatModel


class Wall(BaseModel):
    stones: int


mason = Agent("openai:gpt-5.4", instructions="Build.")
counter = Agent(OpenAIChatModel("gpt-5.4"), output_type=Wall)


def main() -> None:
    print(mason.run_sync("How long is the wall?").output)
    print(mason.run_sync("And how high?", model_settings={"temperature": 0.1}).output)
    print(counter.run_sync("Count the stones.").output)


if __name__ == "__main__":
    main()
