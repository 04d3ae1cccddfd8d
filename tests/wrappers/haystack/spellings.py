"""The tier in `generation_kwargs`, where a generator is built, run, or run by a pipeline; it waits half a minute."""

# tier: flex
# api: chat
# requests: 6
# timeout: 30
from haystack import Pipeline
from haystack.components.agents import Agent
from haystack.components.generators.chat import OpenAIChatGenerator
from haystack.dataclasses import ChatMessage

late = {"service_tier": "flex"}
words = [ChatMessage.from_user("hi")]
print(OpenAIChatGenerator(model="gpt-5.4", generation_kwargs=late).run(words))
print(OpenAIChatGenerator(model="gpt-5.4", generation_kwargs={"extra_body": late}).run(words))
press = OpenAIChatGenerator(model="gpt-5.4")
print(press.run(words, generation_kwargs=late))
pipe = Pipeline()
pipe.add_component("press", OpenAIChatGenerator(model="gpt-5.4"))
print(pipe.run({"press": {"messages": words, "generation_kwargs": late}}))
agent = Agent(chat_generator=OpenAIChatGenerator(model="gpt-5.4", generation_kwargs=late))
agent.warm_up()
print(agent.run(messages=words))
print(agent.run(messages=words, generation_kwargs=late))
