"""How alike two tensors are as a whole."""

from __future__ import annotations

import numpy as np

from trtexp.numerics.dtypes import F64
from trtexp.numerics.library import log10


def snr_db(got: F64, reference: F64) -> float:
    """Signal to noise in decibels: infinite without noise, minus infinity where only the noise is not 0."""
    noise, signal = float(np.sum((got - reference) ** 2)), float(np.sum(reference**2))
    if noise == 0:
        return float("inf")
    return 10 * float(log10(signal / noise))


def cosine(got: F64, reference: F64) -> float:
    """The cosine of the angle between them; 1 where one of them is all zeros."""
    norms = float(np.sqrt(np.sum(got**2)) * np.sqrt(np.sum(reference**2)))
    return float(np.sum(got * reference)) / norms if norms else 1.0
