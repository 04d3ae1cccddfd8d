"""One tier on the constructor reaches every request of the object: chains, forms, tools, agents, batches."""

# tier: flex
# requests: 8
# api: chat, responses
from langchain.agents import create_agent
from langchain_core.output_parsers import StrOutputParser
from langchain_core.prompts import ChatPromptTemplate
from langchain_openai import ChatOpenAI
from pydantic import BaseModel


class Ship(BaseModel):
    masts: int


def depth(harbour: str) -> str:
    """How deep a harbour is."""
    return f"{harbour}: 12 m"


pilot = ChatOpenAI(model="gpt-5.4", service_tier="flex")
print((ChatPromptTemplate.from_template("Say {word}.") | pilot | StrOutputParser()).invoke({"word": "ahoy"}))
print(pilot.with_structured_output(Ship).invoke("A brig."))
print(pilot.with_structured_output(Ship, method="function_calling").invoke("A brig."))
print([reply.content for reply in pilot.batch(["a", "b"])])
print(create_agent(pilot, tools=[depth]).invoke({"messages": "How deep is it?"})["messages"][-1].content)
answers = ChatOpenAI(model="gpt-5.4", use_responses_api=True, service_tier="flex")
print(answers.invoke("hi").text)
