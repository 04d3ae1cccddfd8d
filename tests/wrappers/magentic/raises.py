"""The model object takes no tier."""

# requests: 0
# raises: TypeError "service_tier"
from magentic import OpenaiChatModel

OpenaiChatModel("gpt-5.4", service_tier="flex")
