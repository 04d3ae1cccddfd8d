"""An agent that is given settings of its own loses those that it had from its model: here, not to reason."""

# tier: flex
# drops: reasoning
# requests: 1
from agents import Agent, ModelSettings, Runner

settings = ModelSettings(extra_args={"service_tier": "flex"})  # and reasoning is up to the API
Runner.run_sync(Agent(name="mason", model="gpt-5.4", model_settings=settings), "Build.")
