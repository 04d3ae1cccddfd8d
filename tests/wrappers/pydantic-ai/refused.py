"""A model without flex fails at once."""

# server: no-flex=gpt-4o
# requests: 1
# raises: pydantic_ai.exceptions.ModelHTTPError "400"
from pydantic_ai import Agent

Agent("openai:gpt-4o", model_settings={"service_tier": "flex"}).run_sync("Build.")
