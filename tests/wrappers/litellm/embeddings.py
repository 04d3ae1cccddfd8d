"""A tier on embeddings is sent as it is, which the API does not document."""

# tier: flex
# api: embeddings
# requests: 1
import litellm

litellm.embedding(model="text-embedding-3-small", input=["hi"], service_tier="flex")
