"""Two letters are summed up, one with each API."""

# fix: safe
# api: chat, responses
# requests: 2
# model: gpt-5.4
# tier: none
# timeout: 600
from openai import OpenAI

client = OpenAI()


def main() -> None:
    letter = "The roof leaks."
    reply = client.chat.completions.create(model="gpt-5.4", messages=[{"role": "user", "content": letter}])
    print(reply.choices[0].message.content)
    print(client.responses.create(model="gpt-5.4", input=letter).output_text)


if __name__ == "__main__":
    main()
