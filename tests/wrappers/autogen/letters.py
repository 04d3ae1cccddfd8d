"""One request for each letter, with a client of its own."""

# fix: none
# tier: none
# timeout: 600
import asyncio

from autogen_core.models import UserMessage
from autogen_ext.models.openai import OpenAIChatCompletionClient


async def answer(letter):
    client = OpenAIChatCompletionClient(model="gpt-4o")
    said = await client.create([UserMessage(content=letter, source="user")])
    return said.content


async def main():
    for letter in ("a", "b"):
        print(await answer(letter))


if __name__ == "__main__":
    asyncio.run(main())
