"""What a text can be: literals, what is put together from them, and what is used where the environment says nothing."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice, product
from urllib.parse import urljoin

from msgspec import Struct

from tierlint.api_calls.arguments import record_of
from tierlint.model import Expr
from tierlint.program import Program, Scope
from tierlint.program.attributes import TEXT_METHODS
from tierlint.program.values import ConstantValue, External, TemplateValue, Value, Values, argument, receiver_of

# What stands for a part that is not known.
GAP = "{}"
_DEEPEST = 6
_MOST_TEXTS = 64
_KEEPS_TEXT = frozenset({"builtins.str", "httpx.URL", "httpx2.URL", "yarl.URL"})
_LOOKS_UP = frozenset({"get", "getenv"})


class Text(Struct, frozen=True):
    """What a text can be; certain: nothing outside the program has a say in it."""

    text: str
    certain: bool = True


# What was found of a value already; on the way to it, nothing yet.
_Known = dict[Value, tuple[Text, ...]]


def texts(program: Program, values: Values, depth: int = 0, known: _Known | None = None) -> tuple[Text, ...]:
    """Every text that one of these values can be, a part that is not known as `{}`."""
    known = {} if known is None else known
    found: dict[Text, None] = {}
    certain = True
    for value in values:
        if value == ConstantValue(None):
            continue
        if value not in known:
            known[value] = ()
            if depth < _DEEPEST:
                known[value] = tuple(islice(_texts(program, value, depth, known), _MOST_TEXTS))
        every = known[value]
        certain = certain and bool(every)
        found.update(dict.fromkeys(every))
    return tuple(found) if certain else tuple(dict.fromkeys(Text(one.text, certain=False) for one in found))


def read(
    program: Program, expr: Expr | None, scope: Scope, depth: int = 0, known: _Known | None = None
) -> tuple[Text, ...]:
    """Every text that an expression can be."""
    return texts(program, program.resolver.values(expr, scope), depth, known) if expr is not None else ()


def receiver(program: Program, value: External) -> tuple[Expr, Scope] | None:
    """Of the result of a method's call, what the method stands on."""
    if value.made is None:
        return None
    record, scope = record_of(program, value.made)
    base = receiver_of(record.callee)
    return (base, scope) if base is not None else None


def _texts(program: Program, value: Value, depth: int, known: _Known) -> Iterator[Text]:
    if isinstance(value, ConstantValue):
        if isinstance(value.value, str):
            yield Text(value.value)
    elif isinstance(value, TemplateValue):
        # An unknown part is a gap and no doubt: the rest of the text may say all there is to know.
        parts = [read(program, part, value.scope, depth + 1, known) or (Text(GAP),) for part in value.expr.parts]
        for chosen in product(*parts):
            yield Text("".join(one.text for one in chosen), all(one.certain for one in chosen))
    elif isinstance(value, External) and value.made is not None:
        yield from _made(program, value, depth, known)


def _made(program: Program, value: External, depth: int, known: _Known) -> Iterator[Text]:
    """What a call of the outside world makes of texts."""
    name = value.name.removesuffix("()")
    tail = name.rpartition(".")[2]
    assert value.made is not None
    record, scope = record_of(program, value.made)
    if name == "urllib.parse.urljoin":
        base, rest = (read(program, argument(record, place), scope, depth + 1, known) for place in ("0/base", "1/url"))
        for one, other in product(base, rest):
            yield Text(_joined(one.text, other.text), one.certain and other.certain)
    elif name in _KEEPS_TEXT:
        yield from read(program, argument(record, 0), scope, depth + 1, known)
    elif tail in TEXT_METHODS:
        stands_on = receiver(program, value)
        if stands_on is not None:
            yield from read(program, *stands_on, depth + 1, known)
    else:
        default = argument(record, "1/default" if tail in _LOOKS_UP else "default")
        for one in read(program, default, scope, depth + 1, known):
            yield Text(one.text, certain=False)


def _joined(base: str, rest: str) -> str:
    try:
        return urljoin(base, rest)
    except ValueError:
        return rest
