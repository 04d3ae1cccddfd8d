"""Every keyword that a decorator does not know goes into the request, or at the call in `api_params`."""

# tier: flex
# api: chat
# requests: 4
# timeout: 600
import ell
from openai import OpenAI


@ell.simple(model="gpt-4o", service_tier="flex")
def hum(tune: str) -> str:
    return f"Hum {tune}"


@ell.complex(model="gpt-4o", service_tier="flex")
def sing(tune: str) -> str:
    return f"Sing {tune}"


@ell.simple(model="gpt-5.4", client=OpenAI(), extra_body={"service_tier": "flex"})
def drone(tune: str) -> str:
    return f"Drone {tune}"


@ell.simple(model="gpt-4o")
def whistle(tune: str) -> str:
    return f"Whistle {tune}"


print(hum("a scale"), sing("a scale").text, drone("a scale"))
print(whistle("a scale", api_params={"service_tier": "flex"}))
