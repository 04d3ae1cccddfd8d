"""The tier of a configuration, of an entry of its list, and of one call of the wrapper."""

# tier: flex
# api: chat
# requests: 6
# timeout: 600
from autogen import AssistantAgent, ConversableAgent, OpenAIWrapper, UserProxyAgent

asked = [{"role": "user", "content": "hi"}]
plain = {"model": "gpt-5.4", "api_key": "sk-none"}
flex = {**plain, "service_tier": "flex"}
uncached = {"cache_seed": None}
print(OpenAIWrapper(config_list=[flex]).create(messages=asked, **uncached).choices[0].message.content)
print(
    OpenAIWrapper(config_list=[plain])
    .create(messages=asked, service_tier="flex", **uncached)
    .choices[0]
    .message.content
)
print(OpenAIWrapper(config_list=[plain]).create(messages=asked, extra_body={"service_tier": "flex"}, **uncached).model)
listed = ConversableAgent("listed", llm_config={"config_list": [flex], **uncached}, human_input_mode="NEVER")
print(listed.generate_reply(messages=asked))
whole = {"config_list": [plain], "service_tier": "flex", **uncached}
print(ConversableAgent("whole", llm_config=whole, human_input_mode="NEVER").generate_reply(messages=asked))
purser = UserProxyAgent("purser", human_input_mode="NEVER", code_execution_config=False, llm_config=False)
mate = AssistantAgent("mate", llm_config=whole)
print(purser.initiate_chat(mate, message="hi", max_turns=1, silent=True).summary)
