"""Whether an agent is given anything to do between its requests; where it is given nothing, one run is one request."""

from __future__ import annotations

from collections.abc import Iterator

from tierlint.api_calls.arguments import Arguments, record_of
from tierlint.api_calls.providers import World
from tierlint.catalog.sdk_tables import Method
from tierlint.indexing import CALLEE, DECORATES
from tierlint.model import CallId, Constant, Dictionary, Expr, Sequence
from tierlint.program import Program, Scope
from tierlint.program.values import External, Values, receiver_of


def is_toolless(world: World, method: Method, value: External, read: Arguments) -> bool:
    """Of a call that runs an agent: every agent that it can be is seen to be built, and without tools."""
    agents: Values = (value,)
    if method.object:
        agents = next((found for which in method.object if (found := read.given(which)[1])), ())
    return bool(agents) and all(isinstance(one, External) and _has_none(world, one, method) for one in agents)


def _has_none(world: World, agent: External, method: Method) -> bool:
    owner = agent.name if method.object else agent.name.rpartition(".")[0]
    known = world.known.clients.get(owner)
    if known is None or agent.made is None or not known[1].tools:
        return False
    record, _ = record_of(world.program, agent.made)
    given = dict(record.keywords)
    if None in given or any(name in given and not _is_empty(given[name]) for name in known[1].tools):
        return False
    methods = [name.removesuffix("()") for name in known[1].tools if name.endswith("()")]
    return not any(agent.made in built for name in methods for built in _given_by(world.program, name))


def _is_empty(expr: Expr) -> bool:
    return expr == Constant(None) or expr in (Sequence(()), Dictionary((), ()))


def _given_by(program: Program, method: str) -> Iterator[tuple[CallId, ...]]:
    """The objects that a method of this name is called on, or that decorate with it, by the calls that built them."""
    for module, alias in program.resolver.mentioning(method):
        for kind, index in module.mentions(alias):
            exprs: list[tuple[Expr, Scope]] = []
            if kind == CALLEE:
                record = module.call(index)
                exprs.append((record.callee, Scope(module.path, record.function, record.owner)))
            elif kind == DECORATES:
                defined = module.function(index)
                scope = Scope(module.path, defined.parent, defined.owner)
                exprs += [(decorator, scope) for decorator in defined.decorators]
            for expr, scope in exprs:
                receiver = receiver_of(expr)
                if receiver is not None:
                    values = program.resolver.values(receiver, scope)
                    yield tuple(v.made for v in values if isinstance(v, External) and v.made is not None)
