"""2.x: the decorator and the model take whatever they are given, and send no tier."""

# in: 2
# drops: service_tier
# requests: 3
# api: responses
# timeout: 600
from mirascope import llm


@llm.call("openai/gpt-5.4", service_tier="flex")
def polish(glass: str) -> str:
    return f"How is {glass} polished?"


@llm.call("openai/gpt-5.4", extra_body={"service_tier": "flex"})
def cut(glass: str) -> str:
    return f"How is {glass} cut?"


print(polish("crystal").text(), cut("crystal").text())
print(llm.Model("openai/gpt-5.4", service_tier="flex").call("How is glass made?").text())
