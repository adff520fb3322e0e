"""trtexp explain"""

from __future__ import annotations

import re
import sys
import textwrap
from collections.abc import Iterator
from pathlib import Path

from trtexp.cli.commands.generated import up_to_date
from trtexp.cli.commands.layers import described, described_field, folded, print_line
from trtexp.cli.options import ExplainOptions
from trtexp.errors import BadUsage, NothingFound
from trtexp.files.atomic import write_text
from trtexp.files.program import program
from trtexp.files.reading import read_bytes
from trtexp.layers import LAYERS
from trtexp.report.terminal import Terminal
from trtexp.spec.errors import nearest
from trtexp.spec.fields import arguments, attributes, words
from trtexp.spec.reference import Entry, entries, found, page
from trtexp.spec.spoken import Meant, meant

_LABEL = re.compile(r"\[?([CN]\d+)\]?")


def explain(options: ExplainOptions) -> int:
    """Print what the reference has of a key, a layer, its attribute or its constraint; or keep the reference on a page.
    Raises BadUsage, NothingFound, OSError."""
    if options.write is not None:
        write_text(options.write, page(read_bytes(options.write).decode("utf-8")))
        return 0
    if options.check is not None:
        return _check(options.check)
    if not options.key:
        raise BadUsage(f"name a key, as in {program()} explain tolerance; outermost: {', '.join(_outermost())}")
    terminal = Terminal(sys.stdout)
    for line in explained(" ".join(options.key)):
        print_line(line, terminal)
    return 0


def explained(given: str) -> Iterator[str]:
    """The lines about what was given: a key of a file, a layer, `LAYER.ATTRIBUTE`, or `LAYER C1`. Raises NothingFound,
    BadUsage."""
    parts = re.split(r"[\s.]+", given.strip())
    *front, last = sorted(parts, key=lambda part: _LABEL.fullmatch(part) is not None)  # a label may stand first
    label = _LABEL.fullmatch(last)
    if label is not None:
        yield from _constraint(".".join(front), label[1])
    elif there := found(given):
        yield from _parted(_entry(entry) for entry in there)
    elif front and (layer := _layer(front)) is not None:
        yield from _attribute(layer.layer, last)
    elif not front and (layer := meant(given)) is not None:
        yield from () if str(layer) == given else (str(layer), "")
        yield from described(layer.layer)
    elif owners := [name for name in LAYERS if last in _fields(name)]:
        yield from _parted(_shared(last, owners))
    else:
        known = [*entries(), *LAYERS]
        raise NothingFound(f"nothing is known of {given!r}; {nearest(given, known)} (all layers: trtexp layers)")


def _check(path: Path) -> int:
    text = read_bytes(path).decode("utf-8")
    return up_to_date(path, page(text), f"trtexp explain --write {path}")


def _outermost() -> list[str]:
    return [path for path in entries() if "." not in path]


def _entry(entry: Entry) -> Iterator[str]:
    default = f"; left out: {entry.default}" if entry.default else ""
    yield from folded(f"{entry.path}: {entry.kind}{default}".replace("`", ""), "")
    yield from folded(entry.text, "  ")
    if entry.example:
        yield ""
        yield from textwrap.indent(entry.example.strip(), "    ").splitlines()


def _constraint(layer: str, label: str) -> Iterator[str]:
    """A constraint of a layer by its label. Raises BadUsage, NothingFound."""
    named = meant(layer) if layer else None
    if named is None:
        raise BadUsage(f"{label} of which layer? write {program()} explain LAYER {label}, as softmax C1")
    constraints = {one.partition(":")[0]: one for one in words(LAYERS[named.layer]).constraints}
    if label not in constraints:
        raise NothingFound(f"{named.layer} has no {label}; it has {', '.join(constraints) or 'none'}")
    yield from folded(f"{named.layer}: {constraints[label]}", "")
    yield from folded("It is refused with this label, unless check: false stands beside the layer.", "  ")


def _layer(parts: list[str]) -> Meant | None:
    """The layer that is named first in a path such as `convolution_nd.set`."""
    return meant(parts[0]) if parts[1:] in ([], ["set"]) else None


def _attribute(layer: str, name: str) -> Iterator[str]:
    """An argument or an attribute of a layer. Raises NothingFound."""
    owned = _fields(layer)
    if name not in owned:
        raise NothingFound(f"{layer} has no {name!r}; {nearest(name, owned)}")
    owner = owned[name]
    kind = "an attribute, below set:" if owner == LAYERS[layer].interface else "an argument"
    field = next(one for one in (*arguments(LAYERS[layer]), *attributes(LAYERS[layer])) if one.name == name)
    yield f"{layer}.{name}: {kind}"
    yield from described_field(field, owner)


def _shared(name: str, owners: list[str]) -> Iterator[Iterator[str]]:
    """What several layers say of an argument or attribute of one name, once where they say the same."""
    said: dict[tuple[str, ...], list[str]] = {}
    for layer in owners:
        _, *lines = _attribute(layer, name)
        said.setdefault(tuple(lines), []).append(layer)
    for text, layers in said.items():
        yield iter((*folded(f"{name} of {', '.join(layers)}", ""), *text))


def _fields(layer: str) -> dict[str, str]:
    """argument or attribute -> the method or the class that it belongs to."""
    model = LAYERS[layer]
    own = {field.name: model.interface for field in attributes(model)}
    return own | {field.name: model.method for field in arguments(model)}


def _parted(parts: Iterator[Iterator[str]]) -> Iterator[str]:
    """Several descriptions, an empty line between them."""
    for number, part in enumerate(parts):
        if number:
            yield ""
        yield from part
