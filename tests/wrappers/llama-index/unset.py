"""Nothing is set: an index embeds at OpenAI, and its engine asks OpenAI."""

# api: chat, embeddings
# model: gpt-3.5-turbo, text-embedding-ada-002
# tier: none
# timeout: 60
# requests: 4
from llama_index.core import Document, VectorStoreIndex
from llama_index.core.evaluation import FaithfulnessEvaluator

index = VectorStoreIndex.from_documents([Document(text="The lamp was lit at six.")])
print(index.as_query_engine().query("When was the lamp lit?"))
print(FaithfulnessEvaluator().evaluate(query="When?", response="At six.", contexts=["At six."]).passing)
