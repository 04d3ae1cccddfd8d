"""What the shop's pages ask for."""

from fastapi import FastAPI

from shop.llm import translate

app = FastAPI()


@app.get("/reviews/translated")
def translated(text: str) -> dict[str, str]:
    return {"text": translate(text)}
