"""A graph that nobody waits for, whose step asks the model."""

# fix: safe
# api: chat
# requests: 2
# tier: none
from langchain_openai import ChatOpenAI
from langgraph.graph import END, START, StateGraph

clerk = ChatOpenAI(model="gpt-5.4", temperature=0)


def label(bag: dict) -> dict:
    return {"text": clerk.invoke(bag["text"]).text}


def main() -> None:
    graph = StateGraph(dict)
    graph.add_node("label", label)
    graph.add_edge(START, "label")
    graph.add_edge("label", END)
    desk = graph.compile()
    print(desk.invoke({"text": "A trunk."}))
    print(desk.invoke({"text": "A hat box."}))


if __name__ == "__main__":
    main()
