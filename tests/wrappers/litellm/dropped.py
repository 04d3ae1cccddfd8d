"""Where parameters that a vendor does not know are dropped, so is the tier."""

# drops: service_tier
# requests: 1
import os

import litellm

litellm.drop_params = True
litellm.completion(
    model="azure/gpt-4o",
    messages=[{"role": "user", "content": "hi"}],
    service_tier="flex",
    api_base=os.environ["OPENAI_BASE_URL"],
    api_key="none",
    api_version="2024-12-01-preview",
)
