"""The tier among the additional keywords of the model object, or as a keyword of a call."""

# tier: flex
# model: gpt-5.4
# api: chat, responses
# requests: 7
# timeout: 60
import asyncio

from llama_index.core.llms import ChatMessage
from llama_index.core.prompts import PromptTemplate
from llama_index.llms.openai import OpenAI, OpenAIResponses
from pydantic import BaseModel


class Wall(BaseModel):
    stones: int


cheap = OpenAI(model="gpt-5.4", additional_kwargs={"service_tier": "flex"})
print(cheap.complete("Build."))
print(cheap.chat([ChatMessage(content="Build.")]))
print("".join(part.delta for part in cheap.stream_complete("Build.")))
print(asyncio.run(cheap.acomplete("Build.")))
print(cheap.structured_predict(Wall, PromptTemplate("Count the stones.")))
print(OpenAI(model="gpt-5.4").complete("Build.", service_tier="flex"))
print(OpenAIResponses(model="gpt-5.4", additional_kwargs={"service_tier": "flex"}).complete("Build."))
