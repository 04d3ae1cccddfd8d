"""An agent takes the tier in its settings alone."""

# raises: TypeError "service_tier"
# requests: 0
from pydantic_ai import Agent

Agent("openai:gpt-5.4", service_tier="flex")
