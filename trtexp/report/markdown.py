"""One experiment on one release as one page of Markdown."""

from __future__ import annotations

import re
import textwrap
from collections import Counter
from functools import lru_cache, partial
from pathlib import Path

import jinja2

from trtexp.errors import visible
from trtexp.files.paths import name_of
from trtexp.numerics.format import shape_text
from trtexp.records.model import CaseRecord, OutputRecord, ReleaseRecord, ReportRecord
from trtexp.report import escape, navigation, tensors
from trtexp.report.navigation import ALONE, Near
from trtexp.report.network import base_graph, shown_network
from trtexp.report.pictures.page import WINDOW, Pictures, pictures
from trtexp.report.table import table
from trtexp.report.wording.cases import beside_outputs, came, difference, headline, notes, symbol
from trtexp.report.wording.outputs import assumptions, deviation, errors, index_text, odd, sentences, worst
from trtexp.report.wording.values import options

MARKS = 20  # disagreeing elements that are named one by one
_DIFFERS = 40  # columns of the verdict table for what a case changes
_LABEL = re.compile(r"[A-Za-z][\w.-]*", re.ASCII)  # names that can stand as a link which is defined elsewhere

_PLACE = re.compile(r"^\d+: (\[[^\]]*\] )?")  # what begins a line of TensorRT's log


def render(report: ReportRecord, near: Near = ALONE, drawn: Pictures | None = None) -> str:
    """The page, to be written to `reports/<release>/<name>.md`. The same record gives the same bytes.

    near: the pages around it. drawn: the pictures of the report, if they have been made.
    """
    name = page_name(report.experiment)
    page = (
        environment()
        .get_template("page.md.j2")
        .render(
            report=report,
            release=report.release,
            navigation=navigation.line(name, near),
            pictures=partial(_picture, pictures(report) if drawn is None else drawn, name.rpartition("/")[2]),
            networks={case.name: shown_network(report, case.name) for case in report.cases},
            base=base_graph(report),
            facts=facts(report.release),
            options=options(report.build),
            verdicts=_verdicts(report),
            shared=_shared(report.cases),
            experiment=escape.link(report.experiment, up(report.experiment) + report.experiment),
            yaml=up(report.experiment) + report.experiment,
            links=_anchor_links(report),
            marks=MARKS,
        )
    )
    return page.rstrip("\n") + "\n"


def _picture(drawn: Pictures, folder: str, case: CaseRecord, output: OutputRecord | None = None) -> str:
    """The image of an output's heat map, or of a case's sliding window; nothing where there is none."""
    if output is None:
        said = "How the window meets the input, where it makes the first, the middle and the last element"
        return escape.image(said, f"{folder}/{WINDOW}") if drawn.window == case.name else ""
    name = drawn.outputs.get((case.name, output.name))
    return "" if name is None else escape.image(f"{output.name} as a heat map", f"{folder}/{name}")


@lru_cache(maxsize=1)
def environment() -> jinja2.Environment:
    """The templates of this room and the filters they use."""
    loader = jinja2.FileSystemLoader(Path(__file__).parent / "templates")
    made = jinja2.Environment(
        loader=loader, autoescape=False, trim_blocks=True, lstrip_blocks=True, undefined=jinja2.StrictUndefined
    )
    made.filters.update(
        address=escape.address,
        bullet=escape.bullet,
        block=lambda lines: escape.fence("\n".join(lines)),
        assumptions=assumptions,
        came=came,
        code=escape.code,
        code_tag=escape.code_tag,
        difference=difference,
        errors=errors,
        fence=escape.fence,
        inline=escape.inline,
        lines=lambda markdown: "\n".join(escape.wrap(markdown)),
        log=_log,
        marks_table=_marks_table,
        network_lines=tensors.network_lines,
        headline=headline,
        notes=notes,
        output_lines=tensors.output_lines,
        place=_place,
        problems=beside_outputs,
        prose=escape.prose,
        quote=lambda text: escape.prose(text, prefix="> "),
        strong=escape.strong,
        sentences=sentences,
        symbol=symbol,
    )
    return made


def page_name(experiment: str) -> str:
    """`experiments/layers/pooling.yaml` -> `layers/pooling`: where its reports stand below a release's folder."""
    return name_of(experiment)


def up(experiment: str) -> str:
    """The way from a report's folder to what its experiment's path begins at: `../../`."""
    return "../" * (2 + page_name(experiment).count("/"))


def facts(release: ReleaseRecord) -> str:
    """Which TensorRT answered and on what, in bold and in words."""
    name = release.name if release.backend == "reference" else f"{release.flavour} {release.version}"
    gpu = f" on {escape.inline(release.gpu)}" if release.gpu else ""
    capability = (
        f" (compute capability {escape.inline(release.compute_capability)})" if release.compute_capability else ""
    )
    return escape.strong(name) + gpu + capability


def case_anchors(report: ReportRecord) -> list[str]:
    """The anchors that GitHub gives to the headings of a page's cases, in their order."""
    return escape.anchors([report.title, *(case.name for case in report.cases)])[1:]


def _verdicts(report: ReportRecord) -> str:
    labels = _labels(report.cases)
    layer = _only_layer(report.cases)
    rows = [
        [
            f"[{case.name}]" if case.name in labels else escape.link(case.name, f"#{anchor}"),
            _differs([difference(each, layer) for each in case.differs]),
            ", ".join(shape_text(output.shape) for output in case.outputs),
            f"{symbol(case)} {escape.inline(str(headline(case)))}",
            worst(case),
        ]
        for case, anchor in zip(report.cases, case_anchors(report), strict=True)
    ]
    return table(["case", "differs in", "output", "verdict", "error / bound"], rows, right="error / bound")


def _only_layer(cases: list[CaseRecord]) -> str | None:
    """`deconv`, if no case changes the attributes of any other layer: it need not be said in the table."""
    layers = {each.path[0] for case in cases for each in case.differs if len(each.path) > 1}
    return layers.pop() if len(layers) == 1 else None


def _anchor_links(report: ReportRecord) -> str:
    """The definitions of the table's links, which stand last so that the table is narrow as plain text."""
    labels = _labels(report.cases)
    anchors = zip(report.cases, case_anchors(report), strict=True)
    return "\n".join(f"[{case.name}]: #{anchor}" for case, anchor in anchors if case.name in labels)


def _labels(cases: list[CaseRecord]) -> set[str]:
    """The names that can be the label of a link; labels are the same in capitals."""
    counts = Counter(case.name.lower() for case in cases)
    return {case.name for case in cases if _LABEL.fullmatch(case.name) and counts[case.name.lower()] == 1}


def _differs(differs: list[str]) -> str:
    shown: list[str] = []
    for item in differs:
        text = item if len(item) <= _DIFFERS else item[: _DIFFERS - 1] + "…"
        if shown and sum(map(len, shown)) + len(text) > _DIFFERS:
            return ", ".join(map(escape.code, shown)) + f" and {len(differs) - len(shown)} more"
        shown.append(text)
    return ", ".join(map(escape.code, shown))


def _shared(cases: list[CaseRecord]) -> list[str]:
    """The assumptions that every output of the page rests on: they are said once."""
    lists = [assumptions(output) for case in cases for output in case.outputs]
    return [item for item in lists[0] if all(item in others for others in lists)] if lists else []


def _log(case: CaseRecord) -> list[str]:
    """TensorRT's lines, folded, without those that say no more than the case's message."""
    message = case.message.strip()
    new = [line for line in case.log if not message or not _same(line.text.strip(), message)]
    fold = partial(textwrap.wrap, width=escape.WIDTH, subsequent_indent="    ", break_on_hyphens=False)
    texts = (visible(f"{line.severity}: {line.text}") for line in new)
    return [part for text in texts for part in fold(text, break_long_words=False)]


def _same(line: str, message: str) -> bool:
    """Whether one says what the other does; TensorRT puts a number and the place in its source before a line."""
    return line in message or message in line or _PLACE.sub("", line) in message


def _marks_table(output: OutputRecord) -> str:
    head = ["element", "expected", "actual", "reference", "error", "odd one out"]
    rows = [
        [
            escape.code(index_text(mark.index)),
            *(escape.inline(text or "") for text in (mark.expected, mark.actual, mark.reference)),
            deviation(mark.off),
            odd(mark),
        ]
        for mark in output.marks[:MARKS]
    ]
    return table(head, rows)


def _place(case: CaseRecord, source: str) -> str:
    """Where the case stands in the YAML, as a link to the line. source: the way to it."""
    return escape.link(str(case.place), f"{source}#L{case.place.line}")
