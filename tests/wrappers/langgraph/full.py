"""A full flex tier inside a graph: three tries of the client, and the exception comes through."""

# server: flex-is-full
# requests: 3
# raises: openai.RateLimitError, langchain_core.exceptions.ModelRateLimitError "Flex capacity unavailable"
from langchain.agents import create_agent
from langchain_openai import ChatOpenAI

porter = ChatOpenAI(model="gpt-5.4", service_tier="flex")
create_agent(porter, tools=[]).invoke({"messages": [("user", "Which bag?")]})
