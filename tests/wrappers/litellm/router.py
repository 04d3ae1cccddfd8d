"""A router's tier: among the parameters of a model, or as a keyword of its calls."""

# tier: flex
# requests: 3
# timeout: 6000
import asyncio

from litellm import Router

words = [{"role": "user", "content": "hi"}]
cheap = Router(
    model_list=[{"model_name": "clerk", "litellm_params": {"model": "openai/gpt-5.4", "service_tier": "flex"}}]
)
plain = Router(model_list=[{"model_name": "clerk", "litellm_params": {"model": "openai/gpt-5.4"}}])
print(cheap.completion(model="clerk", messages=words).choices[0].message.content)
print(plain.completion(model="clerk", messages=words, service_tier="flex").choices[0].message.content)
print(asyncio.run(plain.acompletion(model="clerk", messages=words, service_tier="flex")).choices[0].message.content)
