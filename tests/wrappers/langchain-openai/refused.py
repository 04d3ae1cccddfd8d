"""A model without flex fails at once; the exception is the client's."""

# server: no-flex=gpt-4o
# requests: 1
# raises: openai.BadRequestError "service_tier"
from langchain_openai import ChatOpenAI

ChatOpenAI(model="gpt-4o", service_tier="flex").invoke("hi")
