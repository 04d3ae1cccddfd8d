"""The tier of the model object reaches every request of the agents and graphs that hold it."""

# tier: flex
# requests: 9
# timeout: none
# api: chat
from deepagents import create_deep_agent
from langchain.agents import create_agent
from langchain_openai import ChatOpenAI
from langgraph.graph import START, StateGraph
from langgraph.prebuilt import create_react_agent

porter = ChatOpenAI(model="gpt-5.4", service_tier="flex")
question = {"messages": [("user", "Which bag?")]}


def label(bag: dict) -> dict:
    return {"text": porter.invoke(bag["text"]).text}


print(create_react_agent(porter, tools=[]).invoke(question)["messages"][-1].text)
agent = create_agent(porter, tools=[])
print(agent.invoke(question)["messages"][-1].text)
print(len(list(agent.stream(question))))
print(len(list(agent.stream(question, stream_mode="messages"))) > 0)
print(len(agent.batch([question, question])))
print(create_deep_agent(model=porter, tools=[]).invoke(question)["messages"][-1].text)
graph = StateGraph(dict)
graph.add_node("label", label)
graph.add_edge(START, "label")
print(graph.compile().invoke({"text": "A trunk."}))
