"""Begin a table for an SDK: `python scripts/scaffold_sdk.py acme_llm Gateway ask` writes it and a fixture for it.

Both are complete and pass; what is left is to say what the package really does. Nothing that exists is overwritten.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent

TABLE = """\
# {distribution}: say in a sentence what it does, which version was run, and the pages that this rests on.
sdk = "{distribution}"
roots = ["{package}"]
distribution = "{distribution}"

[[client]]
name = "{package}.{client}"
model = ["model"]

[[method]]
on = ["{package}.{client}"]
path = ["{method}"]
api = "chat"
tier = "none" # `keyword` if the call takes it, `indirect` if the constructor does
"""
POSITIVE = """\
\"\"\"A request that a worker sends.\"\"\"

from celery import Celery
from {package} import {client}

harbour = Celery("harbour")
pilot = {client}(model="gpt-5.4")


@harbour.task
def moor(text):
    pilot.{method}(text)  # callee: {package}.{client}.{method} | model: gpt-5.4 | tier: flex
"""
NEAR_MISS = """\
\"\"\"A class of the project's own with the same names.\"\"\"


class {client}:
    def __init__(self, model):
        self.model = model

    def {method}(self, text):
        return text


def main():
    return {client}(model="gpt-5.4").{method}("ship")


if __name__ == "__main__":
    main()
"""


def main(arguments: list[str] | None = None) -> int:
    """Write the table and the fixture; 2 where the table is there already."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("package", help="what `import` says: acme_llm")
    parser.add_argument("client", help="the class whose methods send requests: Gateway")
    parser.add_argument("method", help="one of these methods: ask")
    parser.add_argument("--distribution", help="what `pip install` says, if it is not the package with dashes")
    parser.add_argument("--root", type=Path, default=ROOT, help="the checkout to write to")
    given = parser.parse_args(arguments)
    words = {
        "package": given.package,
        "client": given.client,
        "method": given.method,
        "distribution": given.distribution or given.package.replace("_", "-"),
    }
    fixture = given.root / "tests" / "fixtures" / "sdks" / given.package
    texts = {
        given.root / "tierlint" / "catalog" / "sdks" / f"{given.package}.toml": TABLE,
        fixture / "harbour" / "pilots.py": POSITIVE,
        fixture / "harbour" / "model_ships.py": NEAR_MISS,
    }
    present = [path for path in texts if path.exists()]
    if present:
        print(f"{present[0]} is there already", file=sys.stderr)
        return 2
    for path, text in texts.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text.format(**words), encoding="utf-8")
        print(path)
    return 0


if __name__ == "__main__":
    sys.exit(main())
