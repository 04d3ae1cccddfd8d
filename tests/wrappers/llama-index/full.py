"""A full flex tier is tried twelve times by two layers of retries, and then it is the program's affair."""

# server: flex-is-full
# tier: flex
# requests: 12
# raises: openai.RateLimitError "Flex capacity unavailable"
from llama_index.llms.openai import OpenAI

OpenAI(model="gpt-5.4", additional_kwargs={"service_tier": "flex"}).complete("hi")
