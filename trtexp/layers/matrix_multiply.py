"""add_matrix_multiply. Source: NvInfer.h, IMatrixMultiplyLayer and MatrixOperation."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Annotated, ClassVar, Literal

import numpy as np

from trtexp.layers.base import Attributes, Kind, Layer, Tensor
from trtexp.numerics import Arithmetic, Bounded, dot_product, moved

MatrixOperation = Annotated[Literal["NONE", "TRANSPOSE", "VECTOR"], Kind("MatrixOperation")]


class MatrixMultiplyAttributes(Attributes):
    """Attributes of a matrix multiplication."""

    op0: MatrixOperation | None = None
    """What the first input holds: matrices, transposed matrices, or vectors."""
    op1: MatrixOperation | None = None
    """What the second input holds: matrices, transposed matrices, or vectors."""


class MatrixMultiply(Layer):
    """op0(input0) · op1(input1): (*batch, m, k) by (*batch, k, n) -> (*batch, m, n).

    TRANSPOSE takes (*batch, k, m), (*batch, n, k); VECTOR takes (*batch, k), and its dimension m or n is missing in the
    result. Batch dimensions of 1 broadcast. C1: a matrix has rank 2 or more, a vector 1 or more. C2: both have the same
    k. C3: both have as many batch dimensions, equal or 1. C4: both are float and of one dtype.
    """

    method: ClassVar[str] = "add_matrix_multiply"
    interface: ClassVar[str] = "IMatrixMultiplyLayer"
    most_inputs: ClassVar[int] = 2

    input0: Tensor
    op0: MatrixOperation
    """What the first input holds: matrices, transposed matrices, or vectors."""
    input1: Tensor
    op1: MatrixOperation
    """What the second input holds: matrices, transposed matrices, or vectors."""
    set: MatrixMultiplyAttributes = MatrixMultiplyAttributes()

    def check_inputs(self, inputs: Sequence[Bounded], weights: Mapping[str, Bounded]) -> None:
        state = self.state()
        for i, x in enumerate(inputs):
            least = 1 if state[f"op{i}"] == "VECTOR" else 2
            if len(x.shape) < least:
                self.refuse(f"input{i}", f"{list(x.shape)} given; {state[f'op{i}']} needs rank {least}", "C1")
        (*batch_a, _, k_a), (*batch_b, k_b, _) = (self.matrices(i, x).shape for i, x in enumerate(inputs))
        if k_a != k_b:
            self.refuse("input1", f"{k_b} rows meet {k_a} columns; give equal numbers", "C2")
        if len(batch_a) != len(batch_b) or any(
            m != n and 1 not in (m, n) for m, n in zip(batch_a, batch_b, strict=True)
        ):
            self.refuse("input1", f"batch {batch_b} beside {batch_a}; give as many dimensions, equal or 1", "C3")
        kinds = [x.dtype for x in inputs]
        if kinds[0] != kinds[1] or kinds[0] not in ("float32", "float16", "bfloat16"):
            self.refuse("input1", f"{kinds[1]} beside {kinds[0]}; give one float dtype", "C4")

    def matrices(self, index: int, x: Bounded) -> Bounded:
        """Input 0 as (*batch, m, k), input 1 as (*batch, k, n); a vector is a row, and a column on the right."""
        op = self.state()[f"op{index}"]
        if op == "VECTOR":
            return moved(lambda part: np.expand_dims(part, -2 if index == 0 else -1), x)
        return moved(lambda part: np.swapaxes(part, -1, -2), x) if op == "TRANSPOSE" else x

    def evaluate(
        self, inputs: Sequence[Bounded], weights: Mapping[str, Bounded], arithmetic: Arithmetic
    ) -> tuple[Bounded, ...]:
        a, b = (self.matrices(i, x) for i, x in enumerate(inputs))
        lost = tuple(axis for axis, op in ((-2, "op0"), (-1, "op1")) if self.state()[op] == "VECTOR")
        return (dot_product(lambda x, w, _: np.matmul(x, w).squeeze(lost), a, b, None, arithmetic),)
