"""The tier is an argument of the model, of an evaluation or alone; with it, Inspect waits a quarter of an hour."""

# tier: flex, none
# api: responses
# timeout: 900
import asyncio

from inspect_ai import Task, eval
from inspect_ai.dataset import Sample
from inspect_ai.model import get_model
from inspect_ai.scorer import includes
from inspect_ai.solver import generate

task = Task(dataset=[Sample(input="hi", target="42")], solver=[generate()], scorer=includes())
eval(task, model="openai/gpt-5.4", model_args={"service_tier": "flex"}, display="none")
print(asyncio.run(get_model("openai/gpt-5.4", service_tier="flex").generate("hi")).completion)
