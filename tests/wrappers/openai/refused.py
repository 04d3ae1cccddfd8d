"""A model without flex fails at once."""

# server: no-flex=gpt-4o
# tier: flex
# model: gpt-4o
# requests: 1
# raises: openai.BadRequestError "service_tier"
from openai import OpenAI

OpenAI().chat.completions.create(model="gpt-4o", messages=[{"role": "user", "content": "hi"}], service_tier="flex")
