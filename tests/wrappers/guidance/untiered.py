"""Every generation is a streamed request, and nothing takes a tier."""

# tier: none
# api: chat
# stream: yes
# requests: 1
# timeout: 600
from guidance import assistant, gen, models, user

state = models.OpenAI("gpt-5.4", echo=False)
with user():
    state += "hi"
with assistant():
    state += gen("answer")
print(state["answer"])
