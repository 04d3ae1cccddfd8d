"""One file of the program with its lookup tables, and which file an import means."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Mapping

from tierlint.indexing import ARGUMENT, BASE
from tierlint.model import (
    Binding,
    Call,
    CallResult,
    Class,
    Either,
    Element,
    Function,
    Import,
    ModuleSummary,
    Name,
    Subscript,
)


class Module:
    """A summary at its place in the project, with tables that are built when first asked for."""

    __slots__ = (
        "_bindings", "_called", "_calls", "_classes", "_functions", "_imports", "_instance", "_keeping", "_methods",
        "_names", "_stores", "dotted", "holds_tests", "is_test", "name", "path", "stars", "summary",
    )  # fmt: skip

    def __init__(self, path: str, name: str, summary: ModuleSummary) -> None:
        self.path = path
        self.name = name
        # By place or name, and by what is in it: a script or a route may stand in a file called `load_test.py`.
        self.is_test = is_test(path)
        self.holds_tests = self.is_test and any(function.name.startswith("test") for function in summary.functions)
        self.summary = summary
        self._bindings: dict[tuple[int, int], dict[str, list[Binding]]] | None = None
        self._functions: dict[int, dict[str, list[int]]] | None = None
        self._methods: dict[int, dict[str, list[int]]] = {}
        self._classes: dict[tuple[int, int], dict[str, list[int]]] | None = None
        self._imports: dict[int, dict[str, list[Import]]] | None = None
        self._calls: dict[int, list[int]] | None = None
        self._names: dict[int, frozenset[str]] = {}
        self._stores: dict[str, list[Binding]] | None = None
        self._instance: dict[int, dict[str, list[Binding]]] | None = None
        self._called: dict[int, list[int]] | None = None
        self._keeping: dict[int, list[Binding]] | None = None
        self.dotted: dict[str, list[Binding]] = {}
        self.stars: list[Import] = []

    def bindings(self, function: int, owner: int) -> Mapping[str, list[Binding]]:
        """What is assigned in a function body (owner -1) or in a class body, by target."""
        if self._bindings is None:
            self._bindings = {}
            for binding in self.summary.bindings:
                home = binding.function if binding.home is None else binding.home
                scope = self._bindings.setdefault((home, binding.owner), {})
                scope.setdefault(binding.target, []).append(binding)
                if "." in binding.target:
                    self.dotted.setdefault(binding.target, []).append(binding)
        key = (function, owner) if owner < 0 else (self.summary.classes[owner].parent, owner)
        return self._bindings.get(key, {})

    def functions(self, function: int) -> Mapping[str, list[int]]:
        """Functions defined directly in a function body (not methods), by name."""
        if self._functions is None:
            self._functions = {}
            for number, defined in enumerate(self.summary.functions):
                if defined.owner >= 0:
                    self._methods.setdefault(defined.owner, {}).setdefault(defined.name, []).append(number)
                elif defined.parent >= 0:
                    self._functions.setdefault(defined.parent, {}).setdefault(defined.name, []).append(number)
        return self._functions.get(function, {})

    def methods(self, owner: int) -> Mapping[str, list[int]]:
        """The methods of a class, by name."""
        self.functions(0)
        return self._methods.get(owner, {})

    def classes(self, function: int, owner: int = -1) -> Mapping[str, list[int]]:
        """Classes defined directly in a function or class body, by name."""
        if self._classes is None:
            self._classes = {}
            for number, defined in enumerate(self.summary.classes):
                key = (-1, defined.owner) if defined.owner >= 0 else (defined.parent, -1)
                self._classes.setdefault(key, {}).setdefault(defined.name, []).append(number)
        return self._classes.get((-1, owner) if owner >= 0 else (function, -1), {})

    def imports(self, function: int) -> Mapping[str, list[Import]]:
        """Names imported in a function body, by local name."""
        if self._imports is None:
            self._imports = {}
            for item in self.summary.imports:
                if item.attribute == "*":
                    self.stars.append(item)
                elif item.name:
                    self._imports.setdefault(item.function, {}).setdefault(item.name, []).append(item)
        return self._imports.get(function, {})

    def names(self, function: int) -> frozenset[str]:
        """Every name that a function body binds, with its parameters."""
        known = self._names.get(function)
        if known is None:
            known = frozenset(
                (
                    *self.functions(function),
                    *self.classes(function),
                    *self.imports(function),
                    *self.bindings(function, -1),
                    *(parameter.name for parameter in self.summary.functions[function].parameters),
                )
            )
            self._names[function] = known
        return known

    def stores(self, target: str) -> list[Binding]:
        """Where anything in the file puts an item: `target` is the container's name with `[]`."""
        if self._stores is None:
            self._stores = {}
            for binding in self.summary.bindings:
                if binding.target.endswith("[]"):
                    self._stores.setdefault(binding.target, []).append(binding)
        return self._stores.get(target, [])

    def calls_in(self, function: int) -> list[int]:
        """Indices of the calls that stand directly in a function."""
        if self._calls is None:
            self._calls = {}
            for number, call in enumerate(self.summary.calls):
                self._calls.setdefault(call.function, []).append(number)
        return self._calls.get(function, [])

    def calls_of_result(self, call: int) -> list[int]:
        """Indices of the calls that call what a call gives: `make()()`."""
        if self._called is None:
            self._called = {}
            for number, record in enumerate(self.summary.calls):
                if isinstance(record.callee, CallResult):
                    self._called.setdefault(record.callee.call, []).append(number)
        return self._called.get(call, [])

    def keeping(self, call: int) -> list[Binding]:
        """The bindings that keep what a call gives, or an item of it."""
        if self._keeping is None:
            self._keeping = {}
            for binding in self.summary.bindings:
                value = binding.value
                while isinstance(value, (Element, Subscript)):
                    value = value.iterable if isinstance(value, Element) else value.base
                for option in dict.fromkeys(value.options) if isinstance(value, Either) else (value,):
                    if isinstance(option, CallResult):
                        self._keeping.setdefault(option.call, []).append(binding)
        return self._keeping.get(call, [])

    def instance_bindings(self, owner: int) -> Mapping[str, list[Binding]]:
        """`self.x = ...` in any method of a class, by the attribute's path without `self.`."""
        if self._instance is None:
            self._instance = {}
            for binding in self.summary.bindings:
                root, _, rest = binding.target.partition(".")
                if not rest or binding.owner >= 0:
                    continue
                method = self.method_around(binding.function)
                if method is None:
                    continue
                if self.own_name(method) == root:
                    klass = self.summary.functions[method].owner
                    self._instance.setdefault(klass, {}).setdefault(rest, []).append(binding)
        return self._instance.get(owner, {})

    def method_around(self, function: int) -> int | None:
        """The method in whose body a function (itself included) stands, if any."""
        while function >= 0:
            if self.summary.functions[function].owner >= 0:
                return function
            function = self.summary.functions[function].parent
        return None

    def own_name(self, method: int) -> str | None:
        """What a method calls the object (or class) that it stands on; a static method stands on none."""
        defined = self.summary.functions[method]
        if defined.owner < 0 or not defined.parameters or is_static(defined):
            return None
        return defined.parameters[0].name

    def mentions(self, name: str) -> Iterable[tuple[int, int]]:
        flat = self.summary.mentions.get(name)
        if flat is None:
            return ()
        return zip(flat[::2], flat[1::2], strict=True)

    def subclass_mentions(self, name: str) -> Iterable[int]:
        return (index for kind, index in self.mentions(name) if kind == BASE)

    def call(self, index: int) -> Call:
        return self.summary.calls[index]

    def function(self, index: int) -> Function:
        return self.summary.functions[index]

    def class_(self, index: int) -> Class:
        return self.summary.classes[index]


def is_static(function: Function) -> bool:
    """Whether a method is handed no object."""
    return any(isinstance(decorator, Name) and decorator.path == "staticmethod" for decorator in function.decorators)


class ModuleFinder:
    """Which file of the project `import a.b.c` means, seen from a file.

    Python's own rule needs `sys.path`, which only a run knows. The stand-in: a source root is a directory above the
    importing file, the nearest that is not itself a package first (a script's own directory), then any other
    directory under which the dotted path exists. Names of the standard library and of the catalogue's SDKs
    never mean a file that merely sits beside the importing one, unless that says where it looks (`own_folder`).
    """

    def __init__(
        self,
        paths: Iterable[str],
        external_roots: frozenset[str],
        far_roots: frozenset[str],
        own_folder: frozenset[str] = frozenset(),
    ) -> None:
        self.external = external_roots | sys.stdlib_module_names
        self.far = far_roots
        self.own_folder = own_folder
        self.by_tail: dict[str, list[tuple[tuple[str, ...], str]]] = {}
        self.by_parts: dict[tuple[str, ...], str] = {}
        self.directories: set[tuple[str, ...]] = set()
        self.packages: set[tuple[str, ...]] = set()
        for path in sorted(paths):
            parts = tuple(path.rpartition(".")[0].split("/"))
            for depth in range(len(parts)):
                self.directories.add(parts[:depth])
            if parts[-1] == "__init__":
                parts = parts[:-1]
                self.packages.add(parts)
                if not parts:
                    continue
            if self.by_parts.get(parts, "").endswith("/__init__.py"):
                continue
            self.by_parts[parts] = path
            self.by_tail.setdefault(parts[-1], []).append((parts, path))
        self.namespaces: dict[str, list[tuple[str, ...]]] = {}
        for directory in sorted(self.directories - self.packages):
            if directory:
                self.namespaces.setdefault(directory[-1], []).append(directory)
        self.found: dict[tuple[tuple[str, ...], str, bool], str | None] = {}

    def relative(self, importer: str, level: int, module: str) -> str | None:
        """The file (or `directory/` of a namespace package) that a relative import means."""
        parts = tuple(importer.split("/")[:-1])
        if level - 1 > len(parts):
            return None
        base = parts[: len(parts) - (level - 1)]
        target = (*base, *module.split(".")) if module else base
        return self.at(target)

    def at(self, parts: tuple[str, ...]) -> str | None:
        """The file at exactly this place."""
        found = self.by_parts.get(parts)
        if found is None and not parts and () in self.packages:
            return "__init__.py"
        if found is None and parts in self.directories:
            return "/".join(parts) + "/"
        return found

    def absolute(self, importer: str, dotted: str) -> str | None:
        """The file (or `directory/`) that an absolute import means, or None: not of this project."""
        directory = tuple(importer.split("/")[:-1])
        key = (directory, dotted, importer in self.own_folder)
        if key not in self.found:
            self.found[key] = self._search(directory, tuple(dotted.split(".")), importer)
        return self.found[key]

    def namesake(self, importer: str, dotted: str) -> str | None:
        """The file in a script's own folder, or one above, that goes by the name of an SDK's package."""
        wanted = tuple(dotted.split("."))
        directory = tuple(importer.split("/")[:-1])
        if wanted[0] in self.external and wanted[0] not in sys.stdlib_module_names:
            for depth in range(len(directory), -1, -1):
                found = self.by_parts.get((*directory[:depth], *wanted))
                if found is not None and found != importer and directory[:depth] not in self.packages:
                    return found
        return None

    def _search(self, directory: tuple[str, ...], wanted: tuple[str, ...], importer: str) -> str | None:
        ancestors = [directory[:depth] for depth in range(len(directory), -1, -1)]
        roots = [a for a in ancestors if a not in self.packages]
        roots += [a for a in ancestors if a in self.packages]
        if wanted[0] in self.external:
            # A whole path such as `agents.planner` is found in a program's own folder, or not at all.
            near = [a for a in roots if a not in self.packages and (*a, *wanted) in self.by_parts]
            roots = [a for a in ((), ("src",)) if (*a, wanted[0]) in self.packages]
            roots += near if len(wanted) > 1 else []
            if importer in self.own_folder and wanted[0] not in sys.stdlib_module_names:
                roots.append(directory)
        for root in roots:
            found = self.by_parts.get((*root, *wanted))
            if found is not None and found != importer:
                return found
        # A `streamlit.py` somewhere else in the project does not stand in for the package of that name.
        if wanted[0] in self.external or wanted[0] in self.far:
            return None
        size = len(wanted)
        matches = [
            (len(parts) - size, parts, path)
            for parts, path in self.by_tail.get(wanted[-1], ())
            if parts[-size:] == wanted and parts[:-size] not in self.packages and path != importer
        ]
        # Far from the importer a bare name like `utils` proves nothing.
        if matches and (size > 1 or wanted in self.packages or len(matches) == 1):
            common = [(-_shared(parts, directory), depth, parts, path) for depth, parts, path in matches]
            return min(common)[3]
        for root in roots:
            if (*root, *wanted) in self.directories and wanted:
                return "/".join((*root, *wanted)) + "/"
        spaces = [d for d in self.namespaces.get(wanted[-1], ()) if d[-size:] == wanted]
        if len(spaces) == 1:
            return "/".join(spaces[0]) + "/"
        return None


_PUTS_ON_PATH = (Name("sys.path.append"), Name("sys.path.insert"))


def looks_beside(summary: ModuleSummary) -> bool:
    """The file puts its own folder on the path: `sys.path.append(os.path.dirname(__file__))`."""
    flat = summary.mentions.get("__file__", ())
    for kind, index in zip(flat[::2], flat[1::2], strict=True):
        call = summary.calls[index] if kind == ARGUMENT else None
        names: list[str] = []
        while call is not None and call.name in ("dirname", "abspath", "realpath"):
            names.append(call.name)
            call = summary.calls[call.use.call] if call.use.how == "argument" else None
        if names.count("dirname") == 1 and call is not None and call.callee in _PUTS_ON_PATH:
            return True
    return False


def is_test(path: str) -> bool:
    """Whether a file holds tests, by the names that pytest and unittest look for."""
    *folders, name = path.split("/")
    if "tests" in folders or "test" in folders:
        return True
    return name.startswith("test_") or name.endswith("_test.py") or name == "conftest.py"


def _shared(left: tuple[str, ...], right: tuple[str, ...]) -> int:
    count = 0
    for a, b in zip(left, right, strict=False):
        if a != b:
            break
        count += 1
    return count


def module_name(path: str) -> str:
    """The dotted name a person uses for a file: its path from the root, without `src` and `__init__`."""
    parts = path.rpartition(".")[0].split("/")
    if parts[0] == "src" and len(parts) > 1:
        parts = parts[1:]
    if parts[-1] == "__init__" and len(parts) > 1:
        parts = parts[:-1]
    return ".".join(parts)
