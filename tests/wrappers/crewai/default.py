"""An agent without a model asks one of OpenAI's."""

# tier: none
# api: chat
# model: gpt-4.1-mini
# requests: 2
from crewai import Agent, Crew, Task

cook = Agent(role="cook", goal="dinner", backstory="-")
print(Crew(agents=[cook], tasks=[Task(description="Soup.", expected_output="a recipe", agent=cook)]).kickoff())
print(cook.kickoff("Soup."))
