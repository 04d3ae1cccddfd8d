"""The tier in the settings of the agent, the run or the model, under both of its names."""

# tier: flex
# model: gpt-5.4
# api: responses, chat
# requests: 9
# timeout: 600
import asyncio

from pydantic import BaseModel
from pydantic_ai import Agent, ModelSettings
from pydantic_ai.direct import model_request_sync
from pydantic_ai.messages import ModelRequest
from pydantic_ai.models.openai import OpenAIChatModel, OpenAIChatModelSettings, OpenAIResponsesModel


class Wall(BaseModel):
    stones: int


def measure(length: int) -> str:
    """A length in ells."""
    return f"{length} ells"


cheap = {"service_tier": "flex"}
mason = Agent("openai:gpt-5.4", model_settings=cheap)
print(mason.run_sync("Build.").output)
print(Agent("openai-chat:gpt-5.4").run_sync("Build.", model_settings=ModelSettings(service_tier="flex")).output)
print(Agent("openai:gpt-5.4", output_type=Wall, tools=[measure], model_settings=cheap).run_sync("Build.").output)
named = OpenAIChatModelSettings(openai_service_tier="flex")
print(Agent(OpenAIChatModel("gpt-5.4", settings=named)).run_sync("Build.").output)
print(Agent(OpenAIResponsesModel("gpt-5.4"), model_settings=named).run_sync("Build.").output)
print(model_request_sync("openai:gpt-5.4", [ModelRequest.user_text_prompt("Build.")], model_settings=cheap).parts)


async def watch() -> None:
    async with mason.run_stream("Build.") as result:
        print(await result.get_output())
    print((await mason.run("Build.")).output)


asyncio.run(watch())
