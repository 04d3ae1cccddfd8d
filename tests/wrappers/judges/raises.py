"""A judge takes a model and nothing else."""

# requests: 0
# raises: TypeError "service_tier"
from judges import HaluEvalDocumentSummaryNonFactual

HaluEvalDocumentSummaryNonFactual(model="openai/gpt-5.4", service_tier="flex")
