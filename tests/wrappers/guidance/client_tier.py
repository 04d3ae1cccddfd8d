"""What goes to the client is no part of a request."""

# raises: TypeError "service_tier"
# requests: 0
from guidance import models

models.OpenAI("gpt-5.4", service_tier="flex")
