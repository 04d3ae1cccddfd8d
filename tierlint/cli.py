"""Arguments in, exit code out: 0 clean, 1 findings left, 2 a mistake of the user or an unreadable file."""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, TypeVar

import click

from tierlint import __version__

# Every other import waits until a command needs it, so that `tierlint --version` is quick.
if TYPE_CHECKING:
    from tierlint.config import Settings
    from tierlint.fixes import FixOutcome
    from tierlint.model import Diagnostic, JudgedCall, Problem, Report
    from tierlint.report.view import View

F = TypeVar("F", bound=Callable[..., Any])

CLEAN, FINDINGS, MISTAKE = 0, 1, 2

_PLACE: Final = re.compile(r"(?P<file>.+?)(?::cell (?P<cell>\d+))?:(?P<line>\d+)(?::\d+)?\Z")
_PATHS: Final = click.argument("paths", nargs=-1, type=click.Path(path_type=Path))


def main(arguments: Sequence[str] | None = None) -> None:
    """The command `tierlint`; leaves by SystemExit."""
    for stream in (sys.stdout, sys.stderr):
        # Source code is printed as it is, to terminals of any encoding.
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="backslashreplace")
    words = list(sys.argv[1:] if arguments is None else arguments)
    if not words or words[0] not in (*cli.commands, "-h", "--help", "--version"):
        words.insert(0, "check")
    try:
        code = cli.main(args=words, prog_name="tierlint", standalone_mode=False)
        sys.stdout.flush()
    except click.ClickException as error:
        click.echo(f"tierlint: error: {error.format_message()}", err=True)
        code = MISTAKE
    except click.Abort:
        code = 130
    except BrokenPipeError:  # `tierlint | head`
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        code = FINDINGS
    sys.exit(code)


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, message="tierlint %(version)s")
def cli() -> None:
    """Find OpenAI calls that nobody waits for, and move them to the Flex tier or the Batch API.

    `tierlint [PATHS]` is short for `tierlint check [PATHS]`.
    """


# --- Options that several commands share ----------------------------------------------------------


def _comma_separated(context: click.Context, option: click.Parameter, given: Sequence[str]) -> tuple[str, ...]:
    return tuple(one.strip() for value in given for one in value.split(",") if one.strip())


def _with_options(*options: Callable[[F], F]) -> Callable[[F], F]:
    def add(command: F) -> F:
        for option in reversed(options):
            command = option(command)
        return command

    return add


_analysis_options: Final = _with_options(
    click.option("--config", type=click.Path(path_type=Path), help="Settings file, instead of the project's own."),
    click.option("--no-cache", is_flag=True, help="Neither read nor write the cache."),
    click.option("--jobs", "-j", type=click.IntRange(min=1), help="Processes to read files with."),
    click.option("--strict", is_flag=True, default=None, help="Exit with 2 when a file cannot be read."),
    click.option("--quiet", "-q", is_flag=True, help="Results only: no warnings, no summary."),
    click.option("--verbose", "-v", is_flag=True, help="Say on stderr what was read and what is hidden."),
)

_selection_options: Final = _with_options(
    click.option(
        "--select", multiple=True, callback=_comma_separated, help="Rules to check: codes, prefixes or names."
    ),
    click.option("--extend-select", multiple=True, callback=_comma_separated, help="Rules to check besides those."),
    click.option("--ignore", multiple=True, callback=_comma_separated, help="Rules not to check."),
    click.option("--min-confidence", type=click.Choice(["low", "medium", "high"]), help="Hide what is less certain."),
)


# --- Commands -------------------------------------------------------------------------------------


@cli.command()
@_PATHS
@click.option("--fix", is_flag=True, help="Apply the safe fixes, then report what is left.")
@click.option("--unsafe-fixes", is_flag=True, help="With --fix or --diff: the unsafe ones too.")
@click.option("--diff", is_flag=True, help="Show what --fix would change, and change nothing.")
@click.option("--show-fixes", is_flag=True, help="List on stderr what was fixed.")
@click.option("--output-format", type=click.Choice(["text", "concise", "json", "github"]))
@click.option("--statistics", is_flag=True, help="Only how many findings each rule has.")
@click.option("--exit-zero", is_flag=True, help="Exit with 0 although there are findings.")
@click.option("--force-exclude", is_flag=True, help="Leave out even named files that `exclude` matches.")
@_selection_options
@_analysis_options
def check(paths: tuple[Path, ...], **options: Any) -> int:
    """Report calls on the wrong service tier; fix them with --fix."""
    if options["unsafe_fixes"] and not (options["fix"] or options["diff"]):
        raise click.UsageError("--unsafe-fixes: give --fix or --diff with it")
    with _mistakes_reported():
        root, settings = _settings(paths, options)
        if options["statistics"] and settings.output_format not in ("text", "concise"):
            raise click.UsageError(f"--statistics: there is none in the {settings.output_format} format")
        named = _not_excluded(paths, root, settings) if options["force_exclude"] else paths
        if paths and not named:
            return CLEAN
        report = _analyze(root, settings, named, options)
        if options["fix"] and not options["diff"] and _fix(root, settings, report, options):
            report = _analyze(root, settings, named, options)
    _warn_of_problems(report, root, options)
    if options["diff"]:
        is_clean = not _show_diff(root, report, options)
    else:
        _show(report, root, settings, options)
        is_clean = not report.diagnostics
    if _is_incomplete(report, root, named, settings):
        return MISTAKE
    return CLEAN if is_clean or options["exit_zero"] else FINDINGS


def _show(report: Report, root: Path, settings: Settings, options: dict[str, Any]) -> None:
    from tierlint.report import FORMATS, statistics

    view = _view(root, settings, summary=not options["quiet"])
    render = statistics.render if options["statistics"] else FORMATS[settings.output_format]
    click.echo(render(report, view), nl=False, color=view.color)


@cli.command()
@_PATHS
@click.option("--output-format", "calls_format", type=click.Choice(["text", "json"]), default="text")
@_analysis_options
def calls(paths: tuple[Path, ...], calls_format: str, **options: Any) -> int:
    """List every API call with its verdict, the entry points that reach it, and the evidence."""
    with _mistakes_reported():
        root, settings = _settings(paths, options)
        report = _analyze(root, settings, paths, options)
    from tierlint.report import CALL_FORMATS

    view = _view(root, settings, summary=not options["quiet"])
    _warn_of_problems(report, root, options)
    click.echo(CALL_FORMATS[calls_format](report, view), nl=False, color=view.color)
    return MISTAKE if _is_incomplete(report, root, paths, settings) else CLEAN


@cli.command()
@click.argument("place", metavar="FILE:LINE")
@_analysis_options
def explain(place: str, **options: Any) -> int:
    """Show the full reasoning for the call at FILE:LINE."""
    match = _PLACE.match(place)
    if match is None:
        raise click.UsageError(f"{place}: not a place; write FILE:LINE, for example app/tasks.py:31")
    file = Path(match["file"])
    if file.is_dir():
        raise click.UsageError(f"{file}: a directory; write FILE:LINE, for example app/tasks.py:31")
    with _mistakes_reported():
        root, settings = _settings((file,), options)
        report = _analyze(root, settings, (file,), options)
        view = _view(root, settings, summary=False)
        call = _call_at(report, view, root, file, match)
    from tierlint.report import explain as page

    click.echo(page.render(report, call, view), nl=False, color=view.color)
    return CLEAN


@cli.command()
@click.argument("rule", required=False)
def rule(rule: str | None) -> int:
    """Print the page of a rule (a code such as TL101, or its name); without one, list the rules."""
    from tierlint.filtering import check_selectors
    from tierlint.rules import RULES, page, rule_names

    if rule is None:
        for one in RULES:
            click.echo(f"{one.code}  {one.name}: {one.summary}")
        return CLEAN
    wanted = next((one for one in RULES if rule.upper() == one.code or rule == one.name), None)
    if wanted is None:
        with _mistakes_reported():
            check_selectors([rule], rule_names(), "rule")
        raise click.UsageError(f"rule: `{rule}` is more than one rule; give a whole code")
    click.echo(page(wanted), nl=False)
    return CLEAN


# --- From arguments to a report -------------------------------------------------------------------


@contextmanager
def _mistakes_reported() -> Iterator[None]:
    from tierlint.config import ConfigError
    from tierlint.project import MissingPath

    try:
        yield
    except (ConfigError, MissingPath) as error:
        raise click.UsageError(str(error)) from None


def _settings(paths: Sequence[Path], options: dict[str, Any]) -> tuple[Path, Settings]:
    """The project's root, and its settings with the command line's on top."""
    from tierlint.config import override
    from tierlint.filtering import check_selectors, check_settings
    from tierlint.project import SOURCE_SUFFIXES, MissingPath, is_text
    from tierlint.rules import rule_names

    for path in paths:
        if not path.exists():
            raise MissingPath(path)
        if not is_text(str(path)):
            raise click.UsageError(f"{str(path)!a}: a name that is not valid text cannot be reported on")
        if path.is_file() and path.suffix not in SOURCE_SUFFIXES:
            _warn(f"{path}: neither a Python file nor a notebook, left out")
    root, settings = _project(paths, options["config"])
    names = rule_names()
    check_settings(settings, names)
    for option in ("select", "extend_select", "ignore"):
        check_selectors(options.get(option, ()), names, f"--{option.replace('_', '-')}")
    overrides = ("select", "extend_select", "ignore", "min_confidence", "output_format", "strict")
    return root, override(settings, **{key: options.get(key) for key in overrides})


def _project(paths: Sequence[Path], config: Path | None) -> tuple[Path, Settings]:
    """The nearest project around the paths; the one that tierlint is started at the top of, where they are part of it.

    A package of a larger repository has callers and schedules outside its own folder, and what is said of a call must
    not depend on whether its file was named.
    """
    from tierlint.config import load
    from tierlint.project import find_root, is_root

    nearest, here = find_root(paths), Path(os.path.realpath(Path.cwd()))
    if here in nearest.parents and is_root(here):
        settings = load(here, config)
        if len(_not_excluded(paths, here, settings)) == len(paths):
            return here, settings
    return nearest, load(nearest, config)


def _analyze(root: Path, settings: Settings, named: Sequence[Path], options: dict[str, Any]) -> Report:
    import gc

    from tierlint.pipeline import analyze

    gc.disable()
    try:
        # Run in a folder below the root, tierlint still reads the whole project, and reports on that folder.
        report = analyze(
            root,
            settings,
            named=named or (Path.cwd(),),
            processes=options["jobs"],
            use_cache=not options["no_cache"],
        )
    finally:
        gc.freeze()  # the process is about to end, and would look at all of it once more
        gc.enable()
    if options["verbose"]:
        _narrate(root, settings, report)
    return report


def _not_excluded(paths: Sequence[Path], root: Path, settings: Settings) -> tuple[Path, ...]:
    from pathspec import GitIgnoreSpec

    excluded = GitIgnoreSpec.from_lines((*settings.exclude, *settings.extend_exclude))
    return tuple(path for path in paths if not excluded.match_file(_relative(path, root)))


def _from_here(path: Path) -> str:
    """A path as it is reached from where tierlint was started."""
    try:
        return Path(os.path.relpath(path)).as_posix()
    except ValueError:  # another drive
        return path.as_posix()


def _relative(path: Path, root: Path) -> str:
    return Path(os.path.relpath(os.path.realpath(path), os.path.realpath(root))).as_posix()


def _call_at(report: Report, view: View, root: Path, file: Path, place: re.Match[str]) -> JudgedCall:
    from tierlint.report.explain import nearest_call
    from tierlint.report.view import line_place

    cell = int(place["cell"]) - 1 if place["cell"] else None
    call, is_there = nearest_call(report, _relative(file, root), int(place["line"]), cell)
    if call is None:
        raise click.UsageError(f"{file}: there is no API call in this file")
    if not is_there:
        nearest = line_place(call.api_call.at, view).removeprefix(view.shown(call.api_call.at.path))
        raise click.UsageError(f"{place[0]}: there is no API call here; the nearest is {file}{nearest}")
    return call


# --- Fixing ---------------------------------------------------------------------------------------


def _fixable(report: Report, options: dict[str, Any]) -> list[Diagnostic]:
    wanted = ("safe", "unsafe") if options["unsafe_fixes"] else ("safe",)
    return [one for one in report.diagnostics if one.fix and one.fix.safety in wanted]


def _apply(root: Path, fixable: Sequence[Diagnostic], *, dry_run: bool) -> FixOutcome:
    from hashlib import sha256

    from tierlint.fixes import fix_files

    fixes = [one.fix for one in fixable if one.fix]
    paths = {edit.path for fix in fixes for edit in fix.edits}
    # A file that has gone by now is the fixer's to report.
    present = [path for path in paths if (root / path).is_file()]
    expected = {path: sha256((root / path).read_bytes()).hexdigest() for path in present}
    outcome = fix_files(root, fixes, dry_run=dry_run, expected=expected)
    for problem in outcome.problems:
        _warn(_problem_text(problem, root))
    return outcome


def _show_diff(root: Path, report: Report, options: dict[str, Any]) -> bool:
    """Print what the fixes would change; whether there is anything."""
    from tierlint.fixes import diff

    outcome = _apply(root, _fixable(report, options), dry_run=True)
    for change in outcome.changed:
        click.echo(diff(change.path, change.before, change.after), nl=False)
    _say_what_was_fixed("would apply", outcome, options)
    return bool(outcome.changed)


def _fix(root: Path, settings: Settings, report: Report, options: dict[str, Any]) -> bool:
    """Write the fixes; whether any file changed."""
    from tierlint.report.view import place

    fixable = _fixable(report, options)
    outcome = _apply(root, fixable, dry_run=False)
    if options["show_fixes"]:
        changed = {change.path for change in outcome.changed}
        view = _view(root, settings, summary=False)
        for one in fixable:
            if one.fix and not changed.isdisjoint(edit.path for edit in one.fix.edits):
                click.echo(f"tierlint: fixed: {place(one.at, view)}: {one.rule} {one.fix.title}", err=True)
    _say_what_was_fixed("applied", outcome, options)
    return bool(outcome.changed)


def _say_what_was_fixed(done: str, outcome: FixOutcome, options: dict[str, Any]) -> None:
    from tierlint.report.view import count

    if not options["quiet"]:
        fixes, files = count(outcome.applied, "fix", "fixes"), count(len(outcome.changed), "file")
        click.echo(f"tierlint: {done} {fixes} in {files}", err=True)


# --- What is said on stderr, and how results look -------------------------------------------------


def _warn(text: str) -> None:
    from tierlint.report.view import printable

    click.echo(f"tierlint: warning: {printable(text)}", err=True)


def _warn_of_problems(report: Report, root: Path, options: dict[str, Any]) -> None:
    for problem in () if options["quiet"] else sorted(report.problems):
        _warn(_problem_text(problem, root))


def _problem_text(problem: Problem, root: Path) -> str:
    path = _from_here(root / problem.path)
    where = f"{path}:{problem.line}" if problem.line else path
    return f"{where}: {problem.message}"


def _narrate(root: Path, settings: Settings, report: Report) -> None:
    from tierlint.report.view import line_place, printable

    lines = [
        f"project {root}, settings {settings.source or 'built in'}",
        f"{report.files_read} of {report.files_seen} files read",
        f"{len(report.entry_points)} entry points, {len(report.judged_calls)} API calls",
    ]
    view = _view(root, settings, summary=False)
    lines += [f"hidden: {line_place(one.at, view)}: {one.rule}: {one.hidden_because}" for one in report.hidden]
    for line in lines:
        click.echo(f"tierlint: {printable(line)}", err=True)


def _is_incomplete(report: Report, root: Path, named: Sequence[Path], settings: Settings) -> bool:
    """Whether a file that was named, or with `strict` any file, could not be read."""
    unread = {problem.path for problem in report.problems}
    return bool(unread) and (
        settings.strict or any(path.is_file() and _relative(path, root) in unread for path in named)
    )


def _view(root: Path, settings: Settings, *, summary: bool) -> View:
    from tierlint.catalog.models import load
    from tierlint.report.frame import read_lines
    from tierlint.report.view import View, wants_color
    from tierlint.rules import rule_names

    return View(
        version=__version__,
        models_as_of=str(load().as_of),
        names=rule_names(),
        lines=lambda path: read_lines(root / path),
        color=wants_color(sys.stdout.isatty(), os.environ),
        summary=summary,
        table_prefix=settings.prefix if settings.source else "tool.tierlint.",
        shown=lambda path: _from_here(root / path),
    )
