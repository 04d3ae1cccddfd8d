"""Write docs/rules/ from the docstrings of the rules, and docs/wrappers.md from the tables of the SDKs."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
DOCS = ROOT / "docs"
sys.path.insert(0, str(ROOT))  # the rules of this checkout, whatever is installed

from tierlint import catalog  # noqa: E402
from tierlint.catalog.sdk_tables import Client, Method  # noqa: E402
from tierlint.rules import RULES, page  # noqa: E402
from tierlint.tier_edits import spelled  # noqa: E402

WRAPPERS = """\
# How each package takes the tier

Made from the tables in [tierlint/catalog/sdks](../tierlint/catalog/sdks). *Dropped* is accepted and never sent;
*raises* fails. *Since* is the first version in which the spelling is known to work: without one, no fix is safe.
*Waits* is the timeout in seconds of a package that is told nothing, where it is not the 600 of the official SDK.

| package | where | spelling | since | dropped | raises | waits |
|---|---|---|---|---|---|---|
"""


def pages() -> dict[str, str]:
    """Path below docs/ -> text of every page, the index included."""
    rows = [f"| [{rule.code}]({rule.code}.md) | {rule.name} | {rule.summary} |\n" for rule in RULES]
    index = "# Rules\n\n| code | name | finds |\n|---|---|---|\n" + "".join(rows)
    wrappers = WRAPPERS + "".join(dict.fromkeys(_rows()))
    return {
        "wrappers.md": wrappers,
        "rules/index.md": index,
        **{f"rules/{rule.code}.md": page(rule) for rule in RULES},
    }


def _rows() -> Iterator[str]:
    for table in sorted(catalog.load().sdks, key=lambda one: one.sdk):
        waits = {client.name: client.default_timeout for client in table.client}
        for client in table.client:
            yield from _row(table.sdk, f"`{client.name}(...)`", client, waits[client.name])
        for method in table.method:
            on = [client.name for client in table.client] if "*" in method.on else method.on
            where = ", ".join(f"`.{path}`" for path in method.path[:3]) + (", ..." if len(method.path) > 3 else "")
            yield from _row(table.sdk, where, method, next((waits[name] for name in on if waits.get(name)), None))


def _row(sdk: str, where: str, one: Client | Method, waits: float | None) -> Iterator[str]:
    takes = one.tier == "keyword"
    if takes or one.drops or one.raises:
        cells = (
            sdk,
            where,
            f"`{spelled(one.spelling)}`" if takes else "-",
            (one.tier_since or "-") if takes else "-",
            ", ".join(f"`{spelled(lost)}`" for lost in one.drops) or "-",
            ", ".join(f"`{spelled(lost)}`" for lost in one.raises) or "-",
            f"{waits:g}" if waits and waits != 600 else "-",
        )
        yield "| " + " | ".join(cells) + " |\n"


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="write nothing; exit with 1 when not current")
    wanted = pages()
    files = [DOCS / "wrappers.md", *(DOCS / "rules").glob("*.md")]
    current = {f.relative_to(DOCS).as_posix(): f.read_text(encoding="utf-8") for f in files if f.exists()}
    if parser.parse_args().check:
        stale = sorted(name for name in {*wanted, *current} if wanted.get(name) != current.get(name))
        for name in stale:
            print(f"docs/{name} is not current: run scripts/generate_docs.py", file=sys.stderr)
        return 1 if stale else 0
    (DOCS / "rules").mkdir(parents=True, exist_ok=True)
    for name in current.keys() - wanted.keys():
        (DOCS / name).unlink()
    for name, text in wanted.items():
        (DOCS / name).write_text(text, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
