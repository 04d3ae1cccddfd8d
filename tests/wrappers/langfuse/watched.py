"""The drop-in classes, both APIs, sync and async."""

# fix: safe
# api: chat, responses
# requests: 3
# timeout: 600
import asyncio

from langfuse.openai import AsyncOpenAI, openai

scope = openai.OpenAI()


async def far() -> None:
    async with AsyncOpenAI() as sky:
        print((await sky.responses.create(model="gpt-5.4", input="Which star is that?")).output_text)


def main() -> None:
    words = [{"role": "user", "content": "Which star is that?"}]
    print(scope.chat.completions.create(model="gpt-5.4", messages=words).choices[0].message.content)
    print(scope.responses.create(model="gpt-5.4", input="And that one?").output_text)
    asyncio.run(far())


if __name__ == "__main__":
    main()
