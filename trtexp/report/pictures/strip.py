"""A strip chart: error by what is allowed of each tensor, from the first layer to the last."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence

from trtexp.records.blame import Found
from trtexp.report.pictures.svg import box, document, text

WIDTH, HEIGHT = 900, 180
LEFT, TOP = 46, 26
LOW, HIGH = -4.0, 4.0  # powers of ten that are shown; what is beyond stands at the end
COLOURS = {"guilty": "#cf222e", "wide": "#bf8700", "pass": "#0969da", "unjudged": "#818b98"}


def strip(found: Sequence[Found], title: str) -> str:
    """The SVG. Each tensor is a bar up to its ratio, on a scale of powers of ten; the line is the bound."""
    return document(WIDTH + LEFT + 10, HEIGHT + TOP + 34, title, _parts(found))


def _parts(found: Sequence[Found]) -> Iterator[str]:
    yield text(LEFT, 14, "error / bound of each tensor, in the order of the network", "dim")
    for power in range(int(LOW), int(HIGH) + 1, 2):
        y = _y(float(power))
        yield text(LEFT - 6, y + 4, f"1e{power}" if power else "bound", "dim", "end")
        yield box(LEFT, y, WIDTH, 1 if power else 1.5, "", "#818b98" if power == 0 else "#d1d9e0")
    step = WIDTH / max(1, len(found))
    for i, one in enumerate(found):
        top = _y(_power(one))
        yield box(LEFT + i * step, top, max(1.0, step * 0.8), TOP + HEIGHT - top, "", COLOURS[one.verdict])
    x = float(LEFT)
    for verdict, colour in COLOURS.items():
        yield box(x, TOP + HEIGHT + 14, 9, 9, "", colour)
        yield text(x + 13, TOP + HEIGHT + 22, verdict)
        x += 90


def _power(one: Found) -> float:
    """log10 of the ratio; infinite is beyond the end, none at the start."""
    if one.ratio is None:
        return HIGH
    return LOW if one.ratio <= 0 else min(HIGH, max(LOW, math.log10(one.ratio)))


def _y(power: float) -> float:
    return TOP + HEIGHT * (HIGH - power) / (HIGH - LOW)
