"""One request after another, with one model."""

# fix: safe
# tier: none
# api: chat
# requests: 2
import openai
import outlines

model = outlines.from_openai(openai.OpenAI(), "gpt-5.4")

if __name__ == "__main__":
    print(model(model("hi")))
