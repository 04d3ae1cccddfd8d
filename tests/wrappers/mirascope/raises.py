"""1.x: the decorator itself takes no tier."""

# in: 1
# requests: 0
# raises: TypeError "service_tier"
from mirascope.core import openai

openai.call("gpt-5.4", service_tier="flex")
