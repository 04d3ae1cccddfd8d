"""One request after another, with one agent."""

# fix: safe
# tier: none
# api: chat
# requests: 2
import asyncio

from ag2 import Agent
from ag2.config import OpenAIConfig

crane = Agent("crane", config=OpenAIConfig(model="gpt-5.4"))


async def main():
    for asked in ("hi", "again"):
        answer = await crane.ask(asked)
        print(type(answer).__name__)


if __name__ == "__main__":
    asyncio.run(main())
