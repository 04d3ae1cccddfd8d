"""Decorated functions and model objects: no place for a tier, and OpenAI where no model is named."""

# tier: none
# api: chat
# model: gpt-4o, gpt-5.4
# requests: 5
# timeout: 600
from magentic import Chat, OpenaiChatModel, UserMessage, chatprompt, prompt, prompt_chain


@prompt("Name a lantern for {port}")
def name(port: str) -> str: ...


@chatprompt(UserMessage("Name a lantern for {port}"), model=OpenaiChatModel("gpt-5.4"))
def chat_name(port: str) -> str: ...


@prompt_chain("Find the lantern of {port}", functions=[])
def find(port: str) -> str: ...


print(name("Dover"), chat_name("Dover"), find("Dover"))
print(OpenaiChatModel("gpt-5.4").complete([UserMessage("Name it")]).content)
print(Chat([UserMessage("Name it")], model=OpenaiChatModel("gpt-5.4")).submit().last_message.content)
