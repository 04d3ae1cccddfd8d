"""2.x: the ways to ask."""

# in: 2
# tier: none
# requests: 4
from mirascope import llm


@llm.call("openai/gpt-5.4")
def polish(glass: str) -> str:
    return f"How is {glass} polished?"


print(polish("crystal").text(), polish.call("crystal").text())
print("".join(polish.stream("crystal").text_stream()))
print(llm.model("openai/gpt-5.4").call("How is glass made?").text())
