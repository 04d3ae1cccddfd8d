"""The settings of a run are put on top of those an agent has from its model: nothing but the tier is new."""

# tier: flex
# sends: reasoning={"effort": "none"}
# requests: 1
from agents import Agent, ModelSettings, RunConfig, Runner

cheap = RunConfig(model_settings=ModelSettings(extra_args={"service_tier": "flex"}))
Runner.run_sync(Agent(name="mason", model="gpt-5.4"), "Build.", run_config=cheap)
