"""The async client, several requests at a time."""

# fix: safe
# api: chat, responses
# requests: 4
# in: 3
import asyncio

from openai import AsyncOpenAI

WORDS = ["ebb", "flood"]


async def main() -> None:
    async with AsyncOpenAI() as sea:
        for word in WORDS:
            first, second = await asyncio.gather(
                sea.chat.completions.create(model="gpt-5.4", messages=[{"role": "user", "content": word}]),
                sea.responses.create(
                    model="gpt-5.4",
                    input=word,
                    # low, to repeat itself
                    temperature=0.1,
                ),
            )
            print(first.choices[0].message.content, second.output_text)


if __name__ == "__main__":
    asyncio.run(main())
