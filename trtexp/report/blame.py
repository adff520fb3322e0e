"""The page of a blame: who is guilty, the network around them, how far every layer is off, who overflows."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from trtexp.errors import plural
from trtexp.numerics.format import rounded, shape_text
from trtexp.records.blame import Blame, Found, Look
from trtexp.report.escape import bullet, code, fence, image, inline, link
from trtexp.report.mermaid import graph
from trtexp.report.pictures.strip import strip
from trtexp.report.table import table
from trtexp.report.wording.blame import ODD_COLUMNS, ODD_TITLE, diagnosis, firsts, headline, look_line, named, offence

MOST = 20  # rows of a table


def lines(made: Blame) -> Iterator[str]:
    """What the terminal shows."""
    yield headline(made)
    yield from (f"  {text}" for text in firsts(made))
    guilty = made.guilty
    for look, found in guilty[1:MOST]:
        yield f"  also {named(found)} ({look.way}): {offence(found)}"
    if len(guilty) > MOST:
        yield f"  and {len(guilty) - MOST} more"
    yield from (f"  {look_line(look)}" for look in made.looks)
    if told := diagnosis(made):
        yield f"  {told}"
    yield from (f"  not looked at: {text}" for text in made.lost)


def page(made: Blame, stem: str) -> str:
    """Markdown. stem: the name of the pictures, `STEM.WAY.svg`."""
    return "\n\n".join(_parts(made, stem)) + "\n"


def chart_names(made: Blame, stem: str) -> list[str]:
    """The files that `charts` makes."""
    return [_chart(look, stem) for look in made.looks]


def charts(made: Blame, stem: str) -> dict[str, str]:
    """The strip chart of each way of looking, by the file's name."""
    return {
        _chart(look, stem): strip(look.found, f"{made.title} on {made.device}: {look_line(look)}")
        for look in made.looks
    }


def _chart(look: Look, stem: str) -> str:
    return f"{stem}.{look.way}.svg"


def _parts(made: Blame, stem: str) -> Iterator[str]:
    yield f"# Blame: {inline(made.title)} on {inline(made.device)}"
    yield inline(headline(made)) + "."
    told = [*firsts(made), *([diagnosis(made)] if diagnosis(made) else []), *(f"not looked at: {t}" for t in made.lost)]
    if told:
        yield "\n".join(bullet(text) for text in told)
    for look in made.looks:
        yield f"## {inline(look_line(look))}"
        yield image(look_line(look), _chart(look, stem))
    if guilty := made.guilty:
        yield "## Guilty"
        yield _table([found for _, found in guilty[:MOST]])
    for near in made.near:
        found = next(found for _, found in guilty if found.tensor == near.tensor)
        yield f"### {inline(named(found))}"
        yield inline(offence(found)) + "."
        yield fence(graph(near.layers, [near.tensor]), "mermaid")
        if near.experiment:
            yield f"As an experiment of its own: {link(near.experiment, near.experiment)}."
    odd = [found for look in made.looks for found in look.found if found.odd]
    if odd:
        yield f"## {ODD_TITLE}"
        yield table(
            ODD_COLUMNS,
            [[code(f.model), str(f.nan), str(f.infinite), str(f.flushed), str(f.elements)] for f in odd[:MOST]],
        )
    for look in made.looks:
        worst = sorted(look.found, key=lambda f: -(f.ratio if f.ratio is not None else 1e300))[:MOST]
        if worst:
            yield f"## The {plural(len(worst), 'tensor')} nearest to the bound, {look.way}"
            yield _table(worst)


def _table(found: Sequence[Found]) -> str:
    head = ["tensor", "layer", "shape", "verdict", "error / bound", "impact", "own error", "inherited"]
    rows = [
        [
            code(each.model),
            each.kind,
            shape_text(each.shape),
            each.verdict,
            _number(each.ratio),
            _number(each.impact),
            _number(each.own),
            _number(each.inherited),
        ]
        for each in found
    ]
    return table(head, rows)


def _number(value: float | None) -> str:
    return "" if value is None else rounded(value, 2)
