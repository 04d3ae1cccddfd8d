"""Neither does the decorator."""

# requests: 0
# raises: TypeError "service_tier"
from magentic import prompt

prompt("Name a lantern for {port}", service_tier="flex")
