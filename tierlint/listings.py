"""Functions that the outside world knows by name: listed in a setting, or handed over as a text."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from fnmatch import fnmatchcase

from tierlint.catalog.framework_tables import EntryPattern
from tierlint.handovers import Started, inside
from tierlint.model import (
    Binding,
    Call,
    CallResult,
    Collected,
    Constant,
    Dictionary,
    Expr,
    FunctionId,
    Location,
    Name,
    Spread,
)
from tierlint.model import (
    Sequence as SequenceExpr,
)
from tierlint.patterns import Names
from tierlint.program import Program, Scope, locate
from tierlint.program.modules import Module
from tierlint.program.values import FunctionValue


class Listings:
    """Finds where a function is named or listed; the places are looked through once."""

    def __init__(
        self, program: Program, patterns: Sequence[EntryPattern], handed: Iterable[tuple[str, Started]]
    ) -> None:
        self.program = program
        self.patterns = patterns
        self._settings = Names((n, i) for i, p in enumerate(patterns) for n in p.named_in)
        self._handed = handed
        self._texts: dict[str, list[Started]] | None = None
        self._functions: dict[FunctionId, list[Started]] = {}

    def of(self, function: FunctionId) -> Iterator[Started]:
        """The settings and texts that name a function, or that name its class, or the function that gives it back."""
        if self._texts is None:
            self._texts = {}
            self._look(self._texts)
        yield from self._functions.get(function, ())
        defined = self.program.modules[function.path].function(function.index)
        around = defined.qualname.rpartition(".")[0]
        names = [(name, False) for name in self.dotted_names(function)]
        names += [(name, True) for name in self._spellings(function, around) if around]
        for name, is_around in names:
            for pattern, at in self._texts.get(name, ()):
                if bool(pattern.method) != is_around:
                    continue
                if defined.owner < 0 or any(fnmatchcase(defined.name, glob) for glob in pattern.method):
                    yield pattern, at

    def _look(self, texts: dict[str, list[Started]]) -> None:
        for text, started in self._handed:
            texts.setdefault(text, []).append(started)
        resolver = self.program.resolver
        for pattern, expr, scope, line in self._places():
            module = self.program.modules[scope.path]
            started = (pattern, locate(module, line, 1, line, 1))
            for text in _strings(expr):
                texts.setdefault(text, []).append(started)
                # Of a class, a method: `actions = ["publish"]`.
                for method in module.methods(scope.owner).get(text, ()) if scope.owner >= 0 else ():
                    self._functions.setdefault(FunctionId(scope.path, method), []).append(started)
            for item in _listed(expr):
                for value in (one for outer in resolver.values(item, scope) for one in inside(self.program, outer)):
                    if isinstance(value, FunctionValue):
                        self._functions.setdefault(FunctionId(value.path, value.index), []).append(started)

    def _places(self) -> Iterator[tuple[EntryPattern, Expr, Scope, int]]:
        """What is assigned to a name, or to a key of a dict, that some table lists."""
        for path, module in self.program.modules.items():
            for name, value, at in _assigned(module):
                for number in self._settings.matching(name):
                    only_in = self.patterns[number].only_in
                    if not only_in or any(fnmatchcase(path.rpartition("/")[2], glob) for glob in only_in):
                        yield self.patterns[number], value, Scope(path, at.function, at.owner), at.line

    def dotted_names(self, function: FunctionId) -> tuple[str, ...]:
        """The strings under which a function may be named: by its module, from any source root, or by `name=`."""
        module = self.program.modules[function.path]
        defined = module.function(function.index)
        names = list(self._spellings(function, defined.qualname))
        for decorator in defined.decorators:
            if isinstance(decorator, CallResult):
                for keyword, value in module.call(decorator.call).keywords:
                    if keyword == "name" and isinstance(value, Constant) and isinstance(value.value, str):
                        names.append(value.value)
        return tuple(names)

    def _spellings(self, function: FunctionId, qualname: str) -> Iterator[str]:
        parts = self.program.modules[function.path].name.split(".")
        for start in range(len(parts)):
            base = ".".join(parts[start:])
            yield from (f"{base}.{qualname}", f"{base}:{qualname}")


def _assigned(module: Module) -> Iterator[tuple[str, Expr, Binding | Call]]:
    """Every name in a file that is given a value, keywords and the keys of dicts too, and where."""
    for binding in module.summary.bindings:
        yield binding.target, binding.value, binding
        if binding.owner >= 0:
            yield f"{module.class_(binding.owner).name}.{binding.target}", binding.value, binding
        else:
            yield from ((name, inner, binding) for name, inner in _keys(binding.target, binding.value))
    for call in module.summary.calls:
        for keyword, value in call.keywords:
            if keyword is not None:
                yield keyword, value, call
                yield from ((name, inner, call) for name, inner in _keys(keyword, value))


def messages(program: Program, keys: frozenset[str]) -> dict[tuple[str, str], list[Location]]:
    """Where a dict says under one of these keys which method is meant: `{"type": "ship.sunk"}` means `ship_sunk`."""
    found: dict[tuple[str, str], list[Location]] = {}
    for module in program.modules.values():
        places = [(binding.line, binding.value) for binding in module.summary.bindings]
        places += [(c.line, expr) for c in module.summary.calls for expr in (*c.arguments, *(v for _, v in c.keywords))]
        places += [(function.line, expr) for function in module.summary.functions for expr in function.returns]
        for line, expr in places:
            for inner in _displays(expr):
                for key, value in zip(inner.keys, inner.values, strict=True):
                    if isinstance(key, Constant) and key.value in keys and isinstance(value, Constant):
                        name = re.sub(r"\W", "_", str(value.value))
                        found.setdefault((str(key.value), name), []).append(locate(module, line, 1, line, 1))
    return found


def _displays(expr: Expr) -> Iterator[Dictionary]:
    if isinstance(expr, Dictionary):
        yield expr
        for value in expr.values:
            yield from _displays(value)
    elif isinstance(expr, SequenceExpr):
        for value in expr.items:
            yield from _displays(value)


def _keys(name: str, value: Expr) -> Iterator[tuple[str, Expr]]:
    """What a dict holds under each key that is written out."""
    if isinstance(value, Dictionary):
        for key, inner in zip(value.keys, value.values, strict=True):
            if isinstance(key, Constant):
                yield f"{name}.{key.value}", inner


def _strings(expr: Expr) -> Iterator[str]:
    if isinstance(expr, Constant):
        if isinstance(expr.value, str):
            yield expr.value
    elif isinstance(expr, Dictionary):
        for value in expr.values:
            yield from _strings(value)
    elif isinstance(expr, SequenceExpr):
        for value in expr.items:
            yield from _strings(value)
    elif isinstance(expr, Collected):
        yield from _strings(expr.item)


def _listed(expr: Expr) -> Iterator[Expr]:
    if isinstance(expr, Name):
        yield expr
    elif isinstance(expr, Spread):
        yield expr.iterable
    elif isinstance(expr, SequenceExpr):
        for value in expr.items:
            yield from _listed(value)
