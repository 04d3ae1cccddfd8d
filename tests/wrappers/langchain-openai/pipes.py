"""A pipe hands what is said to its call to the first step only: said to the prompt, the tier is lost."""

# drops: service_tier
# requests: 2
# tier: none
from langchain_core.prompts import ChatPromptTemplate
from langchain_openai import ChatOpenAI

pipe = ChatPromptTemplate.from_template("Say {word}.") | ChatOpenAI(model="gpt-5.4")
print(pipe.invoke({"word": "ahoy"}, service_tier="flex").content)
print(pipe.bind(service_tier="flex").invoke({"word": "ahoy"}).content)
