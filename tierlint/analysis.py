"""From indexed files to a report: link, find the calls, trace, judge, check, filter."""

from __future__ import annotations

import gc
from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path

from msgspec.structs import replace

from tierlint import manifests, project, requirements, routes
from tierlint.api_calls import Known, find_api_calls, lay_out, method_of
from tierlint.catalog import Catalog, models
from tierlint.catalog.framework_tables import FrameworkTable
from tierlint.catalog.sdk_tables import SdkTable
from tierlint.config import Settings
from tierlint.entry_points import EntryPoints
from tierlint.files import Files, summaries_of
from tierlint.filtering import filter_diagnostics
from tierlint.launches import Launches, launches
from tierlint.model import (
    ApiCall,
    EntryPoint,
    JudgedCall,
    ModuleSummary,
    Problem,
    Report,
    Target,
)
from tierlint.passed_tiers import tier_on
from tierlint.program import Program, link, locate
from tierlint.readings import Read, Readings
from tierlint.repairs import Workshop, repaired, with_tier_handed_down
from tierlint.rules import RULES, rule_names
from tierlint.steps import with_steps
from tierlint.tier_chains import Chains
from tierlint.traces import Tracer
from tierlint.verdict import judge, unreached


def report_on(
    root: Path,
    settings: Settings,
    tables: Catalog,
    found: project.Project,
    files: Files,
    known: Mapping[str, Mapping[str, Read]],
) -> tuple[Report, dict[str, dict[str, Read]]]:
    """The report, and what LibCST said of the source, by content, for the cache (`known` is what it said before)."""
    price_list = models.adjusted(models.load(), settings.extend_flex_models, settings.exclude_flex_models)
    # Millions of small values are built and none is thrown away: collecting garbage would only look at them again.
    collects = gc.isenabled()
    gc.disable()
    try:
        summaries = summaries_of(files)
        program = linked(summaries, tables)
        is_manifest = project.glob_matcher(manifests.GLOBS)
        deployment = {p: text for p, text in files.manifests.items() if is_manifest(p, p.rpartition("/")[2])}
        commands, unread = manifests.read_manifests(deployment)
        started = launches(program, tables)
        every = manifests.interpret((*commands, *(one.command for one in started)), deployment, found.sources)
        from_inside = [one for one in started if not one.table.when]
        apart = {one.command.at for one in from_inside}
        targets = [target for target in every if target.command.at not in apart]
        inner = Launches(program, from_inside, every)
        by_name = lay_out(tables)
        calls = find_api_calls(program, tables, by_name, official_by_default=settings.assume_openai_host)
        readings = Readings(root, program, files, known)
        judged = _judge_all(
            root, program, tables, by_name, targets, inner, calls, found.selected, readings, files, settings, price_list
        )
    finally:
        if collects:
            gc.enable()
    diagnostics = [d for rule in RULES for call in judged for d in rule.check(call, price_list)]
    shown, hidden = filter_diagnostics(
        diagnostics,
        settings,
        {path: summary.ignores for path, summary in summaries.items() if summary.ignores},
        found.selected,
        names=rule_names(),
        read=lambda path: (root / path).read_bytes(),
        locate=lambda path, *place: locate(program.modules[path], *place),
    )
    problems = (*found.problems, *files.problems, *unread, *_unparsed(summaries))
    reported = judged if found.selected is None else [j for j in judged if j.api_call.at.path in found.selected]
    entries = {trace.entry: None for one in reported for trace in one.traces}
    report = Report(
        diagnostics=shown,
        hidden=hidden,
        judged_calls=tuple(reported),
        entry_points=tuple(sorted(entries, key=_by_place)),
        problems=tuple(sorted(set(problems))),
        files_seen=len(found.sources),
        files_read=sum(summary.problem is None for summary in summaries.values()),
        unresolved_calls=sum(not call.certain for call in calls),
    )
    return report, readings.kept


def linked(summaries: Mapping[str, ModuleSummary], tables: Catalog) -> Program:
    """The files of a project joined, with what the tables say of the outside world."""
    hooks = [hook for table in tables.frameworks for hook in table.hook]
    records = [record for table in tables.frameworks for record in table.record]
    return link(summaries, *_flows(tables), hooks, records, *_roots(tables))


def _judge_all(
    root: Path,
    program: Program,
    tables: Catalog,
    by_name: Known,
    targets: Sequence[Target],
    inner: Launches,
    calls: Sequence[ApiCall],
    selected: frozenset[str] | None,
    readings: Readings,
    files: Files,
    settings: Settings,
    price_list: models.Models,
) -> tuple[JudgedCall, ...]:
    """The calls of the selected files (None: of all), and those without which these cannot be judged."""
    asked = _asked_about(calls, selected)
    by_call = readings.of_calls(
        one for call in asked for one in (call.call, *(p.call for p in call.places), *(lost.call for lost in call.lost))
    )
    tracer = Tracer(program, tables, EntryPoints(program, tables, targets), inner)
    said = _requirements(tables, files, settings)

    def judged(call: ApiCall) -> JudgedCall:
        method = method_of(by_name, call)
        traces = tuple(replace(trace, tier=tier_on(program, call, trace)) for trace in tracer.traces_to(call))
        verdict = judge(call, traces, method, partial(tracer.behind, call, is_agent=method.agent))
        requirement = requirements.nearest(said.get(call.sdk, ()), call.at.path)
        route = routes.route(call, verdict, price_list, method=method, requirement=requirement)
        refuses = routes.refusal(call, method, requirement)
        missing = tracer.missing(call) if verdict.tier == "undetermined" and call.provider != "other" else ()
        verdict = unreached(verdict, call, missing)
        reading = by_call.get(call.call)
        return JudgedCall(call, traces, verdict, route, reading=reading, refuses_tier=refuses, missing=missing)

    every = [judged(call) for call in asked]
    if len(asked) < len(calls) and any(one.verdict.tier == "batch" for one in every):
        known = {one.api_call.call: one for one in every}
        every = [known.get(call.call) or judged(call) for call in calls]  # one may be a step of what it does
    shop = Workshop(
        root=root,
        program=program,
        known=by_name,
        readings=by_call,
        models=price_list,
        requirement=lambda call: requirements.nearest(said.get(call.api_call.sdk, ()), call.api_call.at.path),
        python=requirements.requirements(files.manifests, "python"),
        assume_openai_host=settings.assume_openai_host,
    )
    chains = Chains(program, tables, tracer.entries, tracer.edges)
    return tuple(
        with_tier_handed_down(shop, chains, readings, call) for call in repaired(shop, with_steps(program, every))
    )


def _asked_about(calls: Sequence[ApiCall], selected: frozenset[str] | None) -> Sequence[ApiCall]:
    """The calls of the selected files, and those that share an object with one of them: it is changed for all."""
    if selected is None:
        return calls
    shared = {place.call for call in calls if _is_in(call, selected) for place in call.places}
    return [call for call in calls if _is_in(call, selected) or any(place.call in shared for place in call.places)]


def _is_in(call: ApiCall, selected: frozenset[str]) -> bool:
    """Something may be said about a call in one of these files."""
    return call.at.path in selected or any(lost.call.path in selected for lost in call.lost)


def _requirements(tables: Catalog, files: Files, settings: Settings) -> dict[str, tuple[requirements.Requirement, ...]]:
    """What the project says about the version of each SDK."""
    found = {}
    for table in tables.sdks:
        if table.distribution is not None:
            found[table.sdk] = requirements.requirements(files.manifests, table.distribution)
    if settings.openai_version is not None:
        found["openai"] = (requirements.Requirement("openai", settings.openai_version, True, None),)
    return found


def _flows(tables: Catalog) -> tuple[dict[str, str], dict[str, str]]:
    aliases: dict[str, str] = {}
    flows: dict[str, str] = {}
    every: tuple[SdkTable | FrameworkTable, ...] = (*tables.sdks, *tables.frameworks)
    for table in every:
        aliases.update({alias.name: alias.stands_for for alias in table.alias})
        for flow in table.flow:
            part = "" if flow.part is None else f"[{flow.part}]"
            flows.update({name + part: flow.gives for name in flow.call})
            flows.update({f".{name}": flow.gives for name in flow.attribute})
    return aliases, flows


def _roots(tables: Catalog) -> tuple[frozenset[str], frozenset[str]]:
    """The packages of the SDKs, and those of the frameworks, by the names under which they are imported."""
    starts = [p for table in tables.frameworks for p in table.entry_point]
    names = {n for p in starts for n in (*p.decorator, *p.method_of, *p.argument_of, *p.annotation, *p.module_calls)}
    frameworks = {name.partition(".")[0] for name in names if "." in name}
    return (
        frozenset(root for table in tables.sdks for root in table.roots),
        frozenset(root for root in frameworks if root.isidentifier()),
    )


def _unparsed(summaries: Mapping[str, ModuleSummary]) -> list[Problem]:
    return [Problem(p, s.problem_line, s.problem) for p, s in summaries.items() if s.problem is not None]


def _by_place(entry: EntryPoint) -> tuple[object, ...]:
    return entry.at.path, entry.at.line, entry.kind, entry.name
