"""langgraph.json: the graphs that a LangGraph server answers people with, each as a file and a name in it."""

from __future__ import annotations

from collections.abc import Iterator

from tierlint.manifests import json_text
from tierlint.manifests.places import folder, line_of, page, span
from tierlint.model import Command

# https://docs.langchain.com/langsmith/cli#configuration-file
GLOBS = ("langgraph.json",)


def read(path: str, text: str) -> Iterator[Command]:
    """A graph is served from the body of its file, or from the function that makes it."""
    lines = page(text)
    graphs = json_text.parse(text).get("graphs")
    start = json_text.line_of_key(lines, "graphs")
    for graph in graphs.values() if isinstance(graphs, dict) else []:
        target = graph.get("path") if isinstance(graph, dict) else graph
        file, _, name = target.rpartition(":") if isinstance(target, str) else ("", "", "")
        if file.endswith(".py"):
            place = span(path, lines, line_of(lines, str(target), start))
            relative = file.removeprefix("./")
            yield Command(f"python {relative}", "request", place, folder(path))
            yield Command(f"handler {relative}:{name}", "request", place, folder(path))
