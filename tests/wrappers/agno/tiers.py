"""The tier of a model: as a keyword, in `request_params`, in `extra_body`, and under agent, team and workflow."""

# tier: flex
# api: chat, responses
# requests: 9
# timeout: 600
import asyncio

from agno.agent import Agent
from agno.models.message import Message
from agno.models.openai import OpenAIChat, OpenAIResponses
from agno.team import Team
from agno.workflow import Step, Workflow

flex = OpenAIChat(id="gpt-5.4", service_tier="flex")
print(Agent(model=flex).run("hi").content)
print(asyncio.run(Agent(model=OpenAIChat(id="gpt-5.4", service_tier="flex")).arun("hi")).content)
print(Agent(model=OpenAIResponses(id="gpt-5.4", service_tier="flex")).run("hi").content)
print(Agent(model=OpenAIChat(id="gpt-5.4", request_params={"service_tier": "flex"})).run("hi").content)
print(Agent(model=OpenAIChat(id="gpt-5.4", extra_body={"service_tier": "flex"})).run("hi").content)
print(flex.response([Message(role="user", content="hi")]).content)
print(Team(members=[Agent(name="one", model=flex)], model=flex).run("hi").content)
print(Workflow(name="night", steps=[Step(name="look", agent=Agent(model=flex))]).run("hi").content)
