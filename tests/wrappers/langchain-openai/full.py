"""A full flex tier: three tries of the client, and the exception is the client's."""

# server: flex-is-full
# requests: 3
# raises: openai.RateLimitError, OpenAIRateLimitError "Flex capacity unavailable"
from langchain_openai import ChatOpenAI

ChatOpenAI(model="gpt-5.4", service_tier="flex").invoke("hi")
