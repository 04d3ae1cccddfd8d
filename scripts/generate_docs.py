"""Write docs/rules/ from the docstrings of the rules."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PAGES = ROOT / "docs" / "rules"
sys.path.insert(0, str(ROOT))  # the rules of this checkout, whatever is installed

from tierlint.rules import RULES, page  # noqa: E402


def pages() -> dict[str, str]:
    """File name -> text of every page, the index included."""
    rows = [f"| [{rule.code}]({rule.code}.md) | {rule.name} | {rule.summary} |\n" for rule in RULES]
    index = "# Rules\n\n| code | name | finds |\n|---|---|---|\n" + "".join(rows)
    return {"index.md": index, **{f"{rule.code}.md": page(rule) for rule in RULES}}


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="write nothing; exit with 1 when not current")
    wanted = pages()
    current = {file.name: file.read_text(encoding="utf-8") for file in PAGES.glob("*.md")}
    if parser.parse_args().check:
        stale = sorted(name for name in {*wanted, *current} if wanted.get(name) != current.get(name))
        for name in stale:
            print(f"docs/rules/{name} is not current: run scripts/generate_docs.py", file=sys.stderr)
        return 1 if stale else 0
    PAGES.mkdir(parents=True, exist_ok=True)
    for name in current.keys() - wanted.keys():
        (PAGES / name).unlink()
    for name, text in wanted.items():
        (PAGES / name).write_text(text, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
