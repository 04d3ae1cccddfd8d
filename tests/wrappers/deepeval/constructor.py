"""The model object hands what it does not know to the client, which has no tier."""

# requests: 0
# raises: TypeError "service_tier"
from deepeval.models import GPTModel

GPTModel(model="gpt-5.4", service_tier="flex").generate("hi")
