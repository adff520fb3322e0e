"""add_dist_collective. Source: TensorRT operators reference, DistCollective."""

from __future__ import annotations

from typing import Annotated, Literal

import numpy as np

from trtexp.layers.base import Kind, Layer, Tensor
from trtexp.layers.reduce import ReduceOperation
from trtexp.numerics import UNIT, Arithmetic, Bounded, Family, dot_product, exactly, moved, pointwise, wrapped
from trtexp.numerics.budget import Work

CollectiveOperation = Annotated[
    Literal["ALL_REDUCE", "ALL_GATHER", "BROADCAST", "REDUCE", "REDUCE_SCATTER", "ALL_TO_ALL", "GATHER", "SCATTER"],
    Kind("CollectiveOperation"),
]
REDUCING = ("ALL_REDUCE", "REDUCE", "REDUCE_SCATTER")
ROOTED = ("BROADCAST", "REDUCE", "GATHER", "SCATTER")
OF_A_ROOT = ("float32", "float16", "int32", "bool")  # what RTX sends to a root, or from it
CUTTING = ("REDUCE_SCATTER", "SCATTER", "ALL_TO_ALL")


class DistCollective(Layer):
    """What `num_ranks` GPUs make of their tensors together, as their root, or rank 0, has it.

    The reference gives every rank the same x, since all run the same program: n, the number of ranks, decides the rest.
    x (d, ...) -> ALL_REDUCE, REDUCE, BROADCAST, ALL_TO_ALL: (d, ...); ALL_GATHER, GATHER: (n · d, ...);
    REDUCE_SCATTER, SCATTER: (d / n, ...). ALL_TO_ALL brings block 0 of every rank.
    C1: the reducing ones have a reduce_op, the others NONE. C2: BROADCAST, REDUCE, GATHER and SCATTER have a root from
    0 to n - 1, the others -1. C3: what is cut into blocks has d divisible by n. C4: groups name ranks, each once.
    C5: in RTX those with a root take float32, float16, int32 or bool (1.7.1).
    """

    method, interface = "add_dist_collective", "IDistCollectiveLayer"
    scaffold = """inputs: {x: {values: [1, 2, 3, 4]}}
        network: {y: {dist_collective: {input: x, dist_collective_op: REDUCE, reduce_op: SUM, root: 0, groups: []}}}"""

    input: Tensor
    dist_collective_op: CollectiveOperation
    """What the ranks do."""
    reduce_op: ReduceOperation
    """How they reduce, NONE where they do not."""
    root: int
    """The rank that sends or receives, -1 where there is none."""
    groups: list[int]
    """The ranks that take part; empty: all of them."""

    def check_inputs(self, x: Bounded, *, family: Family | None) -> None:
        op, ranks = self.dist_collective_op, self.ranks()
        if (op in REDUCING) != (self.reduce_op != "NONE"):
            self.refuse("reduce_op", f"{self.reduce_op} with {op}", "C1")
        if not (0 <= self.root < ranks if op in ROOTED else self.root == -1):
            self.refuse("root", f"{self.root} with {op} of {ranks} ranks", "C2")
        if op in CUTTING and (not x.shape or x.shape[0] % ranks):
            self.refuse("input", f"{list(x.shape)} given; {ranks} ranks do not divide its first axis", "C3")
        if op in ("ALL_GATHER", "GATHER") and not x.shape:
            self.refuse("input", "a scalar given; what is gathered is put together along its first axis", "C3")
        if len(set(self.groups)) != len(self.groups) or min(self.groups, default=0) < 0:
            self.refuse("groups", f"{self.groups} given; give ranks, each once", "C4")
        if family == "tensorrt-rtx" and op in ROOTED and x.dtype not in OF_A_ROOT:
            self.refuse("input", f"{op} of {x.dtype}; RTX has it of {', '.join(OF_A_ROOT)}", "C5")

    def ranks(self) -> int:
        """How many take part."""
        return len(self.groups) or self.final.num_ranks

    def work(self, x: Bounded) -> Work:
        return Work(self.ranks() * max(x.ref.size, 1))

    def evaluate(self, x: Bounded, *, arithmetic: Arithmetic) -> Bounded:
        op, n = self.dist_collective_op, self.ranks()
        x = self.reduced(x, n, arithmetic) if op in REDUCING else x
        if op in CUTTING:
            size, rank = x.shape[0] // n, max(self.root, 0)
            x = moved(lambda part: part[rank * size : (rank + 1) * size], x)
        return moved(lambda part: np.concatenate([part] * n), x) if op in ("ALL_TO_ALL", "ALL_GATHER", "GATHER") else x

    def reduced(self, x: Bounded, n: int, arithmetic: Arithmetic) -> Bounded:
        """n equal tensors, reduced."""
        if n == 1 or self.reduce_op in ("MAX", "MIN"):
            return x
        if self.reduce_op == "PROD":
            return pointwise(lambda v: np.stack([v] * n).prod(0), [x], n - 1)
        if x.dtype == "bool" or (x.dtype not in UNIT and self.reduce_op == "AVG"):
            return x
        if x.dtype not in UNIT:
            return exactly(wrapped(x.ref * n, x.dtype), x.dtype)
        weight = exactly(np.full((), 1.0 / n if self.reduce_op == "AVG" else 1.0), x.dtype)
        copies = moved(lambda part: np.stack([part] * n), x)
        return dot_product(lambda v, w, _: (v * w).sum(0), copies, weight, None, arithmetic)
