"""What is shown and what is hidden, and why: selection, ignore comments, per-file ignores, confidence."""

from __future__ import annotations

import hashlib
import io
import re
import tokenize
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Final

from msgspec.structs import replace

from tierlint.config import ConfigError, Settings, suggestion
from tierlint.model import Diagnostic, Fix, Ignore, Location, Splice

UNUSED_IGNORE: Final = "TL901"

_CONFIDENCE: Final = ("low", "medium", "high")
# A reason may mention `#123`; only what looks like another tool's directive ends it.
_DIRECTIVE: Final = re.compile(
    r"#\s*tierlint:\s*ignore\b(?:\[(?P<codes>[^\]]*)\])?(?:(?!#\s*(?:[\w-]+:|noqa|nosec)).)*"
)


def rules_meant(selector: str, names: Mapping[str, str]) -> frozenset[str]:
    """The codes that a code, the beginning of a code (`TL1`), a rule's name or `ALL` stands for."""
    if selector == "ALL":
        return frozenset(names)
    wanted = selector.upper()
    return frozenset(
        code
        for code, name in names.items()
        if name == selector or (wanted.startswith("TL") and code.startswith(wanted))
    )


def check_selectors(selectors: Iterable[str], names: Mapping[str, str], place: str) -> None:
    """Raise a ConfigError that names `place` when a selector stands for no rule."""
    for selector in selectors:
        if not rules_meant(selector, names):
            nearest = suggestion(selector, [*names, *names.values()]) or f"; rules: {', '.join(names)}"
            raise ConfigError(f"{place}: there is no rule `{selector}`{nearest}")


def check_settings(settings: Settings, names: Mapping[str, str]) -> None:
    """Raise a ConfigError when the settings file names a rule that does not exist."""
    place = f"{settings.source or 'settings'}: {settings.prefix}"
    check_selectors(settings.select, names, f"{place}select")
    check_selectors(settings.extend_select, names, f"{place}extend-select")
    check_selectors(settings.ignore, names, f"{place}ignore")
    for pattern, selectors in settings.per_file_ignores.items():
        check_selectors(selectors, names, f'{place}per-file-ignores."{pattern}"')


def selected_rules(settings: Settings, names: Mapping[str, str]) -> frozenset[str]:
    """The codes to report; of two selectors the longer wins: ignoring TL1 and selecting TL102 keeps TL102."""

    def weight(selectors: Sequence[str], code: str) -> int:
        return max((_weight(one) for one in selectors if code in rules_meant(one, names)), default=-1)

    wanted = (*settings.select, *settings.extend_select)
    return frozenset(code for code in names if weight(wanted, code) > weight(settings.ignore, code))


def filter_diagnostics(
    found: Iterable[Diagnostic],
    settings: Settings,
    ignores: Mapping[str, tuple[Ignore, ...]],
    selected: frozenset[str] | None,
    *,
    names: Mapping[str, str],
    read: Callable[[str], bytes],
    locate: Callable[[str, int, int, int, int], Location] = Location,
) -> tuple[tuple[Diagnostic, ...], tuple[Diagnostic, ...]]:
    """Split what was found into what is shown and what is hidden, each hidden one with its reason.

    ignores: the ignore comments of every file. selected: paths of the files to report on; None: all of them.
    names: code -> name of every rule. read: the bytes of a file. locate: path, line, column, end line and end
    column -> location (for notebooks, with its cell).
    """
    diagnostics = tuple(found)
    rules = selected_rules(settings, names)
    muted = _per_file(settings, names)
    outcome = [
        _hide(diagnostic, _comment_over(diagnostic, ignores, names), settings, rules, muted, selected)
        for diagnostic in diagnostics
    ]
    for unused in _unused_ignores(diagnostics, ignores, rules, selected, names, read, locate):
        explicit = {unused.at.path: tuple(one for one in ignores[unused.at.path] if one.codes)}
        own = _comment_over(unused, explicit, names)
        outcome.append(_hide(unused, own, settings, rules, muted, selected))
    outcome = list(_with_fingerprints(sorted(outcome, key=lambda one: (one.at, one.rule))))
    return (
        tuple(one for one in outcome if one.hidden_because is None),
        tuple(one for one in outcome if one.hidden_because is not None),
    )


def _weight(selector: str) -> int:
    if selector == "ALL":
        return 0
    return len(selector) if selector.upper().startswith("TL") else len(UNUSED_IGNORE)


def _per_file(settings: Settings, names: Mapping[str, str]) -> Callable[[str, str], str | None]:
    """(path, code) -> the pattern of `per-file-ignores` that mutes the rule there."""
    if not settings.per_file_ignores:
        return lambda path, code: None
    from pathspec import GitIgnoreSpec  # most projects have no per-file ignores

    tables = [
        (pattern, GitIgnoreSpec.from_lines([pattern]), [rules_meant(one, names) for one in selectors])
        for pattern, selectors in settings.per_file_ignores.items()
    ]

    def muting(path: str, code: str) -> str | None:
        for pattern, spec, rules in tables:
            if any(code in meant for meant in rules) and spec.match_file(path):
                return pattern
        return None

    return muting


def _hide(
    diagnostic: Diagnostic,
    comment: Ignore | None,
    settings: Settings,
    rules: frozenset[str],
    muted: Callable[[str, str], str | None],
    selected: frozenset[str] | None,
) -> Diagnostic:
    reason = None
    if diagnostic.rule not in rules:
        reason = f"{diagnostic.rule} is not selected"
    elif selected is not None and diagnostic.at.path not in selected:
        reason = "not in the paths that were named"
    elif pattern := muted(diagnostic.at.path, diagnostic.rule):
        reason = f'per-file-ignores."{pattern}"'
    elif _CONFIDENCE.index(diagnostic.confidence) < _CONFIDENCE.index(settings.min_confidence):
        reason = f"{diagnostic.confidence} confidence is below min-confidence = {settings.min_confidence!r}"
    elif comment is not None:
        reason = f"ignored by the comment on line {comment.line}"
    return replace(diagnostic, hidden_because=reason)


def _comment_over(
    diagnostic: Diagnostic, ignores: Mapping[str, tuple[Ignore, ...]], names: Mapping[str, str]
) -> Ignore | None:
    for comment in ignores.get(diagnostic.at.path, ()):
        if _covers(comment, diagnostic) and (
            not comment.codes or any(diagnostic.rule in rules_meant(code, names) for code in comment.codes)
        ):
            return comment
    return None


def _covers(comment: Ignore, diagnostic: Diagnostic) -> bool:
    return diagnostic.at.line <= comment.applies_to <= diagnostic.at.end_line


def _unused_ignores(
    found: Sequence[Diagnostic],
    ignores: Mapping[str, tuple[Ignore, ...]],
    rules: frozenset[str],
    selected: frozenset[str] | None,
    names: Mapping[str, str],
    read: Callable[[str], bytes],
    locate: Callable[[str, int, int, int, int], Location],
) -> Iterable[Diagnostic]:
    if UNUSED_IGNORE not in rules:
        return
    in_file: dict[str, list[Diagnostic]] = {}
    for diagnostic in found:
        in_file.setdefault(diagnostic.at.path, []).append(diagnostic)
    for path, comments in sorted(ignores.items()):
        if selected is not None and path not in selected:
            continue
        for comment in comments:
            covered = {one.rule for one in in_file.get(path, ()) if _covers(comment, one)}
            unused = tuple(code for code in comment.codes if _is_unused(code, covered, rules, names))
            if unused or not (comment.codes or covered):
                yield Diagnostic(
                    rule=UNUSED_IGNORE,
                    message=_unused_message(comment, unused, names),
                    at=locate(path, comment.line, comment.column, comment.line, comment.end_column),
                    related=(),
                    confidence="high",
                    fix=_removal(path, comment, unused, read),
                    fingerprint="\0".join((UNUSED_IGNORE, path, *unused)),
                )


def _is_unused(code: str, covered: set[str], rules: frozenset[str], names: Mapping[str, str]) -> bool:
    meant = rules_meant(code, names)
    # What was not selected was not asked about, and this rule's own code silences the report it stands in.
    return not meant or bool(meant & rules - {UNUSED_IGNORE} and not meant & covered)


def _unused_message(comment: Ignore, unused: tuple[str, ...], names: Mapping[str, str]) -> str:
    listed = ", ".join(f"`{code}`" for code in unused)
    stranger = next((code for code in unused if not rules_meant(code, names)), None)
    if stranger is not None:
        nearest = suggestion(stranger, [*names, *names.values()])
        return f"This comment ignores `{stranger}`, and there is no such rule{nearest or '.'}"
    if unused and len(unused) < len(comment.codes):
        return f"{listed} hides nothing here; the other codes of this comment do. Remove it from the list."
    what = f"This comment ignores {listed}, which" if unused else "This ignore comment"
    return f"{what} finds nothing here. Remove the comment." if unused else f"{what} hides nothing. Remove it."


def _removal(path: str, comment: Ignore, unused: tuple[str, ...], read: Callable[[str], bytes]) -> Fix | None:
    if path.endswith(".ipynb"):  # its lines are JSON strings, not the file's own bytes
        return None
    data = read(path)
    line = _line_of(data, comment.line)
    if line is None:
        return None
    start, text, encoding = line
    directive = _DIRECTIVE.search(text, comment.column - 1)
    # The file may have changed since it was indexed.
    if directive is None or tuple(_codes(directive["codes"])) != comment.codes:
        return None
    kept = [code for code in comment.codes if code not in unused]
    if kept:
        first, last = directive.span("codes")
        new, title = ", ".join(kept), f"Remove {', '.join(unused)} from the ignore comment"
    else:
        first, last = _whole(text, *directive.span())
        new, title = "", "Remove the unused ignore comment"
    offsets = [start + len(text[:column].encode(encoding)) for column in (first, last)]
    return Fix(title, "safe", (Splice(path, offsets[0], offsets[1], new),))


def _whole(text: str, first: int, last: int) -> tuple[int, int]:
    """The range to delete with a directive: the space before a trailing comment, the line of a lone one."""
    body = text.rstrip("\r\n")
    if last < len(body):
        return first, last
    before = len(text[:first].rstrip())
    return (before, len(body)) if before else (0, len(text))


def _line_of(data: bytes, number: int) -> tuple[int, str, str] | None:
    """Byte offset, text with its line end, and encoding of a line."""
    try:
        encoding, _ = tokenize.detect_encoding(io.BytesIO(data).readline)
        lines = data.splitlines(keepends=True)
        mark = 3 if encoding == "utf-8-sig" else 0
        encoding = "utf-8" if mark else encoding
        if number > len(lines):
            return None
        skip = mark if number == 1 else 0
        return sum(map(len, lines[: number - 1])) + skip, lines[number - 1][skip:].decode(encoding), encoding
    except (SyntaxError, UnicodeDecodeError):
        return None


def _codes(inside: str | None) -> list[str]:
    return [code.strip() for code in (inside or "").split(",") if code.strip()]


def _with_fingerprints(diagnostics: Iterable[Diagnostic]) -> Iterable[Diagnostic]:
    """A rule says what makes its finding this finding; among equals the order in the file decides."""
    seen: Counter[str] = Counter()
    for one in diagnostics:
        digest = hashlib.sha256(f"{one.fingerprint}\0{seen[one.fingerprint]}".encode()).hexdigest()
        seen[one.fingerprint] += 1
        yield replace(one, fingerprint=digest[:16])
