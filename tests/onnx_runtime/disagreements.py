"""Where ONNX Runtime gives something else, beyond both bounds: reviewed, by mechanism. An entry that no longer holds
fails, and so does a disagreement that is not entered."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator
from dataclasses import dataclass


@dataclass(frozen=True)
class Mechanism:
    """Why some outputs differ. right: `reference`, `runtime`, or `open` where ONNX leaves the value to either.

    patterns: outputs as file::case.output; of words in braces each is meant, as `{MAX,MIN}`.
    """

    name: str
    right: str
    why: str
    patterns: tuple[str, ...]

    @property
    def outputs(self) -> tuple[str, ...]:
        """Every output that is meant."""
        return tuple(output for pattern in self.patterns for output in expanded(pattern))


def expanded(pattern: str) -> Iterator[str]:
    """A pattern with each word of its braces."""
    parts = [part.split(",") for part in re.split(r"[{}]", pattern)]
    yield from map("".join, itertools.product(*parts))


MECHANISMS = (
    Mechanism(
        "casts beyond the range",
        "open",
        "ONNX leaves open what a float beyond the range of an integer type becomes. The reference takes the nearest"
        " end of the range, and 0 for NaN, as CUDA does; the runtime has the smallest integer for all, as x86 does.",
        ("layers/cast::{beyond,special_to}_int32.y",),
    ),
    Mechanism(
        "sums of integers beyond the range",
        "open",
        "The reference keeps the lower 32 bits, as Add of two int32 does, in the runtime too; the runtime's ReduceSum"
        " stops at the largest and the smallest integer.",
        ("layers/reduce::integers_overflow.y",),
    ),
    Mechanism(
        "coordinates that are no numbers, infinite or far outside",
        "open",
        "The reference puts what is far outside at the border; the runtime takes 1e10 as another, since it converts"
        " coordinates to integers unchecked.",
        ("nan/grid_sample::{far_outside,coordinates-LINEAR-CLAMP}.y",),
    ),
    Mechanism(
        "the mean of nothing",
        "reference",
        "0 / 0 is NaN, as in the table of NvInfer.h; the runtime gives 0.",
        ("layers/reduce::empty_avg.y",),
    ),
    Mechanism(
        "a window of nothing but -inf",
        "reference",
        "The maximum is -inf; the runtime's MaxPool starts at the lowest finite number, as TensorRT 8.x does.",
        ("layers/pooling::infinities.pool", "nan/pooling::maximum_with_padding.y"),
    ),
    Mechanism(
        "NaN in a running sum",
        "reference",
        "The runtime's LRN adds the channel that enters the window and subtracts the one that leaves it, so that a NaN"
        " stays in the sum for all channels behind it; in the formula it reaches half a window.",
        ("layers/lrn::nan.y",),
    ),
)
