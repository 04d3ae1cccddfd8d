"""Find the OpenAI calls that nobody waits for: `analyze()` and the types of its result."""

from __future__ import annotations

# Imports nothing: `python -m tierlint` comes here while the analysed project is still first on the path.
TYPE_CHECKING = False
if TYPE_CHECKING:
    from tierlint.config import Settings
    from tierlint.model import ApiCall, Diagnostic, Evidence, JudgedCall, Location, Report, Route, Verdict
    from tierlint.pipeline import analyze

__version__ = "0.1.0"

__all__ = [
    "ApiCall",
    "Diagnostic",
    "Evidence",
    "JudgedCall",
    "Location",
    "Report",
    "Route",
    "Settings",
    "Verdict",
    "__version__",
    "analyze",
]

_HOMES = {"analyze": "tierlint.pipeline", "Settings": "tierlint.config"}


def __getattr__(name: str) -> object:
    """Import on demand: `tierlint --version` needs none of it."""
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib import import_module

    return getattr(import_module(_HOMES.get(name, "tierlint.model")), name)
