"""The tier of a client and of one call, with the client alone, an agent, a team, and as a stream."""

# tier: flex
# api: chat
# requests: 8
# timeout: 600
import asyncio

from autogen_agentchat.agents import AssistantAgent
from autogen_agentchat.conditions import MaxMessageTermination
from autogen_agentchat.messages import TextMessage
from autogen_agentchat.teams import RoundRobinGroupChat
from autogen_core import CancellationToken
from autogen_core.models import UserMessage
from autogen_ext.models.openai import OpenAIChatCompletionClient


def client(**options):
    info = {
        "vision": False,
        "function_calling": True,
        "json_output": True,
        "family": "unknown",
        "structured_output": True,
    }
    return OpenAIChatCompletionClient(model="gpt-5.4", model_info=info, **options)


async def main():
    asked = [UserMessage(content="hi", source="user")]
    flex = client(service_tier="flex")
    print((await flex.create(asked)).content)
    print([part async for part in flex.create_stream(asked)][-1].content)
    print((await client().create(asked, extra_create_args={"service_tier": "flex"})).content)
    print((await client(extra_body={"service_tier": "flex"}).create(asked)).content)
    pilot = AssistantAgent("pilot", model_client=flex)
    print((await pilot.run(task="hi")).messages[-1].content)
    print(
        (await pilot.on_messages([TextMessage(content="hi", source="user")], CancellationToken())).chat_message.content
    )
    team = RoundRobinGroupChat([pilot], termination_condition=MaxMessageTermination(3))
    print((await team.run(task="hi")).messages[-1].content)


asyncio.run(main())
