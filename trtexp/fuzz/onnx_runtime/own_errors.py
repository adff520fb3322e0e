"""What ONNX Runtime is off by beside the bound of a reference."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from trtexp.numerics import UNIT, Bounded


@dataclass(frozen=True)
class OwnError:
    """What ONNX Runtime's kernel of an operator is off by, whatever the input: absolute, for float32."""

    largest: float
    why: str


#: Operators whose kernel is further off than the bound of a legal float32 computation.
OWN_ERRORS = {
    "Sigmoid": OwnError(3 * UNIT["float32"], "a quotient of polynomials, with the argument cut at ±18"),
}


def widened(reference: Bounded, operator: str) -> Bounded:
    """The reference with both bounds. ONNX Runtime computes half in float32, and rounds more often than a device may:
    such outputs may be off by a unit in the last place more."""
    own = np.zeros(reference.shape)
    if reference.dtype == "float16":
        own += 2 * UNIT["float16"] * np.nan_to_num(np.abs(reference.ref), posinf=0.0)
    if reference.dtype == "float32" and operator in OWN_ERRORS:
        own += OWN_ERRORS[operator].largest
    return replace(reference, bound=reference.bound + np.where(reference.certified, 0.0, own))
