"""Embeddings and the old completions take no tier: it is put among the keywords of the SDK's call, which rejects it."""

# raises: TypeError "service_tier"
# requests: 0
from langchain_openai import OpenAIEmbeddings

OpenAIEmbeddings(model="text-embedding-3-small", check_embedding_ctx_length=False, service_tier="flex").embed_query(
    "hi"
)
