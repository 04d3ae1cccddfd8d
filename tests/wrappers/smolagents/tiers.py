"""The tier of a model and of one of its calls, with the model alone, as a stream, and under an agent."""

# tier: flex
# api: chat
# requests: 7
# timeout: 600
from smolagents import OpenAIModel, OpenAIServerModel, ToolCallingAgent

asked = [{"role": "user", "content": [{"type": "text", "text": "hi"}]}]
flex = OpenAIModel("gpt-5.4", service_tier="flex")
plain = OpenAIServerModel("gpt-5.4")
print(flex(asked).content)
print(flex.generate(asked).content)
print(OpenAIModel("gpt-5.4", extra_body={"service_tier": "flex"}).generate(asked).content)
print(plain(asked, service_tier="flex").content)
print(plain.generate(asked, extra_body={"service_tier": "flex"}).content)
print([part.content for part in plain.generate_stream(asked, service_tier="flex")])
print(ToolCallingAgent(tools=[], model=flex, max_steps=1).run("hi"))
