"""An agent without settings of its own: how much the model reasons must stay as it is."""

# fix: safe
# api: responses
# sends: reasoning={"effort": "none"}
# requests: 3
from agents import Agent, Runner, function_tool
from pydantic import BaseModel


class Wall(BaseModel):
    stones: int


@function_tool
def measure(length: int) -> str:
    """A length in ells."""
    return f"{length} ells"


mason = Agent(name="mason", instructions="Build.", model="gpt-5.4", tools=[measure])
counter = Agent(name="counter", model="gpt-5.4", output_type=Wall)


def main() -> None:
    print(Runner.run_sync(mason, "How long is the wall?").final_output)
    print(Runner.run_sync(counter, "Count the stones.").final_output)


if __name__ == "__main__":
    main()
