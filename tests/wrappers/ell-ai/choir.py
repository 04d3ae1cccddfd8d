"""A decorated function that nobody waits for."""

# fix: unsafe
# requests: 2
# tier: none
import ell
from openai import OpenAI

client = OpenAI()


@ell.simple(model="gpt-5.4", client=client)
def hum(tune: str) -> str:
    return f"Hum {tune}"


def main() -> None:
    print(hum("a scale"))
    print(hum("a march"))


if __name__ == "__main__":
    main()
