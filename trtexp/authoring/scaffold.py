"""An experiment to start from: a small network of one layer, what else may be set, and a first case that passes."""

from __future__ import annotations

import inspect
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import numpy as np

from trtexp.layers import LAYERS
from trtexp.numerics import UNIT, Bounded
from trtexp.numerics.format import nested, number
from trtexp.spec.errors import SpecError
from trtexp.spec.fields import Field, arguments, attributes, words
from trtexp.spec.flow import WIDTH, flow, lines
from trtexp.spec.load import read
from trtexp.spec.source import SPECIAL
from trtexp.spec.spoken import Meant
from trtexp.spec.tree import parse, plain

MOST = 64  # elements of an output whose values are written out
ABOUT = "What the layer makes of it, by the reference; say here what is to be seen."


def start(wanted: Meant, schema: str) -> str:
    """The text of an experiment on a layer. schema: the path of the JSON Schema, as editors are told.

    The argument that is wanted takes the place of the scaffold's own, unless the scaffold's inputs are not for it.
    """
    layer, entry = wanted.layer, scaffold(wanted.layer)
    try:
        return _text(layer, _with(entry, wanted), schema)
    except SpecError:
        return _text(layer, entry, schema)


def _with(entry: dict[str, Any], wanted: Meant) -> dict[str, Any]:
    """A scaffold whose layer has the argument that is wanted."""
    argument = plain(parse(wanted.argument, "argument")) if wanted.argument else {}
    network = {
        name: {**parts, wanted.layer: {**parts[wanted.layer], **argument}} if wanted.layer in parts else parts
        for name, parts in entry["network"].items()
    }
    return {**entry, "network": network}


def _text(layer: str, entry: dict[str, Any], schema: str) -> str:
    """The experiment on a layer that a scaffold is the start of. Raises SpecError where the scaffold is not valid."""
    text = _head(layer, schema) + "".join(_network(layer, entry))
    case = read(Path("start.yaml"), data=text.encode()).experiment().cases[0]
    tensors = case.evaluation().tensors
    expected = [line for name in case.definition.outputs if name in tensors for line in _expected(name, tensors[name])]
    expect = ["    expect:", *expected] if expected else []
    return "\n".join([text.rstrip(), "", "cases:", "  first:", f"    about: {ABOUT}", *expect]) + "\n"


def scaffold(layer: str) -> dict[str, Any]:
    """The layer's own small network as plain data: the keys of an experiment."""
    text = inspect.cleandoc(LAYERS[layer].scaffold).replace("$layer", layer)
    found = plain(parse(text, f"the scaffold of {layer}"))
    assert isinstance(found, dict)
    return found


def _head(layer: str, schema: str) -> str:
    model = LAYERS[layer]
    about = "\n".join(_folded(words(model).about, "  "))
    title = layer.replace("_", " ").capitalize()
    return (
        f"# yaml-language-server: $schema={schema}\ntitle: {title}\nabout: |\n{about}\n"
        f"source: TensorRT operators reference, {model.interface}\n"
    )


def _network(layer: str, entry: dict[str, Any]) -> Iterator[str]:
    for group in ("inputs", "weights"):
        if group in entry:
            yield f"\n{group}:\n" + "".join(lines(entry[group], "  "))
    yield "\nnetwork:\n"
    for name, parts in entry["network"].items():
        yield f"  {name}:\n" + "".join(lines(parts, "    "))
        if layer in parts:
            more = [field for field in arguments(LAYERS[layer]) if field.name not in parts[layer]]
            yield "".join(_comments(f"{layer} may have, too:", more))
            other = [field for field in attributes(LAYERS[layer]) if field.name not in parts.get("set", {})]
            yield "".join(
                _comments(
                    "set may assign, too:" if "set" in parts else "set, which is left out here, may assign:", other
                )
            )
    if "build" in entry:
        yield f"\nbuild: {flow(entry['build'])}\n"


def _comments(title: str, fields: Iterable[Field]) -> Iterator[str]:
    for i, field in enumerate(fields):
        if not i:
            yield f"    # {title}\n"
        what = ", ".join(field.members) or field.kind
        lines = _folded(f"{field.name}: {what}. {field.text}".strip(), "    #   ")
        yield "\n".join([lines[0], *(line.replace("#   ", "#     ", 1) for line in lines[1:])]) + "\n"


def _folded(text: str, prefix: str) -> list[str]:
    import textwrap

    return textwrap.wrap(text, WIDTH, initial_indent=prefix, subsequent_indent=prefix, break_on_hyphens=False)


def _expected(name: str, tensor: Bounded) -> Iterator[str]:
    """The lines of one output: its shape, and its values if they are few."""
    yield f"      {flow(name)}:"
    yield f"        shape: {flow(list(tensor.shape))}"
    values = _rows(tensor.ref, tensor.dtype) if tensor.ref.size <= MOST else ""
    if values and max(map(len, values.splitlines())) <= WIDTH:
        apart = "\n" if "\n" in values else f"\n{' ' * 10}" if len(values) > 90 else " "
        yield f"        values:{apart}{values}"
        yield "        from: derived"


def _rows(values: np.ndarray, dtype: str) -> str:
    """Nested lists; on a line if there is room, else a line a row."""
    texts = [_number(value, dtype) for value in values.reshape(-1)]
    line = _joined(nested(texts, values.shape), ", ")
    if len(line) < 90 or values.ndim < 2:
        return line
    size = max(map(len, texts))
    rows = _joined(nested([text.rjust(size) for text in texts], values.shape), ",\n")
    return "\n".join(f"          {' ' * max(0, values.ndim - 1 - _opened(row))}{row}" for row in rows.split("\n"))


def _opened(row: str) -> int:
    return len(row) - len(row.lstrip("[")) - 1


def _joined(rows: Any, between: str) -> str:
    """Nested lists as YAML; the innermost stand on one line."""
    if isinstance(rows, str):
        return rows
    inner = ", " if not rows or isinstance(rows[0], str) else between
    return f"[{inner.join(_joined(row, between) for row in rows)}]"


def _number(value: Any, dtype: str) -> str:
    if dtype == "bool":
        return "true" if value else "false"
    if dtype not in UNIT:
        return str(int(value))
    return SPECIAL.get(number(float(value)), f"{float(value):.9g}")
