"""The tier among the extra arguments (or in the extra body) of an agent's or a run's model settings, with both APIs."""

# tier: flex
# model: gpt-5.4
# api: responses, chat
# requests: 8
# timeout: 600
import asyncio

from agents import (
    Agent,
    ModelSettings,
    OpenAIChatCompletionsModel,
    OpenAIResponsesModel,
    RunConfig,
    Runner,
    function_tool,
)
from openai import AsyncOpenAI


@function_tool
def measure(length: int) -> str:
    """A length in ells."""
    return f"{length} ells"


cheap = ModelSettings(extra_args={"service_tier": "flex"})
mason = Agent(name="mason", model="gpt-5.4", model_settings=cheap)
print(Runner.run_sync(mason, "Build.").final_output)
print(Runner.run_sync(mason.clone(tools=[measure]), "Measure.").final_output)
print(Runner.run_sync(Agent(name="mate", model="gpt-5.4"), "Build.", run_config=RunConfig(model_settings=cheap)))
body = ModelSettings(extra_body={"service_tier": "flex"})
print(Runner.run_sync(Agent(name="carver", model="gpt-5.4", model_settings=body), "Carve.").final_output)
# A client belongs to one event loop, so what runs in another has its own.
watcher = Agent(name="watcher", model=OpenAIResponsesModel("gpt-5.4", AsyncOpenAI()), model_settings=cheap)
older = OpenAIChatCompletionsModel(model="gpt-5.4", openai_client=AsyncOpenAI())
print(Runner.run_sync(Agent(name="smith", model=older, model_settings=cheap), "Forge.").final_output)


async def later() -> None:
    print((await Runner.run(watcher, "Watch.")).final_output)
    result = Runner.run_streamed(watcher, "Watch.")
    async for event in result.stream_events():
        print(event.type)


asyncio.run(later())
