"""The generator for plain text, which went with version 3."""

# in: 2
# tier: flex
# api: chat
# requests: 2
# timeout: 30
from haystack.components.generators import OpenAIGenerator

print(OpenAIGenerator(model="gpt-5.4", generation_kwargs={"service_tier": "flex"}).run("hi"))
print(OpenAIGenerator(model="gpt-5.4").run("hi", generation_kwargs={"service_tier": "flex"}))
