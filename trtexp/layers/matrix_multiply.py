"""add_matrix_multiply. Source: NvInfer.h, IMatrixMultiplyLayer and MatrixOperation."""

from __future__ import annotations

import math
from typing import Annotated, Literal

import numpy as np

from trtexp.layers.base import GIVEN, Attributes, Kind, Layer, Tensor
from trtexp.numerics import MOST, Arithmetic, Bounded, Plenty, dot_product, moved, product
from trtexp.numerics.budget import OF_MATRICES, Work
from trtexp.numerics.linear import matmul

MatrixOperation = Annotated[Literal["NONE", "TRANSPOSE", "VECTOR"], Kind("MatrixOperation")]


class MatrixMultiplyAttributes(Attributes):
    """Attributes of a matrix multiplication."""

    op0: MatrixOperation = GIVEN
    """What the first input holds: matrices, transposed matrices, or vectors."""
    op1: MatrixOperation = GIVEN
    """What the second input holds: matrices, transposed matrices, or vectors."""


class MatrixMultiply(Layer):
    """op0(input0) · op1(input1): (*batch, m, k) by (*batch, k, n) -> (*batch, m, n).

    TRANSPOSE takes (*batch, k, m), (*batch, n, k); VECTOR takes (*batch, k), and its dimension m or n is missing in the
    result. Batch dimensions of 1 broadcast. C1: a matrix has rank 2 or more, a vector 1 or more. C2: both have the same
    k. C3: both have as many batch dimensions, equal or 1. C4: both are float and of one dtype.
    """

    method, interface = "add_matrix_multiply", "IMatrixMultiplyLayer"
    scaffold = """
        inputs: {a: {shape: [2, 3], arange: {start: 1}}, b: {shape: [3, 2], powers: {base: 10, first: 0, last: 5}}}
        network: {y: {matrix_multiply: {input0: a, op0: NONE, input1: b, op1: NONE}}}"""

    input0: Tensor
    op0: MatrixOperation
    input1: Tensor
    op1: MatrixOperation
    set: MatrixMultiplyAttributes = MatrixMultiplyAttributes()

    def check_inputs(self, a: Bounded, b: Bounded) -> None:
        for name, op, x in (("input0", self.final.op0, a), ("input1", self.final.op1, b)):
            least = 1 if op == "VECTOR" else 2
            if len(x.shape) < least:
                self.refuse(name, f"{list(x.shape)} given; {op} needs rank {least}", "C1")
        (*batch_a, _, k_a), (*batch_b, k_b, _) = (x.shape for x in self.matrices(a, b))
        if k_a != k_b:
            self.refuse("input1", f"{k_b} rows meet {k_a} columns; give equal numbers", "C2")
        if len(batch_a) != len(batch_b) or any(
            m != n and 1 not in (m, n) for m, n in zip(batch_a, batch_b, strict=True)
        ):
            self.refuse("input1", f"batch {batch_b} beside {batch_a}; give as many dimensions, equal or 1", "C3")
        if a.dtype != b.dtype or a.dtype not in ("float32", "float16", "bfloat16"):
            self.refuse("input1", f"{b.dtype} beside {a.dtype}; give one float dtype", "C4")

    def matrices(self, a: Bounded, b: Bounded) -> tuple[Bounded, Bounded]:
        """Input 0 as (*batch, m, k), input 1 as (*batch, k, n)."""
        return matrix(a, self.final.op0, -2), matrix(b, self.final.op1, -1)

    def work(self, a: Bounded, b: Bounded) -> Work:
        (*batch_a, m, k), (*batch_b, _, n) = (x.shape for x in self.matrices(a, b))
        made = math.prod(map(max, batch_a, batch_b)) * m * n
        return Work(made, made * k // OF_MATRICES)

    def evaluate(self, a: Bounded, b: Bounded, *, arithmetic: Arithmetic) -> Bounded:
        lost = tuple(axis for axis, op in ((-2, self.final.op0), (-1, self.final.op1)) if op == "VECTOR")
        x, w = self.matrices(a, b)
        terms = x.shape[-1]
        many = self.work(a, b).products * OF_MATRICES > MOST
        plenty = Plenty(lambda m, n, _: product(m, n).squeeze(lost), terms) if many else None
        return dot_product(
            lambda m, n, _: matmul(m, n).squeeze(lost), x, w, None, arithmetic, runs=(1, terms), plenty=plenty
        )


def matrix(x: Bounded, op: MatrixOperation, axis: int) -> Bounded:
    """A tensor as matrices; a vector gets an axis of 1 there."""
    if op == "VECTOR":
        return moved(lambda part: np.expand_dims(part, axis), x)
    return x.transposed if op == "TRANSPOSE" else x
