"""Nor has `run`."""

# requests: 0
# raises: TypeError "service_tier"
from haystack.components.generators.chat import OpenAIChatGenerator
from haystack.dataclasses import ChatMessage

OpenAIChatGenerator(model="gpt-5.4").run([ChatMessage.from_user("hi")], service_tier="flex")
