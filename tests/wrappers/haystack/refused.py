"""A model without flex fails at once."""

# server: no-flex=gpt-4o
# requests: 1
# raises: openai.BadRequestError "service_tier"
from haystack.components.generators.chat import OpenAIChatGenerator
from haystack.dataclasses import ChatMessage

OpenAIChatGenerator(model="gpt-4o", generation_kwargs={"service_tier": "flex"}).run([ChatMessage.from_user("hi")])
