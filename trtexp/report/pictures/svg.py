"""The pieces of an SVG: text in the colour of the page, lines, boxes, images. Lengths are in pixels."""

from __future__ import annotations

from collections.abc import Iterable
from html import escape

from trtexp.errors import visible

CHARACTER = 6.7  # the width of a character, at the size of the text
LINE = 15  # from one line of text to the next

_STYLE = (
    "text{font:11px ui-monospace,SFMono-Regular,Menlo,Consolas,monospace;fill:#1f2328}"
    ".dim{fill:#59636e}.strong{font-weight:600}.mid{text-anchor:middle}"
    ".cell{fill:none;stroke:#818b98}.frame{fill:none;stroke:#59636e}"
    ".outside{fill:none;stroke:#d1d9e0;stroke-dasharray:2 2}"
    ".tap{fill:#0969da;fill-opacity:.16}.window{fill:none;stroke:#0969da;stroke-width:2}"
    ".halo{fill:none;stroke:#fff;stroke-width:4}.ring{fill:none;stroke:#000;stroke-width:1.5}"
    "image{image-rendering:pixelated}"
    "@media(prefers-color-scheme:dark){text{fill:#f0f6fc}.dim{fill:#9198a1}"
    ".outside{stroke:#3d444d}.frame{stroke:#9198a1}"
    ".tap{fill:#4493f8;fill-opacity:.28}.window{stroke:#4493f8}}"
)


def document(width: float, height: float, title: str, parts: Iterable[str]) -> str:
    """title: what a reader hears who cannot see the picture."""
    size = f'width="{length(width)}" height="{length(height)}" viewBox="0 0 {length(width)} {length(height)}"'
    head = f'<svg xmlns="http://www.w3.org/2000/svg" {size} role="img">'
    return "\n".join([head, f"<title>{_safe(title)}</title>", f"<style>{_STYLE}</style>", *parts, "</svg>\n"])


def text(x: float, y: float, shown: str, of: str = "", anchor: str = "start") -> str:
    """Text whose baseline is at y. anchor: which end of it is at x, `start`, `middle` or `end`."""
    more = "" if anchor == "start" else f' text-anchor="{anchor}"'
    return f'<text x="{length(x)}" y="{length(y)}"{_class(of)}{more}>{_safe(shown)}</text>'


def box(x: float, y: float, width: float, height: float, of: str = "", fill: str = "") -> str:
    filled = f' fill="{fill}"' if fill else ""
    place = f'x="{length(x)}" y="{length(y)}" width="{length(width)}" height="{length(height)}"'
    return f"<rect {place}{_class(of)}{filled}/>"


def ring(x: float, y: float, radius: float) -> str:
    """A circle that is seen on any colour."""
    place = f'cx="{length(x)}" cy="{length(y)}" r="{length(radius)}"'
    return f'<circle {place} class="halo"/><circle {place} class="ring"/>'


def image(x: float, y: float, width: float, height: float, uri: str) -> str:
    """An image that is stretched without smoothing."""
    place = f'x="{length(x)}" y="{length(y)}" width="{length(width)}" height="{length(height)}"'
    return f'<image {place} preserveAspectRatio="none" href="{uri}"/>'


def cells(x: float, y: float, places: Iterable[tuple[int, int]], width: float, height: float, of: str) -> str:
    """Boxes at (row, column) of a raster that begins at x, y."""
    down, across, back = length(height), length(width), length(-width)
    starts = (f"M{length(x + column * width)} {length(y + row * height)}" for row, column in places)
    return f'<path d="{"".join(f"{start}h{across}v{down}h{back}z" for start in starts)}"{_class(of)}/>'


def raster(rows: int, columns: int, width: float, height: float, of: str) -> str:
    """The lines around and between cells, from the origin."""
    across, down = length(columns * width), length(rows * height)
    level = "".join(f"M0 {length(i * height)}h{across}" for i in range(rows + 1))
    upright = "".join(f"M{length(i * width)} 0v{down}" for i in range(columns + 1))
    return f'<path d="{level}{upright}"{_class(of)}/>'


def defined(name: str, parts: Iterable[str]) -> str:
    """Something that is drawn wherever it is `used`."""
    return "\n".join([f'<defs><g id="{name}">', *parts, "</g></defs>"])


def used(name: str, x: float, y: float) -> str:
    return f'<use href="#{name}" x="{length(x)}" y="{length(y)}"/>'


def length(value: float) -> str:
    """A length to a tenth of a pixel."""
    return f"{value:.1f}".removesuffix(".0")


def _class(of: str) -> str:
    return f' class="{of}"' if of else ""


def _safe(shown: str) -> str:
    return escape(visible(shown), quote=True)
