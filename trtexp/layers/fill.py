"""add_fill. Source: NvInfer.h, IFillLayer and FillOperation."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import replace
from statistics import NormalDist
from typing import Annotated, ClassVar, Literal

import numpy as np

from trtexp.definition.network import DTYPE_OF_MEMBER
from trtexp.layers.base import Attributes, DataType, Dims, Kind, Layer
from trtexp.numerics import F64, Arithmetic, Bounded, dot_product, encode, exactly, held, known, wrapped

FillOperation = Annotated[Literal["LINSPACE", "RANDOM_UNIFORM", "RANDOM_NORMAL"], Kind("FillOperation")]
TYPES = {
    "LINSPACE": ("FLOAT", "INT32", "INT64"),
    "RANDOM_UNIFORM": ("FLOAT", "HALF"),
    "RANDOM_NORMAL": ("FLOAT", "HALF"),
}
SIGMAS = 7  # a normal number made of 32 random bits is never further from the mean


class FillAttributes(Attributes):
    """Attributes of a fill layer."""

    shape: Dims | None = None
    """The output's shape."""
    operation: FillOperation | None = None
    """Evenly spaced numbers, or random ones."""
    alpha: int | float | None = None
    """The first number, the smallest, or the mean. Default 0."""
    beta: int | float | None = None
    """The distance of two numbers, the largest, or the standard deviation. Default 1."""
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

    method: ClassVar[str] = "add_fill"
    interface: ClassVar[str] = "IFillLayer"
    most_inputs: ClassVar[int] = 3  # shape, alpha, beta
    aliases: ClassVar[Mapping[str, tuple[str, ...]]] = {"op": ("operation",), "output_type": ("to_type",)}

    shape: Dims
    """The output's shape."""
    op: FillOperation
    """Evenly spaced numbers, or random ones."""
    output_type: DataType | None = None
    """The output's type, 10.x on; 8.x takes that of alpha."""
    set: FillAttributes = FillAttributes()

    def output_shape(self, inputs: Sequence[Bounded]) -> list[int]:
        if inputs and inputs[0] is not None:
            return [int(n) for n in inputs[0].ref.reshape(-1)]
        return list(self.state()["shape"])

    def ends(self, inputs: Sequence[Bounded]) -> tuple[Bounded, Bounded]:
        """alpha and beta: the inputs, or the attributes."""
        if len(inputs) > 2:
            return inputs[1], inputs[2]
        state = self.state()
        given = (np.array(state.get("alpha", 0.0)), np.array([state.get("beta", 1.0)]))
        alpha, beta = (known(encode(v, "float32"), v.astype(np.float64)) for v in given)
        first, second = (replace(v, bound=v.slack, typical=v.slack) for v in (alpha, beta))  # a double, or a float
        return first, second

    def to(self, inputs: Sequence[Bounded]) -> str:
        """The output's type."""
        alpha = inputs[1] if len(inputs) > 1 else None
        member = self.state().get("to_type")
        if member is None:
            member = "INT32" if alpha is not None and alpha.dtype == "int32" else "FLOAT"
        return member

    def check_inputs(self, inputs: Sequence[Bounded], weights: Mapping[str, Bounded]) -> None:
        op, shape = self.state()["operation"], self.output_shape(inputs)
        if min(shape, default=0) < 0:
            self.refuse("shape", f"{shape} given; a shape has no negative number", "C1")
        given = [*inputs, None, None, None][1:3]
        if (given[0] is None) != (given[1] is None):
            self.refuse("set_input", "one of inputs 1 and 2 given; give both or none", "C2")
        if given[0] is not None and given[1] is not None:
            wanted = ((), (len(shape),) if op == "LINSPACE" else ())
            if (given[0].shape, given[1].shape) != wanted:
                found = f"{list(given[0].shape)} and {list(given[1].shape)}"
                self.refuse("set_input", f"{found} given; give {list(wanted[0])} and {list(wanted[1])}", "C2")
        elif op == "LINSPACE" and len(shape) != 1:
            self.refuse("shape", f"{shape} with one beta; set inputs 1 and 2 for rank {len(shape)}", "C3")
        if (member := self.to(inputs)) not in TYPES[op]:
            self.refuse("to_type", f"{member} given; {op} makes {', '.join(TYPES[op])}", "C4")
        alpha, beta = (float(v.ref.reshape(-1)[0]) if v.ref.size else 1.0 for v in self.ends(inputs))
        if op != "LINSPACE" and beta <= (alpha if op == "RANDOM_UNIFORM" else 0):
            self.refuse("beta", f"{beta:g} given; give more than {'alpha' if op == 'RANDOM_UNIFORM' else 0}", "C5")

    def evaluate(
        self, inputs: Sequence[Bounded], weights: Mapping[str, Bounded], arithmetic: Arithmetic
    ) -> tuple[Bounded, ...]:
        op, shape, dtype = self.state()["operation"], self.output_shape(inputs), DTYPE_OF_MEMBER[self.to(inputs)]
        alpha, beta = self.ends(inputs)
        if op != "LINSPACE":
            return (self.random(shape, float(alpha.ref), float(beta.ref.reshape(())), dtype),)
        places = np.stack([np.ones(shape), *np.indices(shape, dtype=np.float64)], axis=-1)
        if dtype != "float32":
            both = np.append(alpha.ref, beta.ref)
            whole = held(places.astype(both.dtype) @ both, dtype)
            return (exactly(wrapped(whole, dtype), dtype),)
        ref, bound = (np.append(getattr(alpha, name), getattr(beta, name)) for name in ("ref", "bound"))
        steps = replace(exactly(ref, dtype), bound=bound, typical=bound)
        return (dot_product(lambda x, w, _: x @ w, exactly(places, dtype), steps, None, arithmetic),)

    def random(self, shape: Sequence[int], alpha: float, beta: float, dtype: str) -> Bounded:
        """The quantiles in order; any number of the distribution is inside the bound."""
        count = math.prod(shape)
        shares = (np.arange(count) + 0.5) / max(count, 1)
        uniform = self.state()["operation"] == "RANDOM_UNIFORM"
        low, high = (alpha, beta) if uniform else (alpha - SIGMAS * beta, alpha + SIGMAS * beta)
        standard = NormalDist()
        ref: F64 = (
            alpha + (beta - alpha) * shares
            if uniform
            else alpha + beta * np.array([standard.inv_cdf(float(share)) for share in shares])
        ).reshape(shape)
        bound = np.maximum(high - ref, ref - low)
        return replace(exactly(ref, dtype), bound=bound, typical=bound, certified=np.zeros(ref.shape, bool))
