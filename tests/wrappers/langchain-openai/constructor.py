"""The chat model's own tier and those of a call: constructor, `model_kwargs`, `extra_body`, `bind`, `invoke`."""

# tier: flex
# api: chat
# requests: 7
# timeout: none
from langchain.chat_models import init_chat_model
from langchain_openai import ChatOpenAI

print(ChatOpenAI(model="gpt-5.4", service_tier="flex").invoke("hi").content)
print(ChatOpenAI(model="gpt-5.4", model_kwargs={"service_tier": "flex"}).invoke("hi").content)
print(ChatOpenAI(model="gpt-5.4", extra_body={"service_tier": "flex"}).invoke("hi").content)
print(ChatOpenAI(model="gpt-5.4").bind(service_tier="flex").invoke("hi").content)
print(ChatOpenAI(model="gpt-5.4").invoke("hi", service_tier="flex").content)
print(init_chat_model("openai:gpt-5.4", service_tier="flex").invoke("hi").content)
print("".join(chunk.text for chunk in ChatOpenAI(model="gpt-5.4", service_tier="flex").stream("hi")))
