"""An agent runs at night, with a model that nothing else uses."""

# fix: safe
# tier: none
# api: chat
# requests: 2
from agno.agent import Agent
from agno.models.openai import OpenAIChat

agent = Agent(model=OpenAIChat(id="gpt-5.4"))

if __name__ == "__main__":
    print(agent.run(agent.run("hi").content).content)
