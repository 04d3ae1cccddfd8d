"""A wrapped client passes every keyword on, Braintrust's as well as LangSmith's."""

# tier: flex
# api: chat, responses
# requests: 6
# timeout: 600
import openai
from braintrust import wrap_openai
from langsmith import wrappers

asked = {"model": "gpt-5.4", "messages": [{"role": "user", "content": "hi"}], "service_tier": "flex"}
for client in (wrap_openai(openai.OpenAI()), wrappers.wrap_openai(openai.OpenAI())):
    print(client.chat.completions.create(**asked).choices[0].message.content)
    print(client.beta.chat.completions.parse(**asked).choices[0].message.content)
    print(client.responses.create(model="gpt-5.4", input="hi", service_tier="flex").output_text)
