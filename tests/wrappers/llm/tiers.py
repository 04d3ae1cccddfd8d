"""The tier of a prompt, of a conversation, of a chain and of an asynchronous model."""

# tier: flex
# api: chat, responses
# requests: 5
# timeout: 600
import asyncio

import llm


async def later():
    return await llm.get_async_model("gpt-4o-mini").prompt("hi", service_tier="flex").text()


model = llm.get_model("gpt-4o-mini")
print(model.prompt("hi", service_tier="flex").text())
print(model.conversation().prompt("hi", service_tier="flex").text())
print(model.chain("hi", options={"service_tier": "flex"}).text())
print(asyncio.run(later()))
print(llm.get_model("gpt-5.4").prompt("hi", service_tier="flex").text())
