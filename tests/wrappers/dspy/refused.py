"""A model without flex fails at once."""

# server: no-flex=gpt-4o
# requests: 1
# raises: Exception "service_tier"
import dspy

dspy.LM("openai/gpt-4o", cache=False, service_tier="flex")("hi")
