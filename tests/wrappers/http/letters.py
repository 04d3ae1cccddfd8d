"""One request after another, at an address that the environment may set."""

# fix: unsafe
# tier: none
# api: responses
# requests: 2
import os

import requests

BASE = os.environ.get("OPENAI_BASE_URL", "https://api.openai.com/v1")


def answer(asked):
    said = requests.post(f"{BASE}/responses", json={"model": "gpt-5.4", "input": asked}, timeout=900)
    return said.json()["output"][-1]["content"][0]["text"]


if __name__ == "__main__":
    print(answer(answer("hi")))
