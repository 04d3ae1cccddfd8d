"""Hold tierlint's call graph against programs whose call graphs were written down by hand.

    python scripts/call_graph_benchmark.py PyCG/micro-benchmark/snippets

The suite has a folder per category, in it a folder per case, in that the program and its `callgraph.json`: functions by
their dotted names, each with what it calls. `--errors` prints every edge that was missed (-) or invented (+).

tierlint hands out no call graph: it finds out on demand who makes a function run, and goes backwards from an API call.
So an edge to a function of the program counts as found when `Edges.to`, on which every verdict rests, has it,
whatever its kind. Of a function that a decorator replaces tierlint says that running it runs the wrapper; here the edge
goes to the outermost wrapper instead, as in the suite. An edge to something outside the program (`<builtin>.len`,
`ext.Cls.fun`) counts as found when a call resolves to that name; a call that resolves to no name is no edge.

Two tables are printed: edges to functions of the program, on which alone a trace can go, and all edges, which is
what is published of other tools. A case is sound when nothing is missed, complete when nothing is invented, exact when
both.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import NamedTuple

from tierlint import catalog
from tierlint.analysis import linked
from tierlint.entry_points import EntryPoints
from tierlint.files import summarise
from tierlint.launches import Launches
from tierlint.model import CallId, FunctionId
from tierlint.pipeline import on_a_big_stack
from tierlint.program import Program
from tierlint.program.values import ClassValue, External, InstanceValue, Value
from tierlint.traces import Tracer

Edge = tuple[str, str]


class Case(NamedTuple):
    """What a case expects and what was found, and the modules that are its own."""

    name: str
    expected: frozenset[Edge]
    found: frozenset[Edge]
    modules: frozenset[str]

    def inside(self) -> Case:
        """The same, of edges to functions of the program alone."""
        return self._replace(expected=self._own(self.expected), found=self._own(self.found))

    def _own(self, edges: Iterable[Edge]) -> frozenset[Edge]:
        return frozenset(edge for edge in edges if any(f"{edge[1]}.".startswith(f"{m}.") for m in self.modules))


def names(program: Program) -> dict[FunctionId, str]:
    """Every function under the name that the suite has for it; lambdas are counted in the function they stand in."""
    found: dict[FunctionId, str] = {}
    for path, module in program.modules.items():
        lambdas: dict[str, int] = {}
        for index, function in enumerate(module.summary.functions):
            name = f"{module.name}.{function.qualname}" if index else module.name
            around, _, last = name.rpartition(".")
            if last == "<lambda>":
                lambdas[around] = lambdas.get(around, 0) + 1
                name = f"{around}.<lambda{lambdas[around]}>"
            found[FunctionId(path, index)] = name
    return found


def edges(program: Program, tables: catalog.Catalog) -> Iterator[Edge]:
    """Who runs what, as the tracer sees it, and the names outside the program that its calls resolve to."""
    named = names(program)
    tracer = Tracer(program, tables, EntryPoints(program, tables, ()), Launches(program, (), ()))
    callers = {function: {edge.caller for edge in tracer.edges.to(function, by_tests=True)[0]} for function in named}
    wrappers: dict[FunctionId, list[FunctionId]] = {}
    for function in named:
        for usage in program.usages(function):
            if usage.how == "replaces":
                wrappers.setdefault(usage.caller, []).append(function)
    for function, inside in wrappers.items():
        outermost = [one for one in inside if callers[one].isdisjoint(inside)]
        others = callers[function].difference(inside)
        for one in inside:
            callers[one] = callers[one] - {function} | (others if one in outermost else set())
        callers[function] -= others
    for function, name in named.items():
        yield from ((named[caller], name) for caller in callers[function])
    for path, module in program.modules.items():
        for index, call in enumerate(module.summary.calls):
            for value in program.callees(CallId(path, index)):
                for outside in called(program, value):
                    if outside.name.replace(".", "").isidentifier():
                        yield named[FunctionId(path, call.function)], outside.name.replace("builtins.", "<builtin>.")


def called(program: Program, value: Value) -> Iterator[External]:
    """What a call of a value runs outside the program; of a class of the program, what it inherits to build itself."""
    if isinstance(value, External):
        yield value
    elif isinstance(value, ClassValue):
        made = program.resolver.instance_attribute(InstanceValue(value.path, value.index, exact=True), "__init__")
        yield from (init for init in made if isinstance(init, External))


def run(folder: Path, tables: catalog.Catalog) -> Case:
    sources = sorted(folder.rglob("*.py"))
    summaries = {path.relative_to(folder).as_posix(): summarise(path.name, path.read_bytes()) for path in sources}
    program = linked(summaries, tables)
    graph = json.loads((folder / "callgraph.json").read_text(encoding="utf-8"))
    return Case(
        f"{folder.parent.name}/{folder.name}",
        frozenset((caller, callee) for caller, callees in graph.items() for callee in callees),
        frozenset(edges(program, tables)),
        frozenset(module.name for module in program.modules.values()),
    )


def row(name: str, cases: list[Case]) -> str:
    expected = sum(len(case.expected) for case in cases)
    found = sum(len(case.found) for case in cases)
    right = sum(len(case.expected & case.found) for case in cases)
    sound = sum(case.expected <= case.found for case in cases)
    complete = sum(case.found <= case.expected for case in cases)
    exact = sum(case.expected == case.found for case in cases)
    precision, recall = (f"{right / of:.3f}" if of else "-" for of in (found, expected))
    cells = (name, len(cases), expected, found, right, precision, recall, sound, complete, exact)
    return "| " + " | ".join(map(str, cells)) + " |"


def table(title: str, cases: list[Case]) -> str:
    by_category: dict[str, list[Case]] = {}
    for case in cases:
        by_category.setdefault(case.name.partition("/")[0], []).append(case)
    columns = ("category", "cases", "expected", "found", "right", "precision", "recall", "sound", "complete", "exact")
    rows = [f"{title}\n", "| " + " | ".join(columns) + " |", "|---" + "|---:" * (len(columns) - 1) + "|"]
    rows += [row(category, few) for category, few in by_category.items()]
    return "\n".join([*rows, row("all", cases)])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("suite", type=Path)
    parser.add_argument("--errors", action="store_true", help="print every edge that was missed or invented")
    arguments = parser.parse_args()
    tables = catalog.load()
    folders = sorted(path.parent for path in arguments.suite.glob("*/*/callgraph.json"))
    cases = on_a_big_stack(lambda: [run(folder, tables) for folder in folders])
    print(table("Edges to functions of the program:", [case.inside() for case in cases]))
    print("\n" + table("All edges:", cases))
    for case in cases if arguments.errors else ():
        wrong = [("-", edge) for edge in case.expected - case.found] + [
            ("+", edge) for edge in case.found - case.expected
        ]
        for sign, (caller, callee) in sorted(wrong):
            print(f"{sign} {case.name}: {caller} -> {callee}")


if __name__ == "__main__":
    main()
