"""The client takes no tier for all its requests."""

# raises: TypeError "service_tier"
# requests: 0
from openai import OpenAI

OpenAI(service_tier="flex")
