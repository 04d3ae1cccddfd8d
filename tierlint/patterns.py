"""The dotted names and globs that a table lists, held against what a call or decorator stands for."""

from __future__ import annotations

import re
from collections.abc import Iterable
from fnmatch import fnmatchcase, translate
from functools import cache

from tierlint.model import Call, CallId, Constant
from tierlint.program import Program, dotted
from tierlint.program.values import External, Value, argument


@cache
def _compiled(glob: str) -> re.Pattern[str]:
    return re.compile(translate(glob))


class Names:
    """Dotted names and globs that a table lists, made quick to ask; remembers what it was asked."""

    def __init__(self, patterns: Iterable[tuple[str, int]]) -> None:
        self.exact: dict[str, list[int]] = {}
        self.globs: list[tuple[re.Pattern[str], int]] = []
        for pattern, number in patterns:
            if any(letter in pattern for letter in "*?["):
                self.globs.append((_compiled(pattern), number))
            else:
                self.exact.setdefault(pattern, []).append(number)
        self._known: dict[str, tuple[int, ...]] = {}

    def matching(self, name: str) -> tuple[int, ...]:
        """The numbers of the entries that list a name, in table order."""
        known = self._known.get(name)
        if known is None:
            found = [*self.exact.get(name, ()), *(n for glob, n in self.globs if glob.match(name))]
            known = tuple(sorted(set(found)))
            self._known[name] = known
        return known

    def fitting(self, values: Iterable[Value], text: str) -> tuple[int, ...]:
        """The entries for what something stands for; `text` is how it is written.

        Where nothing is known of the receiver, only an unmistakable tail (`*.group_send`) speaks.
        """
        found: list[int] = []
        known = False
        for value in values:
            known = known or not (isinstance(value, External) and "()" in value.name)
            if isinstance(value, External):
                found += self.matching(value.name)
        if not known:
            found += [n for glob, n in self.globs if glob.pattern.startswith("(?s:.*\\.") and glob.match("." + text)]
        return tuple(dict.fromkeys(found))

    def of_call(self, program: Program, call: CallId) -> tuple[int, ...]:
        """The entries that a call fits."""
        callee = program.modules[call.path].call(call.index).callee
        return self.fitting(program.callees(call), dotted(program.modules[call.path], callee))


def is_given(wanted: tuple[str, ...], record: Call) -> bool:
    """A call has one of what a table asks for, if it asks for anything: an argument, `0/type=http` with a certain value
    (a glob), or `()`, nothing at all."""
    for one in wanted:
        which, has_value, glob = one.partition("=")
        if which == "()":
            if not record.arguments and not record.keywords:
                return True
            continue
        value = argument(record, which)
        if has_value:
            if isinstance(value, Constant) and fnmatchcase(str(value.value), glob):
                return True
        elif value is not None and value != Constant(None):
            return True
    return not wanted
