"""Every night: label the day's reviews, then sum them up for the morning."""

import csv

from shop.llm import client, translate


def label(review: str) -> str:
    answer = client.responses.create(model="gpt-5.4-mini", input=f"Praise or complaint? {review}")
    return answer.output_text


def main() -> None:
    with open("reviews.csv", newline="") as source, open("labels.csv", "w", newline="") as target:
        reviews = [row["text"] for row in csv.DictReader(source)]
        csv.writer(target).writerows([review, label(review)] for review in reviews)

    latest = translate(reviews[-1])
    digest = client.responses.create(
        model="gpt-5.4",
        input=f"What should the team know this morning? {latest}",
    )
    with open("digest.txt", "w") as target:
        target.write(digest.output_text)


if __name__ == "__main__":
    main()
