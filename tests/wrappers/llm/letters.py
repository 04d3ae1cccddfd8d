"""One request after another, with one model."""

# fix: safe
# tier: none
# api: responses
# requests: 2
import llm

model = llm.get_model("gpt-5.4")


def answer(asked):
    return model.prompt(asked).text()


if __name__ == "__main__":
    print(answer(answer("hi")))
