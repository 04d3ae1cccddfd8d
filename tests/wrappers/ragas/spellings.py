"""The tier of the model that judges: of Ragas itself, or of LangChain."""

# tier: flex
# api: chat
import contextlib

from langchain_openai import ChatOpenAI
from openai import OpenAI
from pydantic import BaseModel
from ragas import EvaluationDataset, SingleTurnSample, evaluate
from ragas.llms import LangchainLLMWrapper, llm_factory
from ragas.metrics import Faithfulness


class Tile(BaseModel):
    answer: int


print(llm_factory("gpt-5.4", client=OpenAI(), service_tier="flex").generate("hi", Tile))
tiles = EvaluationDataset(samples=[SingleTurnSample(user_input="a", response="b", retrieved_contexts=["c"])])
judge = LangchainLLMWrapper(ChatOpenAI(model="gpt-5.4", service_tier="flex"))
with contextlib.suppress(Exception):
    evaluate(tiles, metrics=[Faithfulness()], llm=judge, show_progress=False)
