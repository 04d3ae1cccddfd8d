"""A name that a fix needs is imported where a person would import it."""

from __future__ import annotations

from pathlib import Path

import pytest

from tierlint import cache, fixes, project
from tierlint.files import index_all, summaries_of
from tierlint.local_names import local_names
from tierlint.program import link

LITERAL = ("typing.Literal",)
OMIT = ("openai.omit",)

# What a file says, what is needed there, what it goes by, and the file after that.
CASES = [
    ("from openai import OpenAI\n", OMIT, "omit", "from openai import OpenAI, omit\n"),
    (
        "from openai import OpenAI, pydantic_function_tool\n",
        OMIT,
        "omit",
        "from openai import OpenAI, omit, pydantic_function_tool\n",
    ),
    ("from openai import OpenAI  # the client\n", OMIT, "omit", "from openai import OpenAI, omit  # the client\n"),
    (
        "from openai import (\n    OpenAI,\n)\n",
        OMIT,
        "omit",
        "from openai import omit\nfrom openai import (\n    OpenAI,\n)\n",
    ),
    ("from openai.types import Model\n", OMIT, "omit", "from openai import omit\nfrom openai.types import Model\n"),
    ("import openai\n", OMIT, "openai.omit", "import openai\n"),
    ("import openai as ai\n", OMIT, "ai.omit", "import openai as ai\n"),
    ("from openai import omit as nothing\n", OMIT, "nothing", "from openai import omit as nothing\n"),
    ("\ufefffrom openai import OpenAI\r\n", OMIT, "omit", "\ufefffrom openai import OpenAI, omit\r\n"),
    ("from openai import OpenAI\n", LITERAL, "Literal", "from typing import Literal\n\nfrom openai import OpenAI\n"),
    ("\ufeffimport openai\r\n", LITERAL, "Literal", "\ufefffrom typing import Literal\r\n\r\nimport openai\r\n"),
    (
        "from __future__ import division\n\nimport re\nfrom re import A\n\nimport openai\n",
        LITERAL,
        "Literal",
        "from __future__ import division\n\nimport re\nfrom re import A\nfrom typing import Literal\n\nimport openai\n",
    ),
    (
        "import json\nfrom uuid import (\n    uuid4,\n)\n",
        LITERAL,
        "Literal",
        "import json\nfrom typing import Literal\nfrom uuid import (\n    uuid4,\n)\n",
    ),
    (
        "from io import (\n    BytesIO,\n)\n\nx = 1\n",
        LITERAL,
        "Literal",
        "from io import (\n    BytesIO,\n)\nfrom typing import Literal\n\nx = 1\n",
    ),
    ("from typing import Any, Optional\n", LITERAL, "Literal", "from typing import Any, Literal, Optional\n"),
    ("import typing as t\n", LITERAL, "t.Literal", "import typing as t\n"),
    (
        "from typing import TYPE_CHECKING\n\nif TYPE_CHECKING:\n    from typing import Literal\n",
        LITERAL,
        "Literal",
        None,
    ),
    ("x = 1\n", LITERAL, None, None),
    ("import json\n", OMIT, None, None),
    ("from openai import OpenAI\n\nomit = 1\n", OMIT, None, None),
    ("from openai import OpenAI\n\n\ndef omit(): ...\n", OMIT, None, None),
]


@pytest.mark.parametrize(("source", "names", "known", "after"), CASES)
def test_local_names(source: str, names: tuple[str, ...], known: str | None, after: str | None, tmp_path: Path) -> None:
    (tmp_path / "x.py").write_bytes(source.encode())
    found = project.discover(tmp_path, include=(), exclude=(), manifest_globs=())
    files = index_all(found, cache.empty(), 1)
    program = link(summaries_of(files), {}, {}, (), (), frozenset({"openai"}), frozenset())
    answer = local_names(tmp_path, program, "x.py")(names)
    if after is None:
        assert answer is None
        return
    assert answer is not None
    assert answer[0] == {names[0]: known}
    data = source.encode()
    fixed = fixes.apply(data, answer[1])
    assert fixed.decode() == after
    assert fixes.check(data, fixed, answer[1]) is None
