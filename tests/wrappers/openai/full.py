"""A full flex tier is tried three times, and then it is the program's affair."""

# server: flex-is-full
# tier: flex
# requests: 3
# raises: openai.RateLimitError "Flex capacity unavailable"
from openai import OpenAI

OpenAI().responses.create(model="gpt-5.4", input="hi", service_tier="flex")
