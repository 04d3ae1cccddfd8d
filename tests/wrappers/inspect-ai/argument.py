"""An evaluation has no tier of its own."""

# requests: 0
# raises: ValueError "service_tier"
from inspect_ai import Task, eval
from inspect_ai.dataset import Sample
from inspect_ai.solver import generate

eval(
    Task(dataset=[Sample(input="hi")], solver=[generate()]), model="openai/gpt-5.4", service_tier="flex", display="none"
)
