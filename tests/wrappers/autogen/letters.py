"""One request after another, with one client."""

# fix: safe
# tier: none
# api: chat
# requests: 2
import asyncio

from autogen_core.models import UserMessage
from autogen_ext.models.openai import OpenAIChatCompletionClient

INFO = {"vision": False, "function_calling": True, "json_output": True, "family": "unknown", "structured_output": True}


async def answer(client, asked):
    said = await client.create([UserMessage(content=asked, source="user")])
    return said.content


async def main():
    client = OpenAIChatCompletionClient(model="gpt-5.4", model_info=INFO)
    print(await answer(client, await answer(client, "hi")))


if __name__ == "__main__":
    asyncio.run(main())
