"""add_fill. Source: NvInfer.h, IFillLayer and FillOperation."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace
from typing import Annotated, Any, Literal

import numpy as np

from trtexp.definition.network import DTYPE_OF_MEMBER
from trtexp.definition.readback import ReadLayer, ReadTensor
from trtexp.layers.base import GIVEN, Attributes, DataType, Dims, Kind, Layer, Maybe, integers
from trtexp.numerics import F64, Arithmetic, Bounded, attribute, dot_product, exactly, held, library, moved, wrapped
from trtexp.numerics.budget import Work
from trtexp.numerics.linear import matmul

FillOperation = Annotated[Literal["LINSPACE", "RANDOM_UNIFORM", "RANDOM_NORMAL"], Kind("FillOperation")]
TYPES = {
    "LINSPACE": ("FLOAT", "INT32", "INT64"),
    "RANDOM_UNIFORM": ("FLOAT", "HALF"),
    "RANDOM_NORMAL": ("FLOAT", "HALF"),
}
SIGMAS = 7  # a normal number made of 32 random bits is never further from the mean


class FillAttributes(Attributes):
    """Attributes of a fill layer."""

    shape: Dims = GIVEN
    """The output's shape."""
    operation: FillOperation = GIVEN
    """Evenly spaced numbers, or random ones."""
    alpha: int | float = 0.0
    """The first number, the smallest, or the mean."""
    beta: int | float = 1.0
    """The distance of two numbers, the largest, or the standard deviation."""
    to_type: DataType | None = None
    """The output's type, 10.x on."""


class Fill(Layer):
    """A tensor of evenly spaced or of random numbers, shape `shape` or input 0.

    LINSPACE: alpha + beta[0] · i + beta[1] · j + …; RANDOM_UNIFORM: from alpha to beta; RANDOM_NORMAL: mean alpha,
    standard deviation beta. Inputs 1 and 2 give alpha () and beta () instead, for LINSPACE beta (rank,). The reference
    of random numbers are the quantiles of the distribution in order, so that the mean and the spread of a tensor can
    be compared, and the bound reaches over the whole distribution. C1: the shape has no negative number. C2: inputs 1
    and 2 are set both or not at all, with these ranks. C3: LINSPACE with attributes has rank 1. C4: LINSPACE makes
    FLOAT, INT32 or INT64, random numbers are FLOAT or HALF. C5: beta is above alpha (RANDOM_UNIFORM) or 0
    (RANDOM_NORMAL).
    """

    method, interface = "add_fill", "IFillLayer"
    operands = ("shape", "alpha", "beta")
    vectors = ("shape",)
    scaffold = """network: {y: {fill: {shape: [4], op: LINSPACE}, set: {alpha: 1.0, beta: 0.5}}}"""
    aliases = {"op": ("operation",), "output_type": ("to_type",)}

    shape: Dims
    op: FillOperation
    output_type: DataType | None = None
    """The output's type, 10.x on; 8.x takes that of alpha."""
    set: FillAttributes = FillAttributes()

    @classmethod
    def told(cls, read: ReadLayer, inputs: Sequence[ReadTensor | None]) -> dict[str, Any]:
        """The constructor wants a shape where input 0 gives it: one of the same rank."""
        rank = len(read.outputs[0].shape or ())
        return {"shape": (1,) * rank, **read.attributes}

    def output_shape(self, shape: Maybe) -> list[int]:
        return self.final.shape if shape is None else integers(shape)

    def ends(self, alpha: Maybe, beta: Maybe) -> tuple[Bounded, Bounded]:
        """alpha and beta: the inputs, or the attributes."""
        if alpha is not None and beta is not None:
            return alpha, beta
        ends = attribute(self.final.alpha), moved(np.atleast_1d, attribute(self.final.beta))
        first, second = (replace(v, bound=v.slack, typical=v.slack) for v in ends)  # a double, or a float
        return first, second

    def to(self, alpha: Maybe) -> str:
        """The output's type."""
        if self.final.to_type is not None:
            return self.final.to_type
        return "INT32" if alpha is not None and alpha.dtype == "int32" else "FLOAT"

    def check_inputs(self, shape: Maybe, alpha: Maybe, beta: Maybe) -> None:
        op, dims = self.final.operation, self.output_shape(shape)
        if min(dims, default=0) < 0:
            self.refuse("shape", f"{dims} given; a shape has no negative number", "C1")
        if (alpha is None) != (beta is None):
            self.refuse("set_input", "one of inputs 1 and 2 given; give both or none", "C2")
        if alpha is not None and beta is not None:
            wanted = ((), (len(dims),) if op == "LINSPACE" else ())
            if (alpha.shape, beta.shape) != wanted:
                found = f"{list(alpha.shape)} and {list(beta.shape)}"
                self.refuse("set_input", f"{found} given; give {list(wanted[0])} and {list(wanted[1])}", "C2")
        elif op == "LINSPACE" and len(dims) != 1:
            self.refuse("shape", f"{dims} with one beta; set inputs 1 and 2 for rank {len(dims)}", "C3")
        if (member := self.to(alpha)) not in TYPES[op]:
            self.refuse("to_type", f"{member} given; {op} makes {', '.join(TYPES[op])}", "C4")
        low, high = (float(v.ref.reshape(-1)[0]) if v.ref.size else 1.0 for v in self.ends(alpha, beta))
        if op != "LINSPACE" and high <= (low if op == "RANDOM_UNIFORM" else 0):
            self.refuse("beta", f"{high:g} given; give more than {'alpha' if op == 'RANDOM_UNIFORM' else 0}", "C5")

    def work(self, shape: Maybe, alpha: Maybe, beta: Maybe) -> Work:
        dims = self.output_shape(shape)
        count = math.prod(dims)
        return Work(count * (len(dims) + 3), count * (50 if self.final.operation == "RANDOM_NORMAL" else 1))

    def evaluate(self, shape: Maybe, alpha: Maybe, beta: Maybe, *, arithmetic: Arithmetic) -> Bounded:
        dims, dtype = self.output_shape(shape), DTYPE_OF_MEMBER[self.to(alpha)]
        first, second = self.ends(alpha, beta)
        if self.final.operation != "LINSPACE":
            return self.random(dims, float(first.ref), float(second.ref.reshape(())), dtype)
        places = np.stack([np.ones(dims), *np.indices(dims, dtype=np.float64)], axis=-1)
        if dtype != "float32":
            both = np.append(first.ref, second.ref)
            return exactly(wrapped(held((places.astype(both.dtype) * both).sum(-1), dtype), dtype), dtype)
        ref, bound, slack = (
            np.append(getattr(first, part), getattr(second, part)) for part in ("ref", "bound", "slack")
        )
        steps = replace(exactly(ref, dtype), bound=bound, typical=bound, slack=slack)
        return dot_product(lambda x, w, _: matmul(x, w), exactly(places, dtype), steps, None, arithmetic)

    def random(self, shape: Sequence[int], alpha: float, beta: float, dtype: str) -> Bounded:
        """The quantiles in order; any number of the distribution is inside the bound."""
        count = math.prod(shape)
        shares = (np.arange(count) + 0.5) / max(count, 1)
        uniform = self.final.operation == "RANDOM_UNIFORM"
        low, high = (alpha, beta) if uniform else (alpha - SIGMAS * beta, alpha + SIGMAS * beta)
        ref = (alpha + (beta - alpha) * shares if uniform else alpha + beta * quantiles(shares)).reshape(shape)
        bound = np.maximum(high - ref, ref - low)
        return replace(exactly(ref, dtype), bound=bound, typical=bound, certified=np.zeros(ref.shape, bool))


def quantiles(shares: F64) -> F64:
    """Those of the normal distribution, to 0.001 of it: between the shares that lie below multiples of 1 / 64."""
    places = np.arange(-64 * SIGMAS, 64 * SIGMAS + 1) / 64
    below = (1 + library.erf(places / np.sqrt(2))) / 2
    left = np.clip(np.searchsorted(below, shares) - 1, 0, len(places) - 2)
    made: F64 = places[left] + (shares - below[left]) / (below[left + 1] - below[left]) / 64
    return made
