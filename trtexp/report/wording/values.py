"""Tensors and build options in words: how a tensor was made, what a large one holds, what the builder was told."""

from __future__ import annotations

from collections.abc import Sequence

from trtexp.errors import plural
from trtexp.numerics.format import rounded
from trtexp.numerics.recipe import Operand, Recipe
from trtexp.records.facts import BuildRecord, Number
from trtexp.records.tensors import Summary


def recipe(found: Recipe) -> str:
    """A generator as it is written, without braces: `arange start 1`."""
    if found.generator == "values":
        return "values"
    given = [f"{name} {_operand(value)}" for name, value in found.arguments.items()]
    if found.value is not None:
        given = [_operand(found.value)]
    return f"{found.generator} {', '.join(given)}".rstrip()


def _operand(value: Operand) -> str:
    if isinstance(value, Recipe):
        return f"({recipe(value)})"
    if isinstance(value, list):
        return f"[{', '.join(map(_operand, value))}]"
    return f"{value:g}" if isinstance(value, float) else str(value)


def summary(found: Summary) -> str:
    """A tensor that is too large to be shown."""
    digest = "" if found.sha256 is None else f", sha256 {found.sha256}"
    extremes = f"{_extreme(found.smallest)} to {_extreme(found.largest)}"
    return f"{plural(found.elements, 'element')} from {extremes}{digest}"


def _extreme(value: Number) -> str:
    return rounded(value, 9) if isinstance(value, str) else f"{value:.9g}"


def refused(layer: str, message: str) -> str:
    """What trtexp's own model says against a layer."""
    return f"trtexp's own model refuses {layer}: {message}"


def parsed(models: Sequence[str], known: bool) -> str:
    """What an ONNX model means for the reference. known: whether there is one."""
    if known:
        return f"the reference is that of the layers which TensorRT's parser makes of {', '.join(models)}"
    return f"no reference: TensorRT parses {', '.join(models)}, and only what is expected counts"


def options(build: BuildRecord | None) -> list[str]:
    """What the builder was told; what is not named is TensorRT's default."""
    if build is None:
        return []
    said = [f"{name} {'on' if on else 'off'}" for name, on in sorted(build.flags.items())]
    if build.tactic_sources == ["internal"]:
        said.append("external tactic sources off")
    elif build.tactic_sources is not None:
        said.append(f"tactic sources {', '.join(build.tactic_sources) or 'none'}")
    said.append("first tactics" if build.tactics == "repeatable" else "tactics by timing")
    level = build.optimization_level
    said.append(f"optimization level {'default' if level is None else level}")
    said.append("workspace default" if build.workspace is None else f"workspace {build.workspace} bytes")
    return [*said, "strongly typed"] if build.strongly_typed else said
