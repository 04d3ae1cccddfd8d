"""A module takes a tier in its call for one of its inputs."""

# drops: service_tier
# api: chat
import dspy

dspy.configure(lm=dspy.LM("openai/gpt-5.4", cache=False))
print(dspy.Predict("text -> answer: int")(text="hi", service_tier="flex"))
