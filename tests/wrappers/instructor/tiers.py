"""The tier as a keyword, in each of the ways to ask."""

# tier: flex
# api: chat, responses
# requests: 5
import instructor
from openai import OpenAI
from pydantic import BaseModel


class Bell(BaseModel):
    weight: int


words = [{"role": "user", "content": "A bell of 42 stone."}]
asked = {"messages": words, "response_model": Bell, "service_tier": "flex"}
client = instructor.from_openai(OpenAI())
print(client.create(model="gpt-5.4", **asked))
print(client.chat.completions.create_with_completion(model="gpt-5.4", **asked)[0])
print(instructor.from_provider("openai/gpt-5.4").create(**asked))
print(instructor.patch(OpenAI()).chat.completions.create(model="gpt-5.4", **asked))
answers = instructor.from_openai(OpenAI(), mode=instructor.Mode.RESPONSES_TOOLS)
print(answers.create(model="gpt-5.4", **asked))
