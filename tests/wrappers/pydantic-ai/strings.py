"""Which API a model named by a string means."""

# api: responses
# requests: 1
from pydantic_ai import Agent

Agent("openai:gpt-5.4").run_sync("Build.")
