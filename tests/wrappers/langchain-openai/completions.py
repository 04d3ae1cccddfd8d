"""The class for the old completions takes no tier."""

# raises: TypeError "service_tier"
# requests: 0
from langchain_openai import OpenAI

OpenAI(model="gpt-3.5-turbo-instruct", service_tier="flex").invoke("hi")
