"""An agent without a model, and one with a model's name, asks OpenAI's Responses API."""

# tier: none
# api: responses
# model: gpt-5.4
# requests: 2
from agno.agent import Agent

print(Agent().run("hi").content)
print(Agent(model="openai:gpt-5.4").run("hi").content)
