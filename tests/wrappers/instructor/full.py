"""A full flex tier: the client's three tries, and an exception of the package's own around the last one."""

# server: flex-is-full
# requests: 3
# raises: InstructorRetryException "flex_unavailable"
import instructor
from openai import OpenAI
from pydantic import BaseModel


class Bell(BaseModel):
    weight: int


words = [{"role": "user", "content": "A bell of 42 stone."}]
client = instructor.from_openai(OpenAI())
client.create(model="gpt-5.4", messages=words, response_model=Bell, service_tier="flex")
