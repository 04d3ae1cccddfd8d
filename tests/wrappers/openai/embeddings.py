"""What has no Flex is left alone; both spellings of a vector are read."""

# fix: none
# api: embeddings, completions, moderations
# requests: 4
# tier: none
from openai import OpenAI

client = OpenAI()


def main() -> None:
    for form in ("float", "base64"):
        vector = client.embeddings.create(model="text-embedding-3-small", input="moss", encoding_format=form)
        print(vector.data[0].embedding)
    print(client.completions.create(model="gpt-3.5-turbo-instruct", prompt="moss").choices[0].text)
    print(client.moderations.create(model="omni-moderation-latest", input="moss").results[0].flagged)
    print(client.models.list().data[0].id)


if __name__ == "__main__":
    main()
