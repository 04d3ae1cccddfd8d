"""For Azure the tier is sent where the deployment's name looks like a GPT-5."""

# tier: flex
# requests: 1
import os

import litellm

litellm.completion(
    model="azure/gpt-5.4",
    messages=[{"role": "user", "content": "hi"}],
    service_tier="flex",
    api_base=os.environ["OPENAI_BASE_URL"],
    api_key="none",
    api_version="2024-12-01-preview",
)
