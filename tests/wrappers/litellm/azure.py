"""For Azure the tier is refused before anything is sent, where the model is not a GPT-5."""

# raises: UnsupportedParamsError "service_tier"
# requests: 0
import os

import litellm

litellm.completion(
    model="azure/gpt-4o",
    messages=[{"role": "user", "content": "hi"}],
    service_tier="flex",
    api_base=os.environ["OPENAI_BASE_URL"],
    api_key="none",
    api_version="2024-12-01-preview",
)
