"""The tier of one call: of a model, of a generator, as a stream and awaited."""

# tier: flex
# api: chat
# requests: 5
# timeout: 600
import asyncio

import openai
import outlines

model = outlines.from_openai(openai.OpenAI(), "gpt-5.4")
print(model("hi", service_tier="flex"))
print(model("hi", None, extra_body={"service_tier": "flex"}))
print("".join(model.stream("hi", service_tier="flex")))
print(outlines.Generator(model)("hi", service_tier="flex"))
later = outlines.from_openai(openai.AsyncOpenAI(), "gpt-5.4")
print(asyncio.run(later("hi", service_tier="flex")))
