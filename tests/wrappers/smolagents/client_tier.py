"""What goes to the client is no part of a request."""

# raises: TypeError "service_tier"
# requests: 0
from smolagents import OpenAIModel

OpenAIModel("gpt-5.4", client_kwargs={"service_tier": "flex"})
