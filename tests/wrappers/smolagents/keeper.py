"""An agent runs at night, with a model that nothing else uses."""

# fix: safe
# tier: none
# api: chat
# requests: 1
from smolagents import OpenAIModel, ToolCallingAgent

keeper = ToolCallingAgent(tools=[], model=OpenAIModel("gpt-5.4"), max_steps=1)

if __name__ == "__main__":
    print(keeper.run("hi"))
