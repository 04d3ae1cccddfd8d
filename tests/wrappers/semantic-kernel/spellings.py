"""The tier goes into `extra_body` of the settings, whoever is handed them."""

# tier: flex
# api: chat
# requests: 3
# timeout: 600
import asyncio

from semantic_kernel import Kernel
from semantic_kernel.agents import ChatCompletionAgent
from semantic_kernel.connectors.ai.open_ai import OpenAIChatCompletion, OpenAIChatPromptExecutionSettings
from semantic_kernel.contents import ChatHistory
from semantic_kernel.functions import KernelArguments


async def main() -> None:
    history = ChatHistory()
    history.add_user_message("hi")
    horn = OpenAIChatCompletion(ai_model_id="gpt-5.4")
    late = OpenAIChatPromptExecutionSettings(extra_body={"service_tier": "flex"})
    print(await horn.get_chat_message_content(history, late))
    kernel = Kernel()
    kernel.add_service(horn)
    print(await kernel.invoke_prompt("hi", arguments=KernelArguments(settings=late)))
    mate = ChatCompletionAgent(service=horn, name="mate", arguments=KernelArguments(settings=late))
    print(await mate.get_response(messages="hi"))


asyncio.run(main())
