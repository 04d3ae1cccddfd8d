"""A full flex tier is tried six times, and then it is the program's affair."""

# server: flex-is-full
# tier: flex
# requests: 6
# raises: openai.RateLimitError "Flex capacity unavailable"
from haystack.components.generators.chat import OpenAIChatGenerator
from haystack.dataclasses import ChatMessage

OpenAIChatGenerator(model="gpt-5.4", generation_kwargs={"service_tier": "flex"}).run([ChatMessage.from_user("hi")])
