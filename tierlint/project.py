"""Which files of a directory are the program, which are its deployment files, and their bytes."""

from __future__ import annotations

import fnmatch
import os
import re
import stat
from collections.abc import Callable, Iterable, Sequence
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from msgspec import Struct
from msgspec.structs import replace

from tierlint.model import Problem

if TYPE_CHECKING:
    from pathspec import GitIgnoreSpec

SOURCE_SUFFIXES = (".py", ".ipynb")
ROOT_MARKERS = ("pyproject.toml", "tierlint.toml", ".git")

# Version control, environments, caches and installed code: never the user's program.
LEFT_OUT = frozenset(
    {
        ".git",
        ".hg",
        ".svn",
        ".bzr",
        ".jj",
        ".venv",
        ".direnv",
        ".pixi",
        ".tox",
        ".nox",
        ".eggs",
        "node_modules",
    }
    | {"__pycache__", ".mypy_cache", ".ruff_cache", ".pytest_cache", ".hypothesis", ".ipynb_checkpoints"}
    | {"site-packages", "__pypackages__", "_vendor", "_vendored", "vendored", "third_party", "thirdparty"}
)
BUILD_OUTPUT = frozenset({"build", "dist"})
BUILD_FILES = ("pyproject.toml", "setup.py", "setup.cfg")
VENDOR = frozenset({"vendor", "vendors"})
# A shop's own `vendor` package is told from a tree of copied packages by the modules of an application.
APPLICATION_MODULES = (
    "models.py",
    "views.py",
    "apps.py",
    "urls.py",
    "routes.py",
    "schemas.py",
    "services.py",
)

SIZE_LIMIT = 5_000_000
# Most of a notebook is output (pictures), which says nothing about who wrote the cells.
NOTEBOOK_SIZE_LIMIT = 100_000_000


class Project(Struct, frozen=True):
    """The files to look at: posix paths from the root, sorted. `selected`: those to report on (None: all)."""

    root: Path
    sources: tuple[str, ...]
    manifests: tuple[str, ...]
    problems: tuple[Problem, ...]
    selected: frozenset[str] | None = None


class MissingPath(Exception):
    """A path that the user named does not exist."""

    def __init__(self, path: Path) -> None:
        super().__init__(f"{path}: no such file or directory")
        self.path = path


class Ignores(Struct, frozen=True):
    """The gitignore-style patterns of one directory, last one first, each with whether it is a plain one.

    any_of: all of them in one. skip: how much of a path from the root stands before that directory; prefix: what
    must be put before such a path, where the directory lies above the root.
    """

    rules: tuple[tuple[re.Pattern[str], bool], ...]
    any_of: re.Pattern[str]
    skip: int = 0
    prefix: str = ""


# --- The root ------------------------------------------------------------------------------------


def find_root(paths: Sequence[Path]) -> Path:
    """The nearest directory at or above everything named that marks a project; else where tierlint was started, if that
    is above it; else that directory."""
    named = [Path(os.path.realpath(path)) for path in paths] or [Path.cwd()]
    directories = [path.parent if stat.S_ISREG(mode(path)) else path for path in named]
    try:
        common = Path(os.path.commonpath(directories))
    except ValueError:  # on different drives
        common = directories[0]
    here = Path(os.path.realpath(Path.cwd()))
    otherwise = here if here in common.parents else common
    return next((candidate for candidate in (common, *common.parents) if is_root(candidate)), otherwise)


def is_root(directory: Path) -> bool:
    """Whether something in a directory marks it as the top of a project."""
    return any(mode(directory / marker) for marker in ROOT_MARKERS)


def mode(path: Path) -> int:
    """The kind and permissions of a file; 0 where there is none to be seen."""
    try:
        return path.stat().st_mode
    except (OSError, ValueError):
        return 0


# --- Discovery -----------------------------------------------------------------------------------


def discover(root: Path, *, include: Sequence[str], exclude: Sequence[str], manifest_globs: tuple[str, ...]) -> Project:
    """Walk the root for Python files, notebooks and deployment files.

    include: gitignore-style patterns, of which a source must match one (none: every source). exclude: such
    patterns for what is left out; a negated one (`!vendor/`) brings back what is left out by default.
    """
    base = os.path.realpath(root)
    included, excluded = specification(include), compiled(exclude)
    is_manifest = glob_matcher(manifest_globs)
    sources: list[str] = []
    manifests: list[str] = []
    problems: list[Problem] = []
    pending = [("", ignores_above(base))]
    while pending:
        directory, ignores = pending.pop()
        try:
            with os.scandir(f"{base}/{directory}") as listing:
                entries = list(listing)
        except OSError as error:
            problems.append(unreadable(directory.rstrip("/") or ".", error))
            continue
        names = frozenset(entry.name for entry in entries)
        is_wanted = excluded is not None and decision(excluded, directory) is False
        if directory and not is_wanted and is_installed(directory, names):
            continue
        if ".gitignore" in names:
            ignores = (*ignores, *read_ignores(f"{base}/{directory}.gitignore", skip=len(directory)))
        for entry in entries:
            path = directory + entry.name
            try:
                if entry.is_dir(follow_symlinks=False):
                    by_default = is_left_out_by_name(entry.name, names, entry.path)
                    if not is_left_out(f"{path}/", by_default, excluded, ignores):
                        pending.append((f"{path}/", ignores))
                    continue
                is_source = entry.name.endswith(SOURCE_SUFFIXES)
                if not (is_source or is_manifest(path, entry.name)) or not is_own_file(entry, base):
                    continue
            except OSError as error:
                problems.append(unreadable(path, error))
                continue
            if is_left_out(path, False, excluded, ignores):
                continue
            if not is_text(path):
                problems.append(Problem(ascii(path)[1:-1], 0, "its name is not valid text, left out"))
                continue
            if is_source and (included is None or included.match_file(path)):
                sources.append(path)
            if not is_source or is_manifest(path, entry.name):
                manifests.append(path)
    return Project(Path(base), tuple(sorted(sources)), tuple(sorted(manifests)), tuple(sorted(problems)))


def is_own_file(entry: os.DirEntry[str], base: str) -> bool:
    """A regular file, or a link to one outside of the project: what is inside is found where it really is."""
    if not entry.is_symlink():
        return entry.is_file(follow_symlinks=False)
    return entry.is_file() and not os.path.realpath(entry.path).startswith(base.rstrip("/\\") + os.sep)


def is_text(path: str) -> bool:
    """File names that are no text come from the file system as lone surrogates, which nothing can print."""
    return path.isascii() or not any("\ud800" <= character <= "\udfff" for character in path)


def unreadable(path: str, error: OSError) -> Problem:
    return Problem(path if is_text(path) else ascii(path)[1:-1], 0, f"cannot be read: {error.strerror}")


# --- What is left out ------------------------------------------------------------------------------


def is_left_out(path: str, by_default: bool, excluded: Ignores | None, ignores: tuple[Ignores, ...]) -> bool:
    """The user's own patterns decide, in both directions; then the defaults, then git's, nearest first."""
    decided = decision(excluded, path) if excluded is not None else None
    if decided is not None:
        return decided
    if by_default:
        return True
    for ignored in reversed(ignores):
        decided = decision(ignored, path)
        if decided is not None:
            return decided
    return False


def is_left_out_by_name(name: str, siblings: frozenset[str], location: str) -> bool:
    if name in LEFT_OUT or name.endswith(".egg-info"):
        return True
    # Build tools write next to the project's metadata; a package of that name has an `__init__.py`.
    if name in BUILD_OUTPUT:
        return not siblings.isdisjoint(BUILD_FILES) and not mode(Path(location, "__init__.py"))
    return False


def is_installed(directory: str, names: frozenset[str]) -> bool:
    """A virtual or conda environment, or a tree of vendored packages, told by what the directory holds."""
    if "pyvenv.cfg" in names or "conda-meta" in names:
        return True
    return directory.rstrip("/").rpartition("/")[2] in VENDOR and names.isdisjoint(APPLICATION_MODULES)


# --- Patterns ------------------------------------------------------------------------------------


def specification(patterns: Iterable[str]) -> GitIgnoreSpec | None:
    """None when no line holds a pattern. A malformed pattern matches nothing, as in git."""
    lines = [line for line in patterns if line.strip() and not line.startswith("#")]
    if not lines:
        return None
    # Imported here because most directories have no patterns of their own, and some projects none at all.
    from pathspec import GitIgnoreSpec

    try:
        return GitIgnoreSpec.from_lines(lines)
    except ValueError:
        return GitIgnoreSpec.from_lines(line for line in lines if is_wellformed(line))


def is_wellformed(pattern: str) -> bool:
    from pathspec import GitIgnoreSpec

    try:
        GitIgnoreSpec.from_lines([pattern])
    except ValueError:
        return False
    return True


def compiled(patterns: Iterable[str], *, skip: int = 0, prefix: str = "") -> Ignores | None:
    """The patterns as tests of one path alone: what lies above it was decided on the way down."""
    spec = specification(patterns)
    rules = [
        (own_path_only(pattern.regex.pattern), bool(pattern.include))
        for pattern in (spec.patterns if spec is not None else ())
        if pattern.regex is not None
    ]
    if not rules:
        return None
    return Ignores(
        rules=tuple((re.compile(body), is_plain) for body, is_plain in reversed(rules)),
        # Nearly every path matches no pattern at all, and one alternation tells so soonest.
        any_of=re.compile("|".join(f"(?:{body})" for body, _ in rules)),
        skip=skip,
        prefix=prefix,
    )


def own_path_only(expression: str) -> str:
    """Of pathspec's expressions, which also match what lies below a directory: `x/` is the directory alone."""
    expression = re.sub(r"\(\?P<\w+>/\)", "/$", expression)
    # `x/**` is what lies below, not the directory.
    return re.sub(r"/(?:\.\*\$)?$", "/.", expression)


def decision(ignores: Ignores, path: str) -> bool | None:
    """Whether the last pattern that matches the path is a plain one (True) or negated; None: no match."""
    return last_match(ignores, ignores.prefix + path[ignores.skip :])


def last_match(ignores: Ignores, relative: str) -> bool | None:
    if not ignores.any_of.search(relative):
        return None
    return next((is_plain for rule, is_plain in ignores.rules if rule.search(relative)), None)


def read_ignores(file: str, *, skip: int = 0, prefix: str = "") -> tuple[Ignores, ...]:
    """The patterns of one file; none when there is no such file."""
    try:
        text = Path(file).read_bytes().decode("utf-8-sig", "replace")
    except OSError:
        return ()
    found = compiled(text.splitlines(), skip=skip, prefix=prefix)
    return () if found is None else (found,)


def ignores_above(base: str) -> tuple[Ignores, ...]:
    """What the repository says about the root from outside of it: `.git/info/exclude` and every `.gitignore`
    between the top of the repository and the root. None of it counts when it ignores the root as a whole,
    because then whoever named the root wants it looked at all the same."""
    above: list[Ignores] = []
    prefix = ""
    directory = Path(base)
    while not (directory / ".git").exists():
        if directory.parent == directory:
            return ()
        prefix = f"{directory.name}/{prefix}"
        directory = directory.parent
        above = [*read_ignores(str(directory / ".gitignore"), prefix=prefix), *above]
    above = [
        *read_ignores(str(git_directory(directory / ".git") / "info" / "exclude"), prefix=prefix),
        *above,
    ]
    return () if is_root_ignored(above) else tuple(above)


def is_root_ignored(above: Sequence[Ignores]) -> bool:
    """Whether patterns from above the root are about the root itself, or a directory on the way to it."""
    deepest = max((ignored.prefix.count("/") for ignored in above), default=0)
    for levels_up in range(deepest):
        for ignored in reversed(above):
            on_the_way = ignored.prefix.split("/")[: -1 - levels_up]
            decided = last_match(ignored, "/".join([*on_the_way, ""])) if on_the_way else None
            if decided is not None:
                if decided:
                    return True
                break
    return False


def git_directory(marker: Path) -> Path:
    """`.git` itself, or where it points to in a worktree or submodule."""
    if marker.is_dir():
        return marker
    try:
        pointed = marker.parent / marker.read_text("utf-8").removeprefix("gitdir:").strip()
        common = pointed / "commondir"
        return pointed / common.read_text("utf-8").strip() if common.is_file() else pointed
    except (OSError, ValueError):
        return marker


@cache
def glob_matcher(globs: tuple[str, ...]) -> Callable[[str, str], bool]:
    """A test of (path, base name): a glob with a slash is held against the path, others against the name."""
    by_name = union(glob for glob in globs if "/" not in glob)
    by_path = union(glob for glob in globs if "/" in glob)
    return lambda path, name: bool(by_name.match(name) or by_path.match(path))


def union(globs: Iterable[str]) -> re.Pattern[str]:
    return re.compile("|".join(fnmatch.translate(glob) for glob in globs) or r"(?!)")


# --- Selection -----------------------------------------------------------------------------------


def select(project: Project, named: Sequence[Path]) -> frozenset[str] | None:
    """The sources that the named files and directories stand for; None: all.

    A Python file or notebook that was named itself is in it, whatever patterns say; so is what a named
    directory holds that was left out as a whole.
    """
    known = frozenset(project.sources)
    everything = not named
    chosen: set[str] = set()
    for name in named:
        kind = mode(name)
        if not kind:
            raise MissingPath(name)
        if stat.S_ISDIR(kind):
            directory = Path(os.path.realpath(name))
            everything = everything or project.root.is_relative_to(directory)
            chosen |= sources_below(project, directory)
        elif name.name.endswith(SOURCE_SUFFIXES):
            chosen.add(relative_path(project.root, name, known))
    return None if everything else frozenset(chosen)


def sources_below(project: Project, directory: Path) -> set[str]:
    prefix = f"{Path(os.path.relpath(directory, project.root)).as_posix()}/"
    found = {source for source in project.sources if source.startswith(prefix)}
    if found or project.root.is_relative_to(directory):
        return found
    left_out = discover(directory, include=(), exclude=(), manifest_globs=())
    return {prefix + source for source in left_out.sources}


def with_selection(project: Project, named: Sequence[Path]) -> Project:
    """The project with what is named selected, and among its sources."""
    selected = select(project, named)
    sources = tuple(sorted({*project.sources, *(selected or ())}))
    return replace(project, sources=sources, selected=selected)


def relative_path(root: Path, name: Path, known: frozenset[str]) -> str:
    """The path from the root as it was named, where that is a source; else as it lies, links followed."""
    as_named = Path(os.path.relpath(name, root)).as_posix()
    return as_named if as_named in known else Path(os.path.relpath(os.path.realpath(name), root)).as_posix()


# --- Bytes ---------------------------------------------------------------------------------------


def read_source(project_root: Path, path: str) -> bytes | Problem:
    """The bytes of a file, unless it cannot be read or nobody can have written it."""
    file = project_root / path
    limit = NOTEBOOK_SIZE_LIMIT if path.endswith(".ipynb") else SIZE_LIMIT
    try:
        status = file.stat()
        if not stat.S_ISREG(status.st_mode):
            return Problem(path, 0, "cannot be read: not a regular file")
        if status.st_size > limit:
            return Problem(path, 0, f"larger than {limit // 1_000_000} MB: looks generated, left out")
        return file.read_bytes()
    except OSError as error:
        return unreadable(path, error)
