"""The tier in the settings of an agent: as Pydantic AI spells it, or in the extra body."""

# tier: flex
# api: chat
# model: gpt-5.4
# timeout: 600
import marvin

thrifty = marvin.Agent(model="openai:gpt-5.4", model_settings={"openai_service_tier": "flex"})
frugal = marvin.Agent(model="openai:gpt-5.4", model_settings={"extra_body": {"service_tier": "flex"}})


def ask(keeper: marvin.Agent) -> None:
    try:
        keeper.run("Light the lamp", handlers=[])
    except Exception as error:  # the answer of the server does not end the task
        print(type(error).__name__)


ask(thrifty)
ask(frugal)
