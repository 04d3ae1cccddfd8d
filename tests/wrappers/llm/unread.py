"""A response that nobody reads was never asked for."""

# requests: 0
import llm

print(type(llm.get_model("gpt-4o-mini").prompt("hi")))
