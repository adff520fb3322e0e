"""trtexp layers"""

from __future__ import annotations

import re
import sys
import textwrap
from collections.abc import Iterable, Iterator, Sequence

from trtexp.cli.options import LayersOptions
from trtexp.errors import BadUsage
from trtexp.files.program import program
from trtexp.layers import LAYERS
from trtexp.layers.base import Layer
from trtexp.migration.releases.api import Release, known
from trtexp.report.terminal import Terminal
from trtexp.spec.fields import Field, arguments, attributes, words
from trtexp.spec.spoken import Meant, meant, no_layer


def show(options: LayersOptions) -> int:
    """Print the table of layers, or all that is known of one. Raises BadUsage."""
    if options.layer is None:
        _table()
        return 0
    found, terminal = understood(options.layer), Terminal(sys.stdout)
    if str(found) != options.layer:
        terminal.header([f"{options.layer}: `{found}`", ""])
    for line in described(found.layer):
        print_line(line, terminal)
    return 0


def understood(name: str) -> Meant:
    """The layer that a name means, TensorRT's own or one from elsewhere. Raises BadUsage."""
    found = meant(name)
    if found is None:
        raise BadUsage(no_layer(name))
    return found


def _table() -> None:
    first, terminal = max(map(len, LAYERS)), Terminal(sys.stdout)
    for name, layer in LAYERS.items():
        about = words(layer).about.partition(": ")[0].rstrip(".")
        terminal.entry(name, about + _not_in(_api_name(layer)), "cyan", first + 2)


def print_line(line: str, terminal: Terminal) -> None:
    """A title in bold; the name of a field or of what is said of a layer before its colon in colour."""
    name, colon, rest = line.partition(": ")
    indent = len(line) - len(line.lstrip(" "))
    if indent <= 2 and re.fullmatch(r" *\w+", name) and colon:
        terminal.pieces([(name, "cyan" if indent else "bold"), (colon + rest, "")], indent + 4)
    else:
        terminal.line(line, "" if indent else "bold")


def described(name: str) -> Iterator[str]:
    """All that is known of a layer of the table, as lines."""
    layer = LAYERS[name]
    about, constraints = words(layer)
    where = "" if layer.owner is None else f" of {layer.owner}"
    yield f"{name}: {layer.method}{where}, {layer.interface}{_not_in(_api_name(layer))}"
    yield from folded(about, "  ")
    for title, fields, owner in (
        ("arguments", arguments(layer), layer.method),
        ("set (attributes)", attributes(layer), layer.interface),
    ):
        if fields:
            yield from ("", title)
        yield from (line for field in fields for line in described_field(field, owner))
    yield from ("", f"inputs: up to {layer.most_inputs()}, further ones by set_input: {{index: tensor}}")
    yield f"outputs: {', '.join(f'{name}.{end}' if end else name for end in layer.output_names) or 'none'}"
    if constraints:
        yield from ("", "constraints, refused with these labels unless check: false")
    yield from (line for one in constraints for line in folded(one, "  "))
    yield from ("", f"an experiment to start from: {program()} new {name}")


def described_field(field: Field, owner: str) -> Iterator[str]:
    """A field as lines. owner: the class whose attribute it is, or the method whose argument."""
    must = "" if field.required or owner.startswith("I") else ", may be left out"
    missing = _not_in(f"{owner}.{field.name}") if owner.startswith("I") else ""
    yield f"  {field.name}: {field.kind}{must}{missing}"
    if field.text:
        yield from folded(field.text, "      ")
    if field.members:
        said = [f"{member}{_not_in(f'{field.kind}.{member}')}" for member in field.members]
        yield from folded(", ".join(said), "      ")


def _api_name(layer: type[Layer]) -> str:
    """The layer's method as the API has it: of the network, or of a loop or a conditional."""
    owners = {"loop": "ILoop", "conditional": "IIfConditional"}
    return layer.method if layer.owner is None else f"{owners[layer.owner]}.{layer.method}"


def _not_in(name: str) -> str:
    """` (not in 8.5.3.1)` for the releases that lack a name; nothing where none knows it, since it is ours then."""
    lacking = [release for release in known() if not release.has(name)]
    if not lacking or len(lacking) == len(known()):
        return ""
    return f" (not in {', '.join(_short(lacking))})"


def _short(releases: Iterable[Release]) -> Sequence[str]:
    return [release.name.removeprefix("tensorrt-") for release in releases]


def folded(text: str, prefix: str) -> list[str]:
    """A text in lines that all begin with the prefix."""
    return textwrap.wrap(
        text, Terminal(sys.stdout).prose, initial_indent=prefix, subsequent_indent=prefix, break_on_hyphens=False
    )
