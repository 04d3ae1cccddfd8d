"""Whether a loop around a call is a fan-out: items known up front, no round using an earlier answer."""

from __future__ import annotations

from collections.abc import Iterator
from fnmatch import fnmatchcase

from msgspec import Struct
from msgspec.structs import replace

from tierlint.catalog import Catalog
from tierlint.data_flow import answers, filled, holds, inputs, names
from tierlint.indexing import ARGUMENT
from tierlint.indexing.bindings import slots
from tierlint.model import (
    Binding,
    Call,
    CallId,
    CallResult,
    Collected,
    Constant,
    Dictionary,
    Either,
    Element,
    Entered,
    Evidence,
    Expr,
    Loop,
    Name,
    Range,
    Sequence,
    Subscript,
    Unknown,
)
from tierlint.program import Program, Scope, dotted, locate
from tierlint.program.modules import Module
from tierlint.program.values import (
    ConstantValue,
    ContainerValue,
    External,
    FunctionValue,
    receiver_of,
)

# Fewer items than this, written out in the source, are variants to try, not a data set.
DATA_SET = 9
# Seconds between two rounds from which on a loop is a schedule.
A_SCHEDULE = 600
# What takes from a generator only until one item decides.
_UNTIL_DECIDED = frozenset({"any", "all", "next"})
# A loop over `range(3)` repeats or retries.
REPEATS = 6


class Shape(Struct, frozen=True):
    """What the loops around a call make of it."""

    fan_out: Evidence | None
    chained: Evidence | None
    runs_on: Evidence | None = None


def shape(program: Program, catalog: Catalog, call: CallId, idle: frozenset[int | str] = frozenset()) -> Shape:
    """The loops around a call, in its own function, from the inside out.

    A loop that runs on takes what has come in since it last looked: whatever it does once per item is one event each.
    idle: the arguments that play no part in the request that the call leads to.
    """
    module = program.modules[call.path]
    record = module.call(call.index)
    if idle:
        given = tuple(value for place, value in enumerate(record.arguments) if place not in idle)
        record = replace(record, arguments=given, keywords=tuple(kw for kw in record.keywords if kw[0] not in idle))
    fan_out = chained = runs_on = None
    number = record.loop
    while number >= 0:
        loop = module.summary.loops[number]
        at = locate(module, loop.line, 1, loop.line, 1)
        carried = _carried(program, catalog, module, record, call.index, loop)
        if carried is not None:
            chained = chained or Evidence(f"each round uses `{carried}`, which an earlier answer changed", at)
        elif fan_out is None:
            items = _items(program, catalog, module, record, call.index, loop)
            if items is not None:
                fan_out = Evidence(f"one request per item of `{items}`, and none uses another's answer", at)
        if loop.endless and not _is_schedule(program, module, loop):
            fan_out, runs_on = None, Evidence("the loop runs on, and takes what has come in meanwhile", at)
        number = loop.parent
    return Shape(fan_out, chained, runs_on)


def _is_schedule(program: Program, module: Module, loop: Loop) -> bool:
    """The loop sleeps so long that it is a schedule, and each round a job of its own."""
    for number in module.calls_in(loop.function):
        record = module.call(number)
        if record.name == "sleep" and record.arguments and loop.line <= record.line <= loop.end:
            values = program.resolver.values(record.arguments[0], Scope(module.path, loop.function))
            known = [v.value for v in values if isinstance(v, ConstantValue) and isinstance(v.value, (int, float))]
            if any(seconds >= A_SCHEDULE for seconds in known) or record.arguments[0] == Unknown():  # `60 * 60`
                return True
    return False


def _carried(program: Program, catalog: Catalog, module: Module, record: Call, number: int, loop: Loop) -> str | None:
    """A name through which an earlier round's answer reaches this call.

    A round that puts its answer into an item of its own, `rows[i]["label"] = answer`, hands on nothing to the others,
    unless they read more of the collection than their own items.
    """
    lines = range(loop.line, loop.end + 1)
    stored = {name for name, _, _ in filled(program, module, record, lines)}
    if not loop.carried and not stored:
        return None
    carried = {*loop.carried, *stored}
    inside = [b for found in module.bindings(record.function, -1).values() for b in found if b.line in lines]
    own = [binding for binding in inside if not set(loop.targets).isdisjoint(binding.slots)]
    # `row["label"] = answer`: what is put into a round's own item is not there for the next one.
    items = {f"{target}[]" for one in _inside_out(module, record.loop, loop) for target in one.targets}
    put = [binding for binding in inside if binding.target in items]
    kept = {*carried, *(name for one in module.summary.loops if _is_within(one, loop) for name in one.carried)}
    held = carried & answers(program, module, record, number, lines, [*own, *put], kept)
    made = loop.iterable if isinstance(loop.iterable, (CallResult, Either)) else None
    scope = Scope(module.path, record.function, record.owner)
    read = [*inputs(module, record, lines, put, lambda expr: expr == made or _only_told(program, expr, scope, carried))]
    if made is not None and not set(loop.targets).isdisjoint(read):
        read += _drawn_from(program, module, unwrapped(program, catalog, made, Scope(module.path, loop.function)))
    found = next((name for name in read if name in held), None)
    if found is not None or not own:
        return found
    drawn = [b for b in inside if b.target in loop.targets and isinstance(b.value, Element) and b.line == loop.line]
    held = carried & answers(program, module, record, number, lines, drawn, kept)
    keys: dict[str, set[str | None]] = {}
    for binding in inside:
        keys.setdefault(binding.target.removesuffix("[]"), set()).add(binding.key)

    def is_own(read: Expr) -> bool:
        if not isinstance(read, Subscript):
            return False
        if isinstance(read.key, Constant) and isinstance(read.base, Name):
            stored = keys.get(read.base.path, set())
            return None not in stored and read.key.value not in stored
        return not set(loop.targets).isdisjoint(slots(read.key))

    return next((name for name in inputs(module, record, lines, [*drawn, *put], is_own) if name in held), None)


def _is_within(inner: Loop, outer: Loop) -> bool:
    return inner.function == outer.function and outer.line <= inner.line and inner.end <= outer.end


def _only_told(program: Program, expr: Expr, scope: Scope, carried: set[str]) -> bool:
    """`warn=progress.log_warning`: a method that gives nothing back tells nobody what it was told before."""
    if not isinstance(expr, Name) or "." not in expr.path or expr.path.partition(".")[0] not in carried:
        return False
    values = program.resolver.values(expr, scope)
    functions = [program.modules[v.path].function(v.index) for v in values if isinstance(v, FunctionValue)]
    return bool(functions) and len(functions) == len(values) and not any(f.returns or f.is_generator for f in functions)


def _inside_out(module: Module, number: int, last: Loop) -> Iterator[Loop]:
    """The loops over items around a call, up to one of them."""
    while number >= 0:
        loop = module.summary.loops[number]
        if loop.kind in ("for", "comprehension"):
            yield loop
        if loop == last:
            return
        number = loop.parent


def _drawn_from(program: Program, module: Module, iterable: Expr) -> list[str]:
    """The names that a loop's items come from while it runs.

    What only shows how far the loop has come is none of them, `for row in progress(rows, figures)`, and neither is what
    was asked before the first round: `for row in session.query(Row).all()`.
    """
    if not isinstance(iterable, CallResult):
        return names(iterable, module)
    for value in program.callees(CallId(module.path, iterable.call)):
        if isinstance(value, FunctionValue) and program.modules[value.path].function(value.index).is_generator:
            return names(iterable, module)
    record = module.call(iterable.call)
    return [n for value in (*record.arguments, *(v for _, v in record.keywords)) for n in names(value, module)]


def _items(program: Program, catalog: Catalog, module: Module, record: Call, number: int, loop: Loop) -> str | None:
    """What a loop runs over, as a person would say it, where that is a collection known up front."""
    if loop.kind == "async" or loop.iterable is None:
        return None
    if (loop.kind in ("for", "while") and loop.exits) or _ends_by(program, module, record, number, loop):
        return None  # left at the first good answer: a retry, or a search
    scope = Scope(module.path, loop.function)
    iterable = unwrapped(program, catalog, loop.iterable, scope)
    root = iterable.path if isinstance(iterable, Name) else ""
    if loop.kind == "while":
        if isinstance(loop.iterable, Name) and _is_filled_meanwhile(module, loop.iterable.path, loop):
            return None
    elif any(name in loop.carried and _grows(module, name, loop) for name in (root, root.partition(".")[0])):
        return None  # grows while it is worked off
    if any(_is_endless(program, catalog, one, scope) for one in (loop.iterable, iterable)):
        return None
    if _is_handed_messages(catalog, module, loop.function, iterable):
        return None
    if any(root in outer.targets and _runs_on(program, catalog, module, outer) for outer in _around(module, loop)):
        return None  # the messages that one look at a stream brought
    if isinstance(iterable, CallResult):
        made = module.call(iterable.call)
        if made.name == "range" and _repeats(program, made, module, scope):
            return None
        return f"{dotted(module, made.callee)}(...)"
    if isinstance(iterable, (Sequence, Dictionary)) and _size(iterable) < DATA_SET:
        return None
    if _is_parameter(module, loop.function, root):
        return root  # written for any collection, whatever a demonstration hands it
    values = program.resolver.values(iterable, scope)
    displays = [v.expr for v in values if isinstance(v, ContainerValue)]
    if displays and len(displays) == len(values):
        stored = isinstance(iterable, Name) and any(program.resolver.stores(iterable.path, scope))
        if not stored and all(not isinstance(e, Collected) and 0 < _size(e) < DATA_SET for e in displays):
            return None
    return root or _words(iterable, module)


def _grows(module: Module, name: str, loop: Loop) -> bool:
    """A loop does more to a collection than to put something into each round's item: `rows[i]["label"] = answer`."""
    lines = range(loop.line, loop.end + 1)
    bindings = module.bindings(loop.function, -1)
    stored = [binding for binding in bindings.get(name + "[]", ()) if binding.line in lines]
    if not stored or any(set(loop.targets).isdisjoint(binding.slots) for binding in stored):
        return True
    done = (module.call(number) for number in module.calls_in(loop.function))
    changed = any(
        record.use.how == "discarded"
        and record.line in lines
        and isinstance(record.callee, Name)
        and record.callee.path.startswith(name + ".")
        for record in done
    )
    return changed or any(binding.line in lines for binding in bindings.get(name, ()))


def _is_filled_meanwhile(module: Module, name: str, loop: Loop) -> bool:
    """What a loop works off may be added to from elsewhere: a queue that others have, a list of the whole file."""
    if name.startswith("self."):
        return _is_filled_by_methods(module, name, loop)
    if name not in module.names(loop.function):
        return True
    stores = [b for b in module.stores(name + "[]") if name not in module.names(b.function)]
    if any(module.function(binding.function).parent == loop.function for binding in stores):
        return True
    own = [module.call(number) for number in module.calls_in(loop.function)]
    if not any(_asks(record, name) for record in own if loop.line <= record.line <= loop.end):
        return False
    # A queue is there to be shared: only what one function makes, fills and keeps to itself is known up front.
    filled = [b.line for b in module.bindings(loop.function, -1).get(name + "[]", ())]
    given = any(kind == ARGUMENT and module.call(n).function == loop.function for kind, n in module.mentions(name))
    is_own = not _is_parameter(module, loop.function, name)
    return given or not is_own or not filled or any(line >= loop.line for line in filled)


def _is_filled_by_methods(module: Module, name: str, loop: Loop) -> bool:
    """What an object has to work off is added to by something that a round does, or by whoever has the object."""
    owner = _class_around(module, loop.function)
    stores = [b for b in module.summary.bindings if b.target.endswith(f"{name.removeprefix('self')}[]")]
    others = [b for b in stores if b.target == f"{name}[]" and _class_around(module, b.function) != owner]
    stores = [binding for binding in stores if binding not in others]
    if any(b.target != f"{name}[]" or not _is_loaded(module, b, loop) for b in stores):
        return True
    own = [module.call(number) for number in module.calls_in(loop.function)]
    if any(_asks(record, name) for record in own):
        return True
    fills = {module.function(binding.function).name for binding in stores} - {module.function(loop.function).name}
    called = {record.name for record in own if loop.line <= record.line <= loop.end}
    looked: set[str] = set()
    while called - looked:
        if called & fills:
            return True
        looked |= called
        below = [n for n, f in enumerate(module.summary.functions) if f.name in called]
        called = {module.call(number).name for function in below for number in module.calls_in(function)}
    return False


def _asks(record: Call, name: str) -> bool:
    """A queue of this name is asked for what is next."""
    return record.callee in (Name(f"{name}.get"), Name(f"{name}.get_nowait"))


def _class_around(module: Module, function: int) -> int:
    method = module.method_around(function)
    return module.function(method).owner if method is not None else -1


def _is_loaded(module: Module, binding: Binding, loop: Loop) -> bool:
    """An item is put in where the object is made, or one of many in a loop; not by whoever has one more."""
    if binding.function == loop.function or module.function(binding.function).name == "__init__":
        return True
    around = (other for other in module.summary.loops if other.function == binding.function)
    return any(other.line <= binding.line <= other.end for other in around)


def _ends_by(program: Program, module: Module, record: Call, number: int, loop: Loop) -> bool:
    """The answer of one round decides whether there is a next one."""
    if loop.kind == "comprehension":
        return any(
            module.call(n).name in _UNTIL_DECIDED and _is_around(module.call(n), record, loop)
            for n in module.calls_in(record.function)
        )
    if not loop.stops_on and not loop.stops_after:
        return False
    tests: tuple[Expr, ...] = (*map(Name, loop.stops_on), *map(CallResult, loop.stops_after))
    held = answers(program, module, record, number, range(loop.line, loop.end + 1))
    return any(holds(test, number, module) or not held.isdisjoint(names(test, module)) for test in tests)


def _is_around(outer: Call, record: Call, loop: Loop) -> bool:
    """The loop is a generator that a call is handed, and the other call stands in it."""
    begins, ends = (outer.line, outer.column), (outer.end_line, outer.end_column)
    within = begins < (record.line, record.column) and (record.end_line, record.end_column) <= ends
    return within and outer.line <= loop.line <= outer.end_line


def _is_parameter(module: Module, function: int, path: str) -> bool:
    """Whether a name, or what it is an attribute of, is handed to the function; `self` is not."""
    root = path.partition(".")[0]
    given = {parameter.name for parameter in module.function(function).parameters} - {module.own_name(function)}
    return root in given and root not in module.bindings(function, -1)


def _around(module: Module, loop: Loop) -> Iterator[Loop]:
    while loop.parent >= 0:
        loop = module.summary.loops[loop.parent]
        yield loop


def _runs_on(program: Program, catalog: Catalog, module: Module, loop: Loop) -> bool:
    if loop.iterable is None:
        return False
    scope = Scope(module.path, loop.function)
    return _is_endless(program, catalog, unwrapped(program, catalog, loop.iterable, scope), scope)


def _is_endless(program: Program, catalog: Catalog, iterable: Expr, scope: Scope) -> bool:
    """Messages as they come, attempts, counters: the catalogue's streams, and `iter(f, sentinel)`."""
    module = program.modules[scope.path]
    if isinstance(iterable, CallResult):
        made = module.call(iterable.call)
        if made.name == "iter" and len(made.arguments) > 1:
            return True
    names = {v.name for v in program.resolver.values(iterable, scope) if isinstance(v, External)}
    globs = [name for table in catalog.frameworks for stream in table.stream for name in stream.name]
    return any(fnmatchcase(name, glob) for name in names for glob in globs)


def _is_handed_messages(catalog: Catalog, module: Module, function: int, iterable: Expr) -> bool:
    """`event["Records"]`: as many as came together."""
    keys = {key for table in catalog.frameworks for stream in table.stream for key in stream.key}
    base: Expr | None = None
    key: Expr | None = None
    if isinstance(iterable, Subscript):
        base, key = iterable.base, iterable.key
    elif isinstance(iterable, CallResult) and module.call(iterable.call).name == "get":
        record = module.call(iterable.call)
        base, key = receiver_of(record.callee), record.arguments[0] if record.arguments else None
    given = isinstance(base, Name) and _is_parameter(module, function, base.path)
    return given and isinstance(key, Constant) and key.value in keys


def _repeats(program: Program, made: Call, module: Module, scope: Scope) -> bool:
    """`range(3)`, `range(max_retries)`: the same thing a few times."""
    limits = [
        v.value for a in made.arguments for v in program.resolver.values(a, scope) if isinstance(v, ConstantValue)
    ]
    numbers = [limit for limit in limits if isinstance(limit, int)]
    if len(numbers) == len(made.arguments) and numbers:
        return len(range(*numbers[:2])) < REPEATS
    words = [name for argument in made.arguments for name in names(argument, module)]
    return any(hint in word.lower() for word in words for hint in ("retr", "attempt", "tries"))


def _words(expr: Expr, module: Module) -> str:
    found = names(expr, module)
    return found[-1] if found else "a collection"


def _size(expr: Sequence | Dictionary | Collected) -> int:
    if isinstance(expr, Sequence):
        return len(expr.items)
    return len(expr.keys) if isinstance(expr, Dictionary) else DATA_SET


def unwrapped(program: Program, catalog: Catalog, iterable: Expr, scope: Scope) -> Expr:
    """The collection inside `tqdm(...)`, `enumerate(...)`, `rows.items()`."""
    module = program.modules[scope.path]
    for _ in range(5):
        if isinstance(iterable, Either) and iterable.options:
            first, *others = iterable.options
            # `show(rows, width) if shown else rows` is `rows`, with or without something to look at.
            plain = (one for one in others if set(names(one, module)) <= set(names(first, module)))
            iterable = next(plain, first) if isinstance(first, CallResult) else first
        if isinstance(iterable, Subscript) and isinstance(iterable.key, Range):
            iterable = iterable.base
        made = _made(iterable, module, scope)
        if not isinstance(made, CallResult):
            break
        record = module.call(made.call)
        inner: Expr | None = None
        receiver = receiver_of(record.callee)
        if made is iterable and receiver and record.name in ("items", "values", "keys") and not record.arguments:
            inner = receiver
        else:
            for value in program.callees(CallId(module.path, made.call)):
                if isinstance(value, External):
                    inner = _wrapped(catalog, value.name, record)
        if inner is None:
            break
        iterable = inner
    return iterable


def _made(iterable: Expr, module: Module, scope: Scope) -> Expr:
    """The call behind a name: `with progressbar(rows) as bar`, `bar = tqdm(rows)`."""
    bindings = module.bindings(scope.function, -1).get(iterable.path, ()) if isinstance(iterable, Name) else ()
    if len(bindings) != 1:
        return iterable
    value = bindings[0].value
    return value.context if isinstance(value, Entered) else value


def _wrapped(catalog: Catalog, name: str, record: Call) -> Expr | None:
    for table in catalog.frameworks:
        for wrapper in table.wrapper:
            if name in wrapper.call:
                for which in wrapper.argument:
                    if isinstance(which, int) and which < len(record.arguments):
                        return record.arguments[which]
                    for keyword, value in record.keywords:
                        if keyword == which:
                            return value
    return None
