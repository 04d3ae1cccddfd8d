"""Letters that nobody waits for."""

# fix: safe
# api: chat, responses
# requests: 4
# tier: none
import asyncio

import litellm
from litellm import completion


async def later() -> None:
    reply = await litellm.acompletion(
        model="gpt-5.4",
        messages=[{"role": "user", "content": "The roof leaks."}],
        temperature=1,
    )
    print(reply.choices[0].message.content)


def main() -> None:
    reply = completion("openai/gpt-5.4", [{"role": "user", "content": "The roof leaks."}])
    print(reply.choices[0].message.content)
    print(litellm.responses(model="gpt-5.4", input="The roof leaks.").output[0].content[0].text)
    for chunk in completion(model="gpt-5.4", messages=[{"role": "user", "content": "Again."}], stream=True):
        print(chunk.choices[0].delta.content)
    asyncio.run(later())


if __name__ == "__main__":
    main()
