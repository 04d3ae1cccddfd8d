"""A router falls back to a model without the tier when flex is full."""

# server: flex-is-full
# tier: flex, none
# requests: 2
from litellm import Router

router = Router(
    model_list=[
        {"model_name": "cheap", "litellm_params": {"model": "openai/gpt-5.4", "service_tier": "flex"}},
        {"model_name": "plain", "litellm_params": {"model": "openai/gpt-5.4"}},
    ],
    fallbacks=[{"cheap": ["plain"]}],
    num_retries=0,
)
print(router.completion(model="cheap", messages=[{"role": "user", "content": "hi"}]).choices[0].message.content)
