"""The constructors swallow a tier of their own, and `predict` takes it for a part of the prompt."""

# drops: service_tier
# api: chat, responses
# requests: 3
from llama_index.core import PromptTemplate
from llama_index.llms.openai import OpenAI, OpenAIResponses

print(OpenAI(model="gpt-5.4", service_tier="flex").complete("hi"))
print(OpenAIResponses(model="gpt-5.4", service_tier="flex").complete("hi"))
print(OpenAI(model="gpt-5.4").predict(PromptTemplate("{x}"), x="hi", service_tier="flex"))
