"""A full flex tier: LiteLLM's own exception, which is one of the SDK's."""

# server: flex-is-full
# requests: 3
# raises: litellm.exceptions.RateLimitError, openai.RateLimitError "Flex capacity unavailable"
import litellm

litellm.completion(model="gpt-5.4", messages=[{"role": "user", "content": "hi"}], service_tier="flex")
