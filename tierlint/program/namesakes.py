"""What a method's name says by itself, where nothing is known of the object that it is called on."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tierlint.program.values import ClassKey

if TYPE_CHECKING:
    from tierlint.program.resolver import Resolver

# A name says something only if few families of classes have it and no built-in type does.
MOST_FAMILIES = 3
_EVERYDAY_WORDS = """
run start stop execute close open read write send get post put save load process main call create init
delete next result submit invoke connect query search fetch handle apply add all filter first set step reset
"""
_EVERYDAY = frozenset(_EVERYDAY_WORDS.split()) | frozenset(
    name for kind in (str, bytes, list, dict, set, int, object) for name in dir(kind) if not name.startswith("__")
)


class Namesakes:
    """The methods of the project by name, laid out when they are first asked for."""

    def __init__(self, resolver: Resolver) -> None:
        self._resolver = resolver
        self._owners: dict[str, list[ClassKey]] | None = None

    def are_few(self, name: str) -> bool:
        """Whether a method that is called by this name can be told from others of the same name."""
        if name in _EVERYDAY or name.startswith("__"):
            return False
        if self._owners is None:
            self._owners = {}
            for module in self._resolver.modules.values():
                for defined in module.summary.functions:
                    if defined.owner >= 0:
                        self._owners.setdefault(defined.name, []).append((module.path, defined.owner))
        families = 0
        for own in self._owners.get(name, ()):
            families += not self._overrides(own, name)
            if families > MOST_FAMILIES:
                return False
        return True

    def _overrides(self, own: ClassKey, name: str) -> bool:
        """The method stands in the place of an ancestor's, to which it is no stranger."""
        above = self._resolver.order(own)[0][1:]
        return any(name in self._resolver.modules[path].methods(index) for path, index in above)
