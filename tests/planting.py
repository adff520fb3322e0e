"""One wrong element in a tensor: what a comparison has to see."""

from __future__ import annotations

import numpy as np

from trtexp.definition.network import Array
from trtexp.numerics import Bounded, decode, encode

#: By how much of a tensor's size (its root mean square) one element may be off unseen.
SEEN = {"float32": 1e-3, "float16": 2e-2, "bfloat16": 0.1, "float8e4m3": 1.0}


def planted(values: Array, reference: Bounded) -> Array | None:
    """The tensor with one wrong element, the largest that has one legal value only; None if there is none.

    A float is off by a share of the tensor's size, an infinity or a NaN becomes 0, an integer is off by 1.
    """
    wrong = np.asarray(decode(values)).astype(np.float64).reshape(-1)
    sure = np.flatnonzero(~reference.undetermined.reshape(-1))
    if not sure.size:
        return None
    place = sure[np.argmax(np.nan_to_num(np.abs(wrong[sure]), nan=-1.0))]
    if values.dtype == "bool":
        wrong[place] = 1 - wrong[place]
    elif not np.isfinite(wrong[place]):
        wrong[place] = 0.0
    elif values.dtype in SEEN:
        size = np.sqrt(np.mean(wrong[np.isfinite(wrong)] ** 2))
        wrong[place] += SEEN[values.dtype] * (size or 1.0)
    else:
        wrong[place] += -1 if wrong[place] > 0 else 1
    return encode(wrong.reshape(values.shape), values.dtype)
