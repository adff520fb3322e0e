"""`reports/COVERAGE.md`: layers × methods × attributes × members × releases, in numbers of cases."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby

from trtexp.authoring.coverage.count import Coverage
from trtexp.authoring.coverage.exceptions import EXCEPTIONS, excepted
from trtexp.authoring.coverage.walk import Feature
from trtexp.report import escape
from trtexp.report.markdown import environment
from trtexp.report.table import table

KINDS = {"method": "methods", "attribute": "attributes", "member": "enum members"}


@dataclass(frozen=True)
class Section:
    """One layer, in Markdown."""

    heading: str
    table: str


def render_coverage(coverage: Coverage) -> str:
    """The page. A release is covered by the cases that need nothing that it lacks."""
    missing = [f for f in coverage.all_features() if excepted(f) is None and coverage.unreached_in(f)]
    left_out = [excepted(f) for f in coverage.unreached()]
    template = environment().get_template("coverage.md.j2")
    page = template.render(
        totals=_totals(coverage),
        layers=_layers(coverage),
        missing=[
            f"{escape.code(_whole(f))}, in {', '.join(map(escape.inline, coverage.unreached_in(f)))}" for f in missing
        ],
        left_out=[_exception(e, left_out.count(e)) for e in EXCEPTIONS if e in left_out],
        sections=list(_sections(coverage)),
    )
    return page.rstrip("\n") + "\n"


def _totals(coverage: Coverage) -> str:
    """A row per release: of how much of what it has there is a case."""
    rows = []
    for release in coverage.there:
        wanted = coverage.wanted(release)
        cells = []
        for kind in KINDS:
            counts = [coverage.count(release, f) for f in wanted if f.kind == kind]
            cells.append(f"{sum(map(bool, counts))} of {len(counts)}")
        rows.append([escape.inline(release), *cells, str(coverage.cases[release])])
    return table(["release", *KINDS.values(), "cases"], rows)


def _layers(coverage: Coverage) -> str:
    """A row per layer: what of it is reached in any release, and by how many cases in each."""
    rows = []
    for layer, group in groupby(coverage.all_features(), lambda f: f.layer):
        found = list(group)
        parts = []
        for kind in KINDS:
            wanted = [f for f in found if f.kind == kind and excepted(f) is None]
            reached = sum(any(coverage.reached[name, f] for name in coverage.there) for f in wanted)
            parts.append(f"{reached} of {len(wanted)}" if wanted else "")
        maker = found[0] if found[0].name.startswith(("add_", "set_condition")) else None
        cells = ["" if maker is None else _cell(coverage.count(name, maker)) for name in coverage.there]
        rows.append([f"[{escape.label(layer)}](#{layer.replace(' ', '-')})", *parts, *cells])
    return table(["layer", *KINDS.values(), *map(escape.inline, coverage.there)], rows)


def _sections(coverage: Coverage) -> Iterator[Section]:
    head = ["name", *map(escape.inline, coverage.there)]
    for layer, group in groupby(coverage.all_features(), lambda f: f.layer):
        rows = [[escape.code(f.name), *(_cell(coverage.count(name, f)) for name in coverage.there)] for f in group]
        yield Section(escape.inline(layer), table(head, rows))


def _cell(count: int | None) -> str:
    return "–" if count is None else str(count)


def _exception(exception: tuple[str, str, str], count: int) -> str:
    layer, name, why = exception
    return f"{escape.code(f'{layer}: {name}')}, {count} in all: {escape.inline(why)}"


def _whole(feature: Feature) -> str:
    return f"{feature.layer}: {feature.name}"
