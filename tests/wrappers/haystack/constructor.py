"""The constructor has no tier of its own."""

# requests: 0
# raises: TypeError "service_tier"
from haystack.components.generators.chat import OpenAIChatGenerator

OpenAIChatGenerator(model="gpt-5.4", service_tier="flex")
