"""A full flex tier: three tries, and an exception of the package's own."""

# server: flex-is-full
# requests: 3
# raises: pydantic_ai.exceptions.ModelHTTPError "429"
from pydantic_ai import Agent

Agent("openai:gpt-5.4", model_settings={"service_tier": "flex"}).run_sync("Build.")
