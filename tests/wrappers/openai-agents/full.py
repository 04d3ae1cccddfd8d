"""A full flex tier: three tries, and the exception is the SDK's."""

# server: flex-is-full
# requests: 3
# raises: openai.RateLimitError "Flex capacity unavailable"
from agents import Agent, ModelSettings, Runner

settings = ModelSettings(extra_args={"service_tier": "flex"})
Runner.run_sync(Agent(name="mason", model="gpt-5.4", model_settings=settings), "Build.")
