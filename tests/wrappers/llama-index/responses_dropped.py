"""The same for the object that speaks to the other API."""

# drops: service_tier
# requests: 1
from llama_index.llms.openai import OpenAIResponses

OpenAIResponses(model="gpt-5.4", service_tier="flex").complete("Build.")
