"""What changed from one release to another: a page of Markdown, or lines for the terminal."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path

from trtexp.errors import visible
from trtexp.records.diff import KINDS, Change, Diff, Kind
from trtexp.records.model import ReportRecord
from trtexp.report import escape
from trtexp.report.markdown import case_anchors, environment, facts, page_name
from trtexp.report.navigation import MATRIX
from trtexp.report.wording.changes import counts, overview, sides, text, title

FOLDER = "diff"
_MOST = 12  # lines of one side of a change


def diff_page(before: str, after: str) -> str:
    """Where the page of two releases stands below the reports: `diff/A..B.md`."""
    return f"{FOLDER}/{before}..{after}.md"


def compared(pages: Iterable[Path]) -> dict[Path, tuple[str, str]]:
    """Pages of diffs, each with the releases that it compares."""
    found = {}
    for page in pages:
        before, _, after = page.stem.partition("..")
        found[page] = (before, after)
    return found


def render_diff(diff: Diff, to_reports: str = "../") -> str:
    """The page; to_reports: the way from its folder to the report folders. The same records give the same bytes."""
    before, after = (_answered(side) for side in (diff.before, diff.after))
    anchors = _anchors(diff, to_reports)
    page = (
        environment()
        .get_template("diff.md.j2")
        .render(
            title=" → ".join(diff.names),
            matrix=escape.path(f"{to_reports}{MATRIX}"),
            before=before,
            after=after,
            overview=overview(diff),
            counts=counts(diff),
            sections=[(title(kind, diff), list(_entries(diff, kind, anchors))) for kind in KINDS if diff.of(kind)],
        )
    )
    return page.rstrip("\n") + "\n"


def way(page: Path, reports: Path) -> str:
    """The way from the folder of a page to the reports, as links spell it."""
    return Path(os.path.relpath(os.path.realpath(reports), os.path.realpath(page.parent))).as_posix() + "/"


def lines(diff: Diff) -> Iterator[str]:
    """The same for the terminal; what comes from YAML and TensorRT is not escaped yet."""
    for sign, side in (("from", diff.before), ("to  ", diff.after)):
        yield f"{sign} {'; '.join(dict.fromkeys(_plain_facts(report) for report in side))}"
    for kind in (kind for kind in KINDS if diff.of(kind)):
        changes = diff.of(kind)
        yield f"{title(kind, diff)}: {len(changes)}"
        for name, cases, change in _rolled(changes):
            said = text(change)
            yield f"  {name}{' / ' if cases else ''}{', '.join(cases)}{f': {said}' if said else ''}"
            yield from (f"    {line}" for line in _marked(change))
    yield overview(diff)
    if diff.changes:
        yield counts(diff)


def _answered(reports: Sequence[ReportRecord]) -> str:
    """Each thing that answered, once."""
    return "; ".join(dict.fromkeys(facts(report.release) + _not_run(report) for report in reports)) or "no report"


def _plain_facts(report: ReportRecord) -> str:
    release = report.release
    return release.name + (f" on {release.gpu}" if release.gpu else "") + _not_run(report)


def _not_run(report: ReportRecord) -> str:
    return {"built": ", built ahead of time, NOT run", "reference": ": TensorRT was NOT run"}.get(
        report.release.backend, ""
    )


def _rolled(changes: Sequence[Change]) -> Iterator[tuple[str, list[str], Change]]:
    """Changes with the names of their cases; cases of a file of which the same is to be said stand together."""
    groups: dict[tuple[object, ...], list[Change]] = {}
    for change in changes:
        groups.setdefault((change.experiment, text(change), *map(tuple, sides(change))), []).append(change)
    for group in groups.values():
        names = [change.case for change in group if change.case is not None]
        yield page_name(group[0].experiment), names, group[0]


def _anchors(diff: Diff, to_reports: str) -> dict[tuple[str, str | None], str]:
    """(experiment, case) -> where it stands on the newer release's page, or on the only one that has it."""
    return {
        (report.experiment, case.name): f"{to_reports}{report.release.name}/{page_name(report.experiment)}.md#{anchor}"
        for report in (*diff.before, *diff.after)
        for case, anchor in zip(report.cases, case_anchors(report), strict=True)
    }


def _entries(diff: Diff, kind: Kind, anchors: Mapping[tuple[str, str | None], str]) -> Iterator[tuple[str, str]]:
    """Each change as (a line with links, a block of what was and what is)."""
    for name, cases, change in _rolled(diff.of(kind)):
        linked = ", ".join(escape.link(case, anchors[change.experiment, case]) for case in cases)
        said = text(change)
        line = f"{escape.label(name)}{' / ' if cases else ''}{linked}" + (f": {escape.inline(said)}" if said else "")
        marked = _marked(change)
        yield line, escape.fence("\n".join(map(visible, marked)), "diff") if marked else ""


def _marked(change: Change) -> list[str]:
    """What was after `-`, what is after `+`; the middle of many lines is left out."""
    before, after = sides(change)
    return [f"{sign} {line}" for sign, side in (("-", before), ("+", after)) for line in _shortened(side)]


def _shortened(side: Sequence[str]) -> list[str]:
    folded = [" ".join(line.split()) for line in side]
    if len(folded) <= _MOST:
        return folded
    return [*folded[: _MOST - 1], f"… and {len(folded) - _MOST + 1} more lines"]
