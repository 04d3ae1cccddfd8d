"""The edits that hand a tier down: one more parameter for each function of a chain, and what its calls pass on."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Final

from tierlint.api_calls.arguments import TIER
from tierlint.model import (
    CallId,
    Either,
    Fix,
    FunctionId,
    JudgedCall,
    Reading,
    Signature,
    Splice,
)
from tierlint.passed_tiers import lexical_chain
from tierlint.program import Program
from tierlint.program.modules import Module
from tierlint.requirements import Requirement, release
from tierlint.tier_chains import Chain, InTheWay
from tierlint.tier_edits import TIER as FLEX
from tierlint.tier_edits import LocalNames

# What the SDK itself takes for an argument that is not there, and the version since which the package exports it.
_LEFT_OUT: Final = (("openai.omit", "1.109.0"), ("openai.NOT_GIVEN", "1.0.0"))
_OPENAI: Final = "openai"
_LITERAL: Final = "typing.Literal"
_OPTIONAL: Final = "typing.Optional"


def handed_down(
    program: Program,
    call: JudgedCall,
    chain: Chain,
    readings: Mapping[CallId, Reading],
    signatures: Mapping[FunctionId, Signature],
    requirement: Requirement | None,
    names_in: Callable[[str], LocalNames],
    python: Callable[[str], Requirement | None],
) -> Fix:
    """The fix that lets the idle callers of a request tell it their tier; raises InTheWay."""
    edits: set[Splice] = set()
    if chain.source is not None:
        edits.update(_at_request(program, call, chain.source, readings, requirement, names_in))
    for function in chain.functions:
        edits.update(_parameter(program, function, signatures, names_in, python(function.path)))
    for told in chain.told:
        reading = readings.get(told.call)
        value = f'"{FLEX}"' if told.source is None else told.source
        if reading is not None and reading.quote == "'":
            value = value.replace('"', "'")
        edits.add(_argument(program, told.call, reading, f"{told.keyword}={value}"))
    return Fix(_title(program, chain), "unsafe", tuple(sorted(edits)), _why_unsafe(chain))


def _title(program: Program, chain: Chain) -> str:
    names = [f"`{program.modules[f.path].function(f.index).qualname}`" for f in chain.functions]
    where = sum(told.source is None for told in chain.told)
    passed = f'pass `"{FLEX}"` in {where} call{"s" * (where != 1)}'
    if not where:
        return f"Send the `{TIER}` that the callers pass"
    if not names:
        return f"P{passed[1:]}"
    return f"Give {_listed(names)} a parameter `{TIER}`, and {passed}"


def _listed(names: list[str]) -> str:
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"


def _why_unsafe(chain: Chain) -> str:
    if not chain.functions:
        return "who can wait is told from the calls that are known"
    return "it changes signatures that tests may imitate"


def _at_request(
    program: Program,
    call: JudgedCall,
    source: str,
    readings: Mapping[CallId, Reading],
    requirement: Requirement | None,
    names_in: Callable[[str], LocalNames],
) -> Iterator[Splice]:
    """The tier at the request itself, in a spelling that sends nothing where nothing was asked for."""
    api_call = call.api_call
    path = api_call.call.path
    place = next(place for place in api_call.places if place.at_call)
    if place.spelling != TIER:
        raise InTheWay(f"the request takes its tier as `{place.spelling}`, not as a keyword of its own")
    version = release(requirement.version) if requirement is not None and requirement.version is not None else None
    if version is not None and place.since is not None and version < release(place.since):
        raise InTheWay(f"the required version of {api_call.sdk} is older than {place.since}, which takes the tier")
    reading = readings.get(api_call.call)
    # Where no version is known, only a keyword that is not there is certain to be taken by the method.
    known = place.since is not None
    for name, since in _LEFT_OUT if api_call.sdk == _OPENAI else ():
        found = names_in(path)((name,))
        if found is None or _is_hidden(program, api_call.function, found[0][name]):
            continue
        if found[1] and not (known and version is not None and version >= release(since)):
            continue
        yield from found[1]
        yield _argument(program, api_call.call, reading, f"{TIER}={source} or {found[0][name]}")
        return
    quote = reading.quote if reading is not None else '"'
    yield _argument(program, api_call.call, reading, f"**({{{quote}{TIER}{quote}: {source}}} if {source} else {{}})")


def _is_hidden(program: Program, function: FunctionId, local: str) -> bool:
    """Whether a name of the file is something else inside a function."""
    module = program.modules[function.path]
    first = local.partition(".")[0]
    return any(first in module.names(owner.index) for owner in lexical_chain(module, function))


def _argument(program: Program, call: CallId, reading: Reading | None, item: str) -> Splice:
    path = call.path
    if reading is None or reading.insert_at is None:
        why = (reading.obstacle if reading is not None else None) or "notebooks are not edited"
        raise InTheWay(f"the call at {path}:{program.location(call).line} cannot be edited ({why})")
    written = f"{TIER}={reading.quote}{FLEX}{reading.quote}"
    return Splice(path, reading.insert_at, reading.insert_at, reading.insert.replace(written, item))


def _parameter(
    program: Program,
    function: FunctionId,
    signatures: Mapping[FunctionId, Signature],
    names_in: Callable[[str], LocalNames],
    python: Requirement | None,
) -> Iterator[Splice]:
    signature = signatures.get(function)
    module = program.modules[function.path]
    name = module.function(function.index).qualname
    if signature is None or signature.insert_at is None:
        why = signature.obstacle if signature is not None else None
        raise InTheWay(f"`{name}` cannot be edited: {why or 'it was not read'}")
    if signature.speaks:
        raise InTheWay(f"`{name}` uses the name `{TIER}` for something else")
    item = f"{TIER}=None"
    if signature.hinted:
        hint, imports = _hint(module, signature, names_in(function.path), python)
        yield from imports
        item = f"{TIER}: {hint} = None" if hint else item
    text = f"{signature.before}{item}{signature.after}"
    yield Splice(function.path, signature.insert_at, signature.insert_at, text)


def _hint(
    module: Module, signature: Signature, local: LocalNames, python: Requirement | None
) -> tuple[str | None, tuple[Splice, ...]]:
    """`Literal["flex"] | None` as the file writes such things; None where it has no name for it."""
    is_new = _takes_bars(module, python)
    found = local((_LITERAL,) if is_new else (_LITERAL, _OPTIONAL))
    if found is None:
        return None, ()
    names, imports = found
    literal = f"{names[_LITERAL]}[{signature.quote}{FLEX}{signature.quote}]"
    return f"{literal} | None" if is_new else f"{names[_OPTIONAL]}[{literal}]", imports


def _takes_bars(module: Module, python: Requirement | None) -> bool:
    """Whether `X | None` can stand in the type hints: it does already, or they are not evaluated, or Python is new."""
    if python is not None and python.version is not None and release(python.version) >= release("3.10"):
        return True
    if any(item.module == "__future__" and item.attribute == "annotations" for item in module.summary.imports):
        return True
    hints = [
        hint for f in module.summary.functions for hint in (f.returns_annotation, *(p.annotation for p in f.parameters))
    ]
    return any(isinstance(hint, Either) for hint in (*hints, *(b.annotation for b in module.summary.bindings)))
