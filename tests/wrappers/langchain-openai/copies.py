"""Copies of a model object keep its tier, or are given one; a call's own tier comes last."""

# tier: flex
# api: chat
# requests: 9
from langchain_core.prompts import ChatPromptTemplate
from langchain_core.runnables import ConfigurableField, RunnableParallel, RunnablePassthrough
from langchain_openai import ChatOpenAI

ask = ChatPromptTemplate.from_template("Say {word}.")
thrifty = ChatOpenAI(model="gpt-5.4", service_tier="flex")
plain = ChatOpenAI(model="gpt-5.4")
print(thrifty.with_retry().invoke("hi").content)
print(thrifty.with_config(tags=["night"]).invoke("hi").content)
print(thrifty.bind_tools([]).invoke("hi").content)
print(plain.model_copy(update={"service_tier": "flex"}).invoke("hi").content)
print(
    plain.configurable_fields(service_tier=ConfigurableField(id="tier"))
    .with_config(configurable={"tier": "flex"})
    .invoke("hi")
    .content
)
print(ChatOpenAI(model="gpt-5.4", service_tier="default").invoke("hi", service_tier="flex").content)
print(RunnableParallel(one=ask | thrifty).invoke({"word": "ahoy"})["one"].content)
print(RunnablePassthrough.assign(two=ask | thrifty).invoke({"word": "ahoy"})["two"].content)
print(len(list(thrifty.stream("hi"))) > 0)
