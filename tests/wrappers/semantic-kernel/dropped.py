"""A tier beside the other settings is lost, and so is one in `extension_data`."""

# drops: service_tier
# requests: 2
import asyncio

from semantic_kernel.connectors.ai.open_ai import OpenAIChatCompletion, OpenAIChatPromptExecutionSettings
from semantic_kernel.contents import ChatHistory


async def main() -> None:
    history = ChatHistory()
    history.add_user_message("hi")
    horn = OpenAIChatCompletion(ai_model_id="gpt-5.4")
    print(await horn.get_chat_message_content(history, OpenAIChatPromptExecutionSettings(service_tier="flex")))
    lost = OpenAIChatPromptExecutionSettings(extension_data={"service_tier": "flex"})
    print(await horn.get_chat_message_content(history, lost))


asyncio.run(main())
