"""1.x: the parameters of a call are sent as they are."""

# in: 1
# tier: flex
# api: chat
# requests: 2
# timeout: 600
from mirascope import llm
from mirascope.core import openai


@openai.call("gpt-5.4", call_params={"service_tier": "flex"})
def grind(glass: str) -> str:
    return f"How is {glass} ground?"


@llm.call(provider="openai", model="gpt-5.4", call_params={"service_tier": "flex"})
def melt(glass: str) -> str:
    return f"How is {glass} melted?"


print(grind("crystal").content, melt("crystal").content)
