"""The generator for the Responses API takes it in the same way."""

# tier: flex
# api: responses
# requests: 2
from haystack.components.generators.chat import OpenAIResponsesChatGenerator
from haystack.dataclasses import ChatMessage

late = {"service_tier": "flex"}
words = [ChatMessage.from_user("hi")]
print(OpenAIResponsesChatGenerator(model="gpt-5.4", generation_kwargs=late).run(words))
print(OpenAIResponsesChatGenerator(model="gpt-5.4").run(words, generation_kwargs=late))
