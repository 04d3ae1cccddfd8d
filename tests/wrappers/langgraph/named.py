"""An agent whose model is a name builds its model itself: what is said to its call does not reach the request."""

# drops: service_tier
# requests: 3
# tier: none
from langchain.agents import create_agent
from langgraph.prebuilt import create_react_agent

question = {"messages": [("user", "Which bag?")]}
agent = create_agent("openai:gpt-5.4", tools=[])
print(agent.invoke(question, service_tier="flex")["messages"][-1].text)
print(agent.invoke(question, config={"configurable": {"service_tier": "flex"}})["messages"][-1].text)
print(create_react_agent("openai:gpt-5.4", tools=[]).invoke(question, service_tier="flex")["messages"][-1].text)
