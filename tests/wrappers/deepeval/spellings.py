"""The tier of a model object, asked directly and by a metric; it waits a minute and a half."""

# tier: flex
# api: chat
# timeout: 88.5
from deepeval.metrics import AnswerRelevancyMetric
from deepeval.models import GPTModel
from deepeval.test_case import LLMTestCase

late = GPTModel(model="gpt-5.4", generation_kwargs={"service_tier": "flex"})
print(late.generate("hi")[0])
AnswerRelevancyMetric(model=late).measure(LLMTestCase(input="hi", actual_output="ho"), _show_indicator=False)
