"""The tier of a configuration: for chat completions, for responses, and in the body."""

# tier: flex
# api: chat, responses
# requests: 5
# timeout: 600
import asyncio

from ag2 import Agent
from ag2.config import OpenAIConfig, OpenAIResponsesConfig


async def main():
    crane = Agent("crane", config=OpenAIConfig(model="gpt-5.4", service_tier="flex"))
    answer = await crane.ask("hi")
    await answer.ask("and then?")
    await Agent("crane", config=OpenAIResponsesConfig(model="gpt-5.4", service_tier="flex")).ask("hi")
    await Agent("crane", config=OpenAIConfig(model="gpt-5.4", extra_body={"service_tier": "flex"})).ask("hi")
    await Agent("crane").ask("hi", config=OpenAIConfig(model="gpt-5.4", service_tier="flex"))


asyncio.run(main())
