"""The tier as a keyword of the functions, with and without the vendor's prefix on the model."""

# tier: flex
# model: gpt-5.4
# api: chat, responses
# requests: 9
import asyncio

import litellm

words = [{"role": "user", "content": "hi"}]


async def later() -> None:
    print((await litellm.acompletion(model="gpt-5.4", messages=words, service_tier="flex")).choices[0].message.content)
    print((await litellm.aresponses(model="openai/gpt-5.4", input="hi", service_tier="flex")).output[0].content[0].text)


print(litellm.completion("openai/gpt-5.4", words, service_tier="flex").choices[0].message.content)
print(litellm.completion(model="gpt-5.4", messages=words, extra_body={"service_tier": "flex"}).model)
for chunk in litellm.completion(model="gpt-5.4", messages=words, service_tier="flex", stream=True):
    print(chunk.choices[0].delta.content)
print(litellm.responses(model="gpt-5.4", input="hi", service_tier="flex").output[0].content[0].text)
asyncio.run(later())
print(len(litellm.batch_completion(model="gpt-5.4", messages=[words, words], service_tier="flex")))
print(litellm.text_completion(model="gpt-5.4", prompt="hi", service_tier="flex").choices[0].text)
