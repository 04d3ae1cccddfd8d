"""Embeddings take no tier."""

# requests: 0
# raises: TypeError "service_tier"
from llama_index.embeddings.openai import OpenAIEmbedding

OpenAIEmbedding(additional_kwargs={"service_tier": "flex"}).get_text_embedding("hi")
