"""Where a person at the terminal, or in a notebook, is asked something on the way to a call: so somebody sits there."""

from __future__ import annotations

from fnmatch import fnmatchcase

from tierlint.catalog import ENTRY_KINDS, SECONDS, Catalog
from tierlint.catalog.framework_tables import Prompt
from tierlint.data_flow import inputs
from tierlint.edges import Edges
from tierlint.indexing import ARGUMENT, BOUND, RETURNED
from tierlint.model import Call, CallEdge, CallId, Constant, EntryPoint, Evidence, FunctionId, Template, Unknown
from tierlint.patterns import Names
from tierlint.program import Program
from tierlint.program.modules import Module


class Questions:
    """What the program asks people, found once and looked at for each trace."""

    def __init__(self, program: Program, catalog: Catalog, edges: Edges) -> None:
        self._program = program
        self._edges = edges
        self._prompts = [p for t in catalog.frameworks for p in t.prompt]
        self._names = Names((n, i) for i, p in enumerate(self._prompts) for n in p.call)
        self._asking: dict[FunctionId, dict[FunctionId, Evidence]] | None = None
        self._in_cells: dict[FunctionId, list[CallId]] = {}
        self._confirming: dict[FunctionId, list[tuple[CallId, Evidence]]] = {}

    def asked(
        self, call: CallId, entry: EntryPoint, hops: tuple[CallEdge, ...], fan_out: Evidence | None
    ) -> Evidence | None:
        """What is asked on the way from an entry point, over these hops, to the API call; None: nothing.

        fan_out: says that the way sends many requests.
        """
        if ENTRY_KINDS.get(entry.kind, SECONDS) == SECONDS or entry.kind not in ("command", "notebook"):
            return None
        if self._asking is None:
            self._asking = self._find_asking()
        own = self._program.function_around(call)
        functions = (hops[0].caller if hops else own, *(hop.callee for hop in hops))
        steps = (call, *(hop.by for hop in hops if hop.by.index >= 0))
        reach = self._program.reach(entry.function.path, by_name=False)
        for function in functions:
            for source, evidence in self._asking.get(function, {}).items():
                if source.path in reach and self._concerns(source, steps):
                    return evidence
        return next((said for step in steps if (said := self._confirmed(step, fan_out)) is not None), None)

    def _concerns(self, source: FunctionId, steps: tuple[CallId, ...]) -> bool:
        """What a cell of a notebook asks concerns its own requests, and those that use what it was told."""
        questions = self._in_cells.get(source, [])
        module = self._program.modules[source.path]
        here = [step for step in steps if step.path == source.path and module.call(step.index).function == source.index]
        cells = {self._program.location(question).cell for question in questions}
        told = {name for question in questions for name in module.call(question.index).use.names}
        return (
            not questions
            or not here
            or any(self._program.location(step).cell in cells for step in here)
            or any(name in told for step in here for name in inputs(module, module.call(step.index), range(1, 1 << 30)))
        )

    def _confirmed(self, step: CallId, fan_out: Evidence | None) -> Evidence | None:
        """After the answer somebody is asked whether it will do; of many answers, after each."""
        module = self._program.modules[step.path]
        record = module.call(step.index)
        around, number = set(), record.loop
        while number >= 0:
            around.add(number)
            number = module.summary.loops[number].parent
        for asked, evidence in self._confirming.get(FunctionId(step.path, record.function), ()):
            question = self._program.modules[asked.path].call(asked.index)
            if question.loop in around or (question.line > record.line and fan_out is None):
                return evidence
        return None

    def _find_asking(self) -> dict[FunctionId, dict[FunctionId, Evidence]]:
        """Functions that ask a person something, and those that call them (three steps up)."""
        found: dict[FunctionId, dict[FunctionId, Evidence]] = {}
        level: dict[FunctionId, dict[FunctionId, Evidence]] = {}
        for tail in sorted({n.rpartition(".")[2] for p in self._prompts for n in p.call}):
            for call, record in self._program.resolver.calls_named(tail):
                for match in self._names.of_call(self._program, call):
                    if record.use.how == "discarded" and not self._prompts[match].tells:
                        continue  # "press Enter to go on"
                    function = FunctionId(call.path, record.function)
                    text = Evidence(self._prompts[match].says, self._program.location(call))
                    if _confirms(self._program.modules[call.path], record, self._prompts[match]):
                        self._confirming.setdefault(function, []).append((call, text))
                    else:
                        level.setdefault(function, {}).setdefault(function, text)
                        if call.path.endswith(".ipynb") and record.function == 0:
                            self._in_cells.setdefault(function, []).append(call)
        for _ in range(4):
            for function, sources in level.items():
                found.setdefault(function, {}).update(sources)
            above: dict[FunctionId, dict[FunctionId, Evidence]] = {}
            for function, sources in level.items():
                if function.index == 0:
                    continue
                for edge in self._edges.to(function)[0]:
                    known = found.get(edge.caller, {})
                    fresh = {source: text for source, text in sources.items() if source not in known}
                    if fresh and edge.how in ("direct", "override"):
                        above.setdefault(edge.caller, {}).update(fresh)
            level = above
        return found


def _confirms(module: Module, record: Call, prompt: Prompt) -> bool:
    """Whether only a yes or a no is asked for: "overwrite? [y/n]"."""
    if prompt.confirms or record.use.how == "other":
        return True
    text = _text(record) or _text(_told_before(module, record))
    if record.use.how != "assigned" or not any(fnmatchcase(text, glob) for glob in prompt.confirms_by):
        return False
    # What is handed on or kept is more than a yes or a no.
    return not any(_goes_on(module, record.function, name) for name in record.use.names)


def _text(record: Call | None) -> str:
    """What a call says to the person, as far as it is written down."""
    said = record.arguments[0] if record is not None and record.arguments else None
    parts = said.parts if isinstance(said, Template) else (said,)
    return "".join(str(part.value) for part in parts if isinstance(part, Constant)).lower()


def _told_before(module: Module, record: Call) -> Call | None:
    """What is said right above a question that says nothing itself: `print("Overwrite? [y/n]")`, `input()`."""
    told = (module.call(number) for number in module.calls_in(record.function))
    lines = range(record.line - 2, record.line)
    return next((one for one in told if one.use.how == "discarded" and one.end_line in lines), None)


def _goes_on(module: Module, function: int, name: str) -> bool:
    for kind, index in module.mentions(name):
        if kind == ARGUMENT:
            index = module.call(index).function
        elif kind == BOUND and index < len(module.summary.bindings):
            bound = module.summary.bindings[index]
            if isinstance(bound.value, Unknown):
                continue  # `keep = answer != "n"`
            index = bound.function
        if kind in (ARGUMENT, BOUND, RETURNED) and index == function:
            return True
    return False
