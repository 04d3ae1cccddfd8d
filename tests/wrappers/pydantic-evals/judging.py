"""Judges of a data set: one request for each case, with the settings that the judge is given."""

# tier: flex
# api: responses
# requests: 3
# timeout: 600
import asyncio

from pydantic_evals import Case, Dataset
from pydantic_evals.evaluators import LLMJudge
from pydantic_evals.evaluators.llm_as_a_judge import judge_output

cheap = {"openai_service_tier": "flex"}
judge = LLMJudge("Is it pure?", model="openai:gpt-5.4", model_settings=cheap)
ores = Dataset(name="ores", cases=[Case(inputs="tin"), Case(inputs="lead")], evaluators=[judge])
ores.evaluate_sync(str.upper, progress=False)
print(asyncio.run(judge_output("tin", "Is it pure?", "openai:gpt-5.4", {"service_tier": "flex"})))
