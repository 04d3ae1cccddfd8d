"""A full flex tier, and a second model object without the tier to fall back on."""

# server: flex-is-full
# requests: 4
# tier: flex, none
import openai
from langchain_openai import ChatOpenAI

cheap = ChatOpenAI(model="gpt-5.4", service_tier="flex")
plain = ChatOpenAI(model="gpt-5.4")
print(cheap.with_fallbacks([plain], exceptions_to_handle=(openai.RateLimitError,)).invoke("hi").content)
