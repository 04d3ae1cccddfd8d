"""How an identifier is mentioned, and what the number that goes with a mention counts."""

from __future__ import annotations

from typing import Final

CALLEE: Final = 0  # index of the call whose callee ends in the identifier
ARGUMENT: Final = 1  # index of the call that is handed it
BOUND: Final = 2  # index of the binding whose value it is (part of)
RETURNED: Final = 3  # index of the function that returns it
DECORATES: Final = 4  # index of the function it decorates
BASE: Final = 5  # index of the class that has it as a base or decorator
LOADED: Final = 6  # index of the function that reads it in any other way
AWAITED: Final = 8  # index of the function that awaits it
RECEIVER: Final = 7  # index of the call that is made on it: `task` in `task.delay()`


def lambda_mention(function: int) -> str:
    """The identifier under which a lambda, which has no name, is mentioned in its own file."""
    return f"<lambda {function}>"
