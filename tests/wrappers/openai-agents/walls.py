"""An agent with settings of its own, at work by night."""

# fix: safe
# api: responses
# requests: 3
# tier: none
from agents import Agent, ModelSettings, Runner, function_tool
from pydantic import BaseModel


class Wall(BaseModel):
    stones: int


@function_tool
def measure(length: int) -> str:
    """A length in ells."""
    return f"{length} ells"


settings = ModelSettings(temperature=0.1)
mason = Agent(name="mason", instructions="Build.", model="gpt-5.4", tools=[measure], model_settings=settings)
counter = Agent(
    name="counter", model="gpt-5.4", output_type=Wall, model_settings=ModelSettings(extra_args={"user": "counter"})
)


def main() -> None:
    print(Runner.run_sync(mason, "How long is the wall?").final_output)
    print(Runner.run_sync(counter, "Count the stones.").final_output)


if __name__ == "__main__":
    main()
