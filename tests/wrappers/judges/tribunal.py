"""A judge and a jury: one request for each judge, and no place for a tier."""

# tier: none
# api: chat
# model: gpt-5.4, gpt-4o
# requests: 3
# timeout: 600
from judges import HaluEvalDocumentSummaryNonFactual as Factual
from judges import Jury

print(Factual(model="openai/gpt-5.4").judge(input="A", output="B").score)
jury = Jury(judges=[Factual("openai/gpt-5.4"), Factual("openai/gpt-4o")])
print(len(jury.vote(input="A", output="B").judgments))
