"""Where the files of the program use an identifier, under whatever name they import it."""

from __future__ import annotations

from collections.abc import Mapping

from tierlint.indexing import ARGUMENT, CALLEE
from tierlint.model import Attribute, Binding, Call, CallId, Constant, Dictionary, Expr, Name, Sequence
from tierlint.program.modules import Module

# A call, the function it is handed, and what it is handed with that function: by position and by name.
Handed = tuple[CallId, Expr, tuple[Expr, ...], dict[str, Expr]]


class Mentions:
    """Tables over all files, each built when it is first asked for."""

    def __init__(self, modules: Mapping[str, Module]) -> None:
        self._modules = modules
        self._found: dict[str, list[tuple[Module, str]]] = {}
        self._renamed: dict[str, dict[tuple[str, str], None]] | None = None
        self._users: dict[str, list[Module]] = {}
        self._called: dict[str, list[tuple[CallId, Call]]] = {}
        self._handed: dict[str, list[Handed]] = {}
        self._put_on: dict[str, list[tuple[Module, Binding]]] | None = None
        self._put_under: dict[tuple[str, str], list[tuple[Module, Binding]]] | None = None

    def of(self, name: str) -> list[tuple[Module, str]]:
        """Files in which a name is used, each with the identifier it goes by there."""
        known = self._found.get(name)
        if known is None:
            if self._renamed is None:
                self._renamed = self._look_through()
            places: dict[tuple[Module, str], None] = {}
            names = [name]
            for each in names:
                places.update(((module, each), None) for module in self._users.get(each, ()))
                for path, alias in self._renamed.get(each, ()):
                    if alias in self._modules[path].summary.mentions:
                        places[self._modules[path], alias] = None
                    # A package's `__init__` gives things new names, by which others know them.
                    if path.endswith("__init__.py") and alias not in names:
                        names.append(alias)
            known = list(places)
            self._found[name] = known
        return known

    def _look_through(self) -> dict[str, dict[tuple[str, str], None]]:
        """Which files use which identifiers; returns what each name is imported as elsewhere."""
        renamed: dict[str, dict[tuple[str, str], None]] = {}
        for module in self._modules.values():
            for identifier in module.summary.mentions:
                self._users.setdefault(identifier, []).append(module)
            for item in module.summary.imports:
                if item.attribute is not None and item.attribute != item.name and item.name:
                    renamed.setdefault(item.attribute, {})[module.path, item.name] = None
        return renamed

    def calls(self, name: str) -> list[tuple[CallId, Call]]:
        """Calls whose callee ends in a name (or in what the name is imported as)."""
        known = self._called.get(name)
        if known is None:
            known = [
                (CallId(module.path, index), module.call(index))
                for module, alias in self.of(name)
                for kind, index in module.mentions(alias)
                if kind == CALLEE
            ]
            self._called[name] = known
        return known

    def handed_with(self, name: str) -> list[Handed]:
        """Calls that are handed something of this name and arguments to go with it."""
        known = self._handed.get(name)
        if known is None:
            known = []
            for module, alias in self.of(name):
                for kind, index in module.mentions(alias):
                    if kind != ARGUMENT:
                        continue
                    record = module.call(index)
                    keywords = {key: value for key, value in record.keywords if key is not None}
                    packed, named = keywords.get("args"), keywords.get("kwargs")
                    keys: dict[str, Expr] = dict(keywords)
                    if isinstance(named, Dictionary):
                        pairs = zip(named.keys, named.values, strict=True)
                        keys |= {str(key.value): value for key, value in pairs if isinstance(key, Constant)}
                    given = [(expr, record.arguments[n + 1 :]) for n, expr in enumerate(record.arguments)]
                    given += [(expr, ()) for expr in keywords.values()]
                    for expr, beside in given:
                        if not beside and isinstance(packed, Sequence):
                            beside = packed.items
                        if (beside or keys) and _ends_in(expr, alias):
                            known.append((CallId(module.path, index), expr, beside, keys))
            self._handed[name] = known
        return known

    def put_on(self, target: str) -> list[tuple[Module, Binding]]:
        """Bindings whose target ends in these one or two names: `state.client` in `app.state.client = ...`."""
        if self._put_on is None:
            self._put_on = {}
            for module in self._modules.values():
                module.bindings(0, -1)
                for path, bindings in module.dotted.items():
                    parts = path.removesuffix("[]").split(".")
                    if parts[-2] not in ("self", "cls") and not path.endswith("[]"):
                        for tail in (".".join(parts[-2:]), parts[-1]):
                            kept = self._put_on.setdefault(tail, [])
                            kept += [(module, binding) for binding in bindings]
        return self._put_on.get(target, [])

    def put_under(self, name: str, key: str) -> list[tuple[Module, Binding]]:
        """Where an item is put under a literal key into what goes by a name: `app["clerk"] = ...` (app, clerk)."""
        if self._put_under is None:
            self._put_under = {}
            for module in self._modules.values():
                for binding in module.summary.bindings:
                    if binding.key is not None:
                        last = binding.target.removesuffix("[]").rpartition(".")[2]
                        self._put_under.setdefault((last, binding.key), []).append((module, binding))
        return self._put_under.get((name, key), [])


def _ends_in(expr: Expr, name: str) -> bool:
    return (
        isinstance(expr, (Name, Attribute))
        and (expr.path if isinstance(expr, Name) else expr.name).rpartition(".")[2] == name
    )
