"""Join summaries: resolve names and values, who calls whom."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from tierlint.catalog.framework_tables import Hook, Record
from tierlint.indexing import ARGUMENT, AWAITED, CALLEE, DECORATES, RECEIVER, RETURNED
from tierlint.model import (
    Attribute,
    CallId,
    CallResult,
    Constant,
    Expr,
    FunctionId,
    Location,
    ModuleSummary,
    Name,
)
from tierlint.program.hooks import by_base
from tierlint.program.modules import Module, ModuleFinder, looks_beside, module_name
from tierlint.program.records import Records
from tierlint.program.resolver import Resolver
from tierlint.program.usages import Usage, Usages
from tierlint.program.values import FunctionValue, ModuleValue, Scope, Values

__all__ = ["Program", "Scope", "Usage", "dotted", "link", "locate"]


class Program:
    """The whole program: modules, what names stand for, and who makes what run. Answers are found on demand."""

    def __init__(self, modules: dict[str, Module], finder: ModuleFinder, resolver: Resolver) -> None:
        self.modules = modules
        self.finder = finder
        self.resolver = resolver
        self._usages = Usages(resolver)
        self._imports: dict[str, frozenset[str]] = {}
        self._reach: dict[tuple[str, bool], frozenset[str]] = {}
        self._importers: dict[str, list[tuple[str, int]]] | None = None

    def usages(self, function: FunctionId, *, by_tests: bool = True) -> tuple[Usage, ...]:
        """Every way in which a function is made to run; without `by_tests`, those in files of tests are left out.

        Tests call everything, so the way to them is the long one; a function of such a file has all its usages.
        """
        return self._usages.of(function, by_tests or self.modules[function.path].holds_tests)

    def callees(self, call: CallId) -> Values:
        """What a call runs."""
        return self.resolver.callees(call)

    def function_around(self, call: CallId) -> FunctionId:
        """The function in whose body a call stands."""
        return FunctionId(call.path, self.modules[call.path].call(call.index).function)

    def only_keeps(self, function: FunctionValue, which: int | str | None) -> bool:
        """A function does nothing with an argument but put it somewhere, or nothing at all."""
        module = self.modules[function.path]
        defined = module.function(function.index)
        if isinstance(which, int):
            place = which + (defined.owner >= 0)
            which = defined.parameters[place].name if place < len(defined.parameters) else None
        if which not in {p.name for p in defined.parameters if p.kind in ("positional", "keyword")}:
            return False
        for kind, index in module.mentions(str(which)):
            if kind in (CALLEE, RECEIVER, ARGUMENT):
                line = module.call(index).line
            elif kind in (RETURNED, AWAITED, DECORATES):
                line = module.function(index).line
            else:
                continue
            if defined.line <= line <= defined.end_line:
                return False
        return True

    def function_name(self, function: FunctionId) -> str:
        """`package.module:Class.method`, as a person would write it."""
        module = self.modules[function.path]
        return f"{module.name}:{module.function(function.index).qualname}"

    def location(self, call: CallId) -> Location:
        """Where a call stands."""
        module = self.modules[call.path]
        record = module.call(call.index)
        return locate(module, record.line, record.column, record.end_line, record.end_column)

    def definition(self, function: FunctionId) -> Location:
        """Where a function is defined."""
        module = self.modules[function.path]
        line = module.function(function.index).line
        return locate(module, line, 1, line, 1)

    def imports(self, path: str) -> frozenset[str]:
        """The files that a file imports or names as a dotted string."""
        known = self._imports.get(path)
        if known is None:
            found: set[str] = set()
            module = self.modules[path]
            for item in module.summary.imports:
                target = self.resolver.import_target(path, item.module, item.level, item.attribute)
                if isinstance(target, ModuleValue):
                    found.add(target.path)
                    base = target.path.removesuffix("__init__.py")
                    if item.attribute not in (None, "*") and base.endswith("/"):
                        inner = self.resolver.submodule(base, item.attribute or "")
                        found.update(value.path for value in inner if isinstance(value, ModuleValue))
            for text in module.summary.strings:
                dotted = text.replace(":", ".")
                for name in (dotted, dotted.rpartition(".")[0]):
                    if "." in name and (named := self.finder.absolute(path, name)):
                        found.add(named)
            for name in list(found):
                parts = name.split("/")[:-1]
                found.update("/".join((*parts[:n], "__init__.py")) for n in range(1, len(parts) + 1))
            known = frozenset(name for name in found if name in self.modules)
            self._imports[path] = known
        return known

    def _loads_by_name(self, path: str) -> bool:
        """The file imports modules whose names only a run knows: any file of its package may be meant."""
        module = self.modules[path]
        for loader in (
            "import_module",
            "__import__",
            "iter_modules",
            "spec_from_file_location",
            "load_object",
            "import_string",
            "resolve_name",
        ):
            for kind, index in module.mentions(loader):
                if kind == CALLEE:
                    arguments = module.call(index).arguments
                    if not arguments or not isinstance(arguments[0], Constant):
                        return True
        return False

    def reach(self, path: str, *, by_name: bool = True) -> frozenset[str]:
        """Every file whose code a program that starts in this file can run: the import closure.

        by_name: also what a module that imports by computed names may load: anything in its package.
        """
        key = (path, by_name)
        known = self._reach.get(key)
        if known is None:
            seen = {path}
            waiting = [path]
            while waiting:
                name = waiting.pop()
                more = set(self.imports(name))
                if by_name and self._loads_by_name(name):
                    top = name.split("/")[: 2 if name.startswith("src/") else 1]
                    more.update(other for other in self.modules if other.split("/")[: len(top)] == top)
                waiting += more - seen
                seen |= more
            known = frozenset(seen)
            self._reach[key] = known
        return known

    def importers(self, path: str) -> list[tuple[str, int]]:
        """The files (and the line in each) that import a file as a module."""
        if self._importers is None:
            self._importers = {}
            for name, module in self.modules.items():
                for item in module.summary.imports:
                    target = self.resolver.import_target(name, item.module, item.level, item.attribute)
                    if not isinstance(target, ModuleValue):
                        continue
                    self._importers.setdefault(target.path, []).append((name, item.line))
                    base = target.path.removesuffix("__init__.py")
                    if item.attribute not in (None, "*") and base.endswith("/"):
                        for value in self.resolver.submodule(base, item.attribute or ""):
                            if isinstance(value, ModuleValue):
                                self._importers.setdefault(value.path, []).append((name, item.line))
        return self._importers.get(path, [])


def locate(module: Module, line: int, column: int, end_line: int, end_column: int) -> Location:
    """A place in a module; for a notebook also the cell a person finds it in."""
    cell = cell_line = None
    for number, first in module.summary.cells:
        if first <= line:
            cell, cell_line = number, line - first + 1
    return Location(module.path, line, column, end_line, end_column, cell, cell_line)


def dotted(module: Module, expr: Expr) -> str:
    """The callee as a person reads it: `self._get_client().chat.completions.create`."""
    if isinstance(expr, Name):
        return expr.path
    if isinstance(expr, Attribute):
        return f"{dotted(module, expr.base)}.{expr.name}"
    if isinstance(expr, CallResult):
        return f"{dotted(module, module.call(expr.call).callee)}()"
    return "..."


def link(
    summaries: Mapping[str, ModuleSummary],
    aliases: Mapping[str, str],
    flows: Mapping[str, str],
    hooks: Iterable[Hook],
    records: Iterable[Record],
    external_roots: frozenset[str],
    far_roots: frozenset[str],
) -> Program:
    """Join the summaries of a project. `flows` says what calls (`a.b`) and attributes (`.a.b`) of the outside give,
    `hooks` what its classes run of their subclasses, `records` which classes have their instances in a database."""
    own_folder = frozenset(path for path, summary in summaries.items() if looks_beside(summary))
    finder = ModuleFinder(summaries, external_roots, far_roots, own_folder)
    modules = {path: Module(path, module_name(path), summary) for path, summary in sorted(summaries.items())}
    for module in modules.values():
        module.imports(0)
    return Program(
        modules, finder, Resolver(modules, finder, dict(aliases), dict(flows), by_base(hooks), Records(records))
    )
