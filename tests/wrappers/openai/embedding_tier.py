"""Embeddings take no tier."""

# raises: TypeError "service_tier"
# requests: 0
from openai import OpenAI

OpenAI().embeddings.create(model="text-embedding-3-small", input="hi", service_tier="flex")
