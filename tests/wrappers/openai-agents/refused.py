"""A model without flex fails at once."""

# server: no-flex=gpt-4o
# requests: 1
# raises: openai.BadRequestError "service_tier"
from agents import Agent, ModelSettings, Runner

settings = ModelSettings(extra_args={"service_tier": "flex"})
Runner.run_sync(Agent(name="mason", model="gpt-4o", model_settings=settings), "Build.")
