"""A model without flex fails at once; the exception is the client's."""

# server: no-flex=gpt-4o
# requests: 1
# raises: openai.BadRequestError "service_tier"
from llama_index.llms.openai import OpenAI

OpenAI(model="gpt-4o", additional_kwargs={"service_tier": "flex"}).complete("hi")
