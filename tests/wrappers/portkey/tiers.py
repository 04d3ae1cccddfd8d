"""The tier as a keyword of the gateway's own methods."""

# tier: flex
# api: chat, responses
# requests: 4
import os

from portkey_ai import Portkey

asked = {"model": "gpt-5.4", "messages": [{"role": "user", "content": "hi"}], "service_tier": "flex"}
gate = Portkey(api_key="none", base_url=os.environ["OPENAI_BASE_URL"])
print(gate.chat.completions.create(**asked).choices[0].message.content)
print(gate.with_options(metadata={"lock": "3"}).chat.completions.create(**asked).choices[0].message.content)
print(gate.beta.chat.completions.parse(**asked).choices[0].message.content)
print(gate.responses.create(model="gpt-5.4", input="hi", service_tier="flex").id)
