"""A metric without a model asks OpenAI."""

# api: chat
# model: gpt-5.4
# tier: none
# timeout: 88.5
from deepeval.metrics import AnswerRelevancyMetric
from deepeval.test_case import LLMTestCase

AnswerRelevancyMetric().measure(LLMTestCase(input="hi", actual_output="ho"), _show_indicator=False)
