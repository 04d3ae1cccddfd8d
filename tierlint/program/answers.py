"""Remember the answers to questions that may depend on themselves."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, TypeVar

from tierlint.program.values import Value, Values, unique

# How often a question that depends on itself is asked again.
MOST_ROUNDS = 3
# How many questions inside one another are followed.
DEEPEST = 80
# How many expressions are looked at for one question: where a program holds the same packages many times over,
# everything that a function of theirs is handed leads to everything else.
MOST_EXPRESSIONS = 50_000

K = TypeVar("K")
Question = tuple[int, Any]
_TOO_DEEP: Question = (0, "too deep")


class Answers:
    """Which questions are open, what they have met, and what was found with the help of unfinished answers."""

    def __init__(self) -> None:
        self.depth = 0
        self.looked_at = 0
        self.most = MOST_EXPRESSIONS
        self.opened: set[Question] = set()
        self.met: set[Question] = set()
        self.so_far: dict[Question, Values] = {}
        self.tables: dict[int, dict[Any, Values]] = {}
        self.provisional: dict[Question, tuple[Values, frozenset[Question]]] = {}
        self.depending: dict[Question, set[Question]] = {}

    def goes_on(self) -> bool:
        """One more expression is looked at; if that is too deep or too many, what is found above is not the answer."""
        if self.opened:
            self.looked_at += 1
        if self.depth <= DEEPEST and not self.is_spent():
            return True
        self.met.add(_TOO_DEEP)
        return False

    def is_spent(self) -> bool:
        """So much was looked at for the question that was asked first that nothing more will be."""
        return self.looked_at > self.most

    def settled(self, table: dict[K, Values], key: K, search: Callable[[], Iterable[Value]]) -> Values:
        """Look up, or find out and remember, where finding out may come round to the same question.

        A question that is met again while it is open answers with what is known so far. The outermost question of
        such a circle is asked again until nothing new comes; then all answers inside the circle hold.
        """
        known = table.get(key)
        if known is not None:
            return known
        question: Question = (id(table), key)
        if question in self.opened:
            self.met.add(question)
            return self.so_far.get(question, ())
        provisional = self.provisional.get(question)
        if provisional is not None:
            self.met |= provisional[1]
            return provisional[0]
        self.tables[id(table)] = table
        outermost = not self.opened
        self.opened.add(question)
        outside, self.met = self.met, set()
        try:
            found = unique([*self.so_far.get(question, ()), *search()])
            for _ in range(MOST_ROUNDS):
                if question not in self.met or self.is_spent():
                    break
                if self.met - {_TOO_DEEP} != {question} or found == self.so_far.get(question, ()):
                    break
                self.so_far[question] = found
                self._ask_again(question)
                found = unique((*found, *search()))
        finally:
            self.opened.discard(question)
            self.met.discard(question)
            spent = outermost and self.is_spent()
            if outermost:
                self.looked_at = 0
            if outermost or self.depth <= DEEPEST // 2:  # far enough from what was cut off
                self.met.discard(_TOO_DEEP)
            met = self.met
            self.met = outside | met if met else outside
        if not met:
            self.so_far.pop(question, None)
            table[key] = found
            if self.depending:
                self._settle(question)
                if outermost:
                    self._forget(_TOO_DEEP, keep=spent)
            return found
        self.provisional[question] = (found, frozenset(met))
        depending = {question}
        for other in self.depending.pop(question, ()):
            if other in self.provisional:
                values, heads = self.provisional[other]
                self.provisional[other] = (values, (heads - {question}) | met)
                depending.add(other)
        for head in met:
            self.depending.setdefault(head, set()).update(depending)
        return found

    def _ask_again(self, head: Question) -> None:
        """What was found with a question's unfinished answer is a start, and is to be found again."""
        for other in self.depending.pop(head, ()):
            if other in self.provisional:
                self.so_far[other] = self.provisional.pop(other)[0]

    def _settle(self, head: Question) -> None:
        """The circle is closed: what was found inside it holds."""
        for other in self.depending.pop(head, ()):
            if other in self.provisional and self.provisional[other][1] == {head}:
                self.tables[other[0]][other[1]] = self.provisional.pop(other)[0]
                self.so_far.pop(other, None)

    def _forget(self, head: Question, *, keep: bool) -> None:
        """What was cut off may be known when it is asked from nearer.

        keep: so much was looked at that it would be cut off again: what was found is the answer.
        """
        for other in self.depending.pop(head, ()):
            found = self.provisional.pop(other, None)
            self.so_far.pop(other, None)
            if keep and found is not None and found[0]:
                self.tables[other[0]][other[1]] = found[0]
