"""Every night: a digest of the day's reviews, and a label for each of them."""

import json
from pathlib import Path

from shop.llm import client, translate


def label(review: str) -> str:
    answer = client.responses.create(model="gpt-5.4-mini", input=f"Praise or complaint? {review}")
    return answer.output_text


def main() -> None:
    reviews = json.loads(Path("reviews.json").read_text())
    latest = translate(reviews[-1])
    digest = client.responses.create(model="gpt-5.4", input=f"What should the team know? {latest}")
    Path("digest.txt").write_text(digest.output_text)
    labels = [label(review) for review in reviews]
    Path("labels.json").write_text(json.dumps(labels))


if __name__ == "__main__":
    main()
