"""A tier among the client's query parameters is no tier."""

# drops: service_tier
# requests: 1
from openai import OpenAI

client = OpenAI(default_query={"service_tier": "flex"})
print(client.responses.create(model="gpt-5.4", input="hi").output_text)
