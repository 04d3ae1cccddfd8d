"""The tier in `additional_kwargs`, and as a keyword of `complete`, `chat` and their streams; it waits a minute."""

# tier: flex
# api: chat, responses
# requests: 9
# timeout: 60
from llama_index.core import PromptTemplate
from llama_index.core.llms import ChatMessage
from llama_index.llms.openai import OpenAI, OpenAIResponses
from llama_index.llms.openai_like import OpenAILike
from pydantic import BaseModel


class Lamp(BaseModel):
    answer: int


late = {"service_tier": "flex"}
log = [ChatMessage(role="user", content="hi")]
print(OpenAI(model="gpt-5.4", additional_kwargs=late).complete("hi"))
print(OpenAI(model="gpt-5.4", additional_kwargs={"extra_body": late}).chat(log))
print(OpenAI(model="gpt-5.4").complete("hi", service_tier="flex"))
print(OpenAI(model="gpt-5.4").chat(log, service_tier="flex"))
print(list(OpenAI(model="gpt-5.4").stream_chat(log, service_tier="flex")))
print(OpenAI(model="gpt-5.4").structured_predict(Lamp, PromptTemplate("hi"), llm_kwargs={"service_tier": "flex"}))
print(OpenAIResponses(model="gpt-5.4", additional_kwargs=late).complete("hi"))
print(OpenAIResponses(model="gpt-5.4").complete("hi", service_tier="flex"))
print(OpenAILike(model="gpt-5.4", is_chat_model=True, additional_kwargs=late).chat(log))
