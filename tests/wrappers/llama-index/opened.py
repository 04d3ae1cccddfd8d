"""An index of nothing, and one that is a list, are built without a request."""

# requests: 0
from llama_index.core import Document, SummaryIndex, VectorStoreIndex

VectorStoreIndex([])
SummaryIndex.from_documents([Document(text="The lamp was lit at six.")])
