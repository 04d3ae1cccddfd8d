"""A keyword that model settings do not know is ignored without a word."""

# drops: service_tier
# requests: 1
from agents import Agent, ModelSettings, Runner

settings = ModelSettings(service_tier="flex")
Runner.run_sync(Agent(name="mason", model="gpt-5.4", model_settings=settings), "Build.")
