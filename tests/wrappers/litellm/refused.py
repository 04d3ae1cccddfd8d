"""A model without flex fails at once."""

# server: no-flex=gpt-4o
# requests: 1
# timeout: 600
# raises: litellm.exceptions.BadRequestError, openai.BadRequestError "service_tier"
import litellm

litellm.completion(model="gpt-4o", messages=[{"role": "user", "content": "hi"}], service_tier="flex")
