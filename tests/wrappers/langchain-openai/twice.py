"""The tier in two places of one construction: it is not built."""

# raises: ValueError "supplied twice"
# requests: 0
from langchain_openai import ChatOpenAI

ChatOpenAI(model="gpt-5.4", service_tier="flex", model_kwargs={"service_tier": "default"})
