"""Without a model, an evaluation asks OpenAI."""

# model: gpt-4o-mini
# api: chat
# tier: none
# timeout: 600
from ragas import EvaluationDataset, SingleTurnSample, evaluate
from ragas.metrics import Faithfulness

tiles = EvaluationDataset(samples=[SingleTurnSample(user_input="a", response="b", retrieved_contexts=["c"])])
evaluate(tiles, metrics=[Faithfulness()], show_progress=False)
