"""What an expression can stand for: the kinds of values, and sets of them."""

from __future__ import annotations

from collections.abc import Iterable

from msgspec import Struct

from tierlint.model import (
    Attribute,
    Call,
    CallId,
    Collected,
    Dictionary,
    Either,
    Element,
    Entered,
    Expr,
    Name,
    Operation,
    Sequence,
    Spread,
    Subscript,
    Template,
)

MOST_VALUES = 64


class Scope(Struct, frozen=True, gc=False):
    """Where an expression stands: a function body, or a class body in it (`owner` >= 0)."""

    path: str
    function: int
    owner: int = -1


class External(Struct, frozen=True, gc=False):
    """Something of the outside world: a class or an instance of it, a function, a module.

    made: the call that built the object; bound: the `partial(...)` that fixed some arguments; options: the calls
    that copied it with other settings, in order.
    """

    name: str
    made: CallId | None = None
    bound: CallId | None = None
    options: tuple[CallId, ...] = ()


class ModuleValue(Struct, frozen=True, gc=False):
    """A module of the project; a path that ends in `/` is a namespace package."""

    path: str


class FunctionValue(Struct, frozen=True, gc=False):
    """A function of the project."""

    path: str
    index: int


class ClassValue(Struct, frozen=True, gc=False):
    """A class of the project."""

    path: str
    index: int


class InstanceValue(Struct, frozen=True, gc=False):
    """An instance of a class of the project; not exact: perhaps of a subclass."""

    path: str
    index: int
    made: CallId | None = None
    exact: bool = False


class SuperValue(Struct, frozen=True, gc=False):
    """`super()` in a method of a class."""

    path: str
    index: int


class StoredValue(Struct, frozen=True, gc=False):
    """The instances of a class of the project that a database holds, all of them or some: `Ship.objects`."""

    path: str
    index: int


class MethodOf(Struct, frozen=True, gc=False):
    """An attribute of a function, container or text of the project: `task.delay`, `handlers.get`, `url.rstrip`."""

    value: FunctionValue | ContainerValue | CollectionValue | ConstantValue | TemplateValue | StoredValue
    name: str


class ConstantValue(Struct, frozen=True, gc=False):
    """A literal."""

    value: str | int | float | bool | None


class TemplateValue(Struct, frozen=True, cache_hash=True, gc=False):
    """A text put together, not all of whose parts are one known literal; `scope` is where they are to be read."""

    expr: Template
    scope: Scope


class ContainerValue(Struct, frozen=True, cache_hash=True, gc=False):
    """A list, dict or comprehension, with the scope in which its items are to be read."""

    expr: Dictionary | Sequence | Collected
    scope: Scope


class CollectionValue(Struct, frozen=True, cache_hash=True, gc=False):
    """Many of these values: what a generator yields, what `list[T]` holds."""

    items: tuple[Value, ...]


Value = (
    External
    | ModuleValue
    | FunctionValue
    | ClassValue
    | InstanceValue
    | SuperValue
    | MethodOf
    | ConstantValue
    | TemplateValue
    | ContainerValue
    | CollectionValue
    | StoredValue
)
Values = tuple[Value, ...]
ClassKey = tuple[str, int]


def unique(values: Iterable[Value]) -> Values:
    """The values in order, each once, and never more than can be looked at."""
    if type(values) is list and len(values) < 2:
        return tuple(values)
    found = tuple(dict.fromkeys(values))
    if len(found) <= MOST_VALUES:
        return found
    # What nothing is known of may go first: the result of a call outside, an item of something.
    opaque = [isinstance(v, TemplateValue) or (isinstance(v, External) and v.name.endswith((")", "]"))) for v in found]
    ranked = [v for v, dark in zip(found, opaque, strict=True) if not dark]
    ranked += [v for v, dark in zip(found, opaque, strict=True) if dark]
    return tuple(ranked[:MOST_VALUES])


def argument(call: Call, which: int | str) -> Expr | None:
    """A call's argument by position (a number, also as text) or keyword; `0/client` is either."""
    for one in (which,) if isinstance(which, int) else which.split("/"):
        place = int(one) if isinstance(one, int) or one.isdigit() else None
        found = given_as(call, None if place is not None else str(one), place)
        if found is not None:
            return found
    return None


def given_as(call: Call, keyword: str | None, position: int | None) -> Expr | None:
    if keyword is not None:
        for name, value in call.keywords:
            if name == keyword:
                return value
    if position is not None and 0 <= position < len(call.arguments):
        given = call.arguments[: position + 1]
        if not any(isinstance(value, Spread) for value in given):
            return given[-1]
    return None


def parts(expr: Expr) -> tuple[Expr, ...]:
    """What an expression is made of: of an item its collection, but not the key by which it is found."""
    if isinstance(expr, (Attribute, Subscript)):
        return (expr.base,)
    if isinstance(expr, Sequence):
        return expr.items
    if isinstance(expr, Template):
        return expr.parts
    if isinstance(expr, Dictionary):
        return expr.values
    if isinstance(expr, Either):
        return expr.options
    if isinstance(expr, Operation):
        return (expr.left, expr.right)
    if isinstance(expr, Collected):
        return (expr.item,)
    if isinstance(expr, (Element, Spread)):
        return (expr.iterable,)
    return (expr.context,) if isinstance(expr, Entered) else ()


def receiver_of(callee: Expr) -> Expr | None:
    """What a method is called on, where that is an expression of its own."""
    if isinstance(callee, Name) and "." in callee.path:
        return Name(callee.path.rpartition(".")[0])
    if isinstance(callee, Attribute) and "." not in callee.name:
        return callee.base
    return None
