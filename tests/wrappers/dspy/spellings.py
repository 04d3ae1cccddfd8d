"""The tier of a language model: of the object, of one call of it, or of a module's configuration."""

# tier: flex
# api: chat
# timeout: 600
import dspy

late = dspy.LM("openai/gpt-5.4", cache=False, service_tier="flex")
plain = dspy.LM("openai/gpt-5.4", cache=False)
print(late("hi"))
print(plain("hi", service_tier="flex"))
print(dspy.LM("openai/gpt-5.4", cache=False, extra_body={"service_tier": "flex"})("hi"))
dspy.configure(lm=late)
print(dspy.Predict("text -> answer: int")(text="hi"))
dspy.configure(lm=plain)
print(dspy.Predict("text -> answer: int", service_tier="flex")(text="hi"))
print(dspy.Predict("text -> answer: int")(text="hi", config={"service_tier": "flex"}))
