"""How a tensor without literals was made, as plain data: a generator of the YAML with what it was given."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Union


@dataclass(frozen=True)
class Recipe:
    """value: what a generator of one value was given, `full: 1`; arguments: of all others, `arange: {start: 1}`.

    An operand is another recipe, or the name of a tensor. `values` stands for literals, which are not repeated here.
    NaN and infinities are spelled as JSON text, `NaN`.
    """

    generator: str
    value: Operand | None = None
    arguments: dict[str, Operand] = field(default_factory=dict)


Scalar = Union[bool, int, float, str, Recipe]
Operand = Union[bool, int, float, str, Recipe, list[Scalar]]
