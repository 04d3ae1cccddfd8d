"""One request after another, through the wrapper."""

# fix: safe
# tier: none
# api: chat
# requests: 2
from autogen import OpenAIWrapper

wrapper = OpenAIWrapper(config_list=[{"model": "gpt-5.4", "api_key": "sk-none"}])


def answer(asked):
    said = wrapper.create(messages=[{"role": "user", "content": asked}], cache_seed=None)
    return said.choices[0].message.content


if __name__ == "__main__":
    print(answer(answer("hi")))
