"""Evaluating sends nothing where no model judges; a judge that names none asks OpenAI."""

# model: gpt-5.2
# tier: none
# requests: 1
from pydantic_evals import Case, Dataset
from pydantic_evals.evaluators import IsInstance, LLMJudge

cases = [Case(inputs="tin")]
Dataset(name="ores", cases=cases, evaluators=[IsInstance("str")]).evaluate_sync(str.upper, progress=False)
Dataset(name="ores", cases=cases, evaluators=[LLMJudge("Is it pure?")]).evaluate_sync(str.upper, progress=False)
