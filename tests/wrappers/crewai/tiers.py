"""The tier of an `LLM`: as a keyword, in `additional_params`, in `extra_body`, and under a crew."""

# tier: flex
# api: chat, responses
# requests: 5
# timeout: 600
from crewai import LLM, Agent, Crew, Task

print(LLM(model="openai/gpt-5.4", service_tier="flex").call("hi"))
print(LLM(model="openai/gpt-5.4", additional_params={"service_tier": "flex"}).call("hi"))
print(LLM(model="openai/gpt-5.4", extra_body={"service_tier": "flex"}).call("hi"))
print(LLM(model="openai/gpt-5.4", api="responses", service_tier="flex").call("hi"))
cook = Agent(role="cook", goal="dinner", backstory="-", llm=LLM(model="openai/gpt-5.4", service_tier="flex"))
soup = Task(description="Soup.", expected_output="a recipe", agent=cook)
print(Crew(agents=[cook], tasks=[soup]).kickoff())
