"""Embedders wait half a minute, too."""

# api: embeddings
# requests: 2
# timeout: 30
from haystack import Document
from haystack.components.embedders import OpenAIDocumentEmbedder, OpenAITextEmbedder

print(len(OpenAITextEmbedder(model="text-embedding-3-small").run("hi")["embedding"]) > 0)
print(len(OpenAIDocumentEmbedder(model="text-embedding-3-small").run([Document(content="hi")])["documents"]))
