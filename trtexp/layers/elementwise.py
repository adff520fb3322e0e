"""add_elementwise. Source: NvInfer.h, IElementWiseLayer and ElementWiseOperation."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Annotated, ClassVar, Literal

import numpy as np

from trtexp.layers.base import Attributes, Kind, Layer, Tensor
from trtexp.numerics import F64, UNIT, Arithmetic, Bounded, jumping, pointwise

ElementWiseOperation = Annotated[
    Literal[
        "SUM", "PROD", "MAX", "MIN", "SUB", "DIV", "POW", "FLOOR_DIV", "AND", "OR", "XOR", "EQUAL", "GREATER", "LESS"
    ],
    Kind("ElementWiseOperation"),
]

#: operation -> the function of two tensors.
FUNCTIONS: dict[str, Callable[[F64, F64], np.ndarray]] = {
    "SUM": np.add,
    "PROD": np.multiply,
    "MAX": np.maximum,
    "MIN": np.minimum,
    "SUB": np.subtract,
    "DIV": np.divide,
    "POW": np.power,
    "FLOOR_DIV": lambda a, b: np.floor(a / b),
    "AND": np.logical_and,
    "OR": np.logical_or,
    "XOR": np.logical_xor,
    "EQUAL": np.equal,
    "GREATER": np.greater,
    "LESS": np.less,
}
LOGICAL = ("AND", "OR", "XOR")
COMPARING = ("EQUAL", "GREATER", "LESS")
ULPS = {"SUM": 0.5, "SUB": 0.5, "PROD": 0.5, "DIV": 1.0, "MAX": 0.0, "MIN": 0.0}


class ElementwiseAttributes(Attributes):
    """Attributes of an elementwise layer."""

    op: ElementWiseOperation | None = None
    """The operation."""


class Elementwise(Layer):
    """An operation on corresponding elements: two tensors of one rank, dimensions of 1 broadcast -> as numpy.

    Comparisons give bool. C1: the ranks are equal, and dimensions are equal or 1. C2: the dtypes are equal.
    C3: AND, OR and XOR take bool, all others take numbers.
    """

    method: ClassVar[str] = "add_elementwise"
    interface: ClassVar[str] = "IElementWiseLayer"
    most_inputs: ClassVar[int] = 2

    input1: Tensor
    input2: Tensor
    op: ElementWiseOperation
    """The operation."""
    set: ElementwiseAttributes = ElementwiseAttributes()

    def check_inputs(self, inputs: Sequence[Bounded], weights: Mapping[str, Bounded]) -> None:
        a, b, op = *inputs, self.state()["op"]
        same_rank = len(a.shape) == len(b.shape)
        if not same_rank or any(m != n and 1 not in (m, n) for m, n in zip(a.shape, b.shape, strict=True)):
            self.refuse(
                "input2", f"{list(b.shape)} beside {list(a.shape)}; give equal ranks, dimensions equal or 1", "C1"
            )
        if a.dtype != b.dtype:
            self.refuse("input2", f"{b.dtype} beside {a.dtype}; give one dtype", "C2")
        if (op in LOGICAL) != (a.dtype == "bool"):
            self.refuse("op", f"{op} of {a.dtype}; AND, OR and XOR take bool, all others numbers", "C3")

    def evaluate(
        self, inputs: Sequence[Bounded], weights: Mapping[str, Bounded], arithmetic: Arithmetic
    ) -> tuple[Bounded, ...]:
        op, dtype = self.state()["op"], inputs[0].dtype
        function = FUNCTIONS[op]
        if op in LOGICAL or op in COMPARING:
            return (jumping(function, inputs, "bool"),)
        if op == "FLOOR_DIV" or dtype not in UNIT:
            whole = function if op != "DIV" else lambda a, b: np.trunc(a / b)  # integers divide towards 0
            return (jumping(whole, inputs, dtype),)
        if op == "POW":
            return (pointwise(function, inputs, ulps=lambda x, y: 16 + 11 * np.abs(y * np.log(np.abs(x) + (x == 0)))),)
        return (pointwise(function, inputs, ulps=ULPS[op]),)
