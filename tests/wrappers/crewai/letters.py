"""One request after another, with one model."""

# fix: safe
# tier: none
# api: chat
# requests: 2
from crewai import LLM

model = LLM(model="openai/gpt-5.4")

if __name__ == "__main__":
    print(model.call(model.call("hi")))
