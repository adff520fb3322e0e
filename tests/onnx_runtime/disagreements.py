"""Where ONNX Runtime gives something else, beyond both bounds: reviewed, by mechanism. An entry that no longer holds
fails, and so does a disagreement that is not entered."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Mechanism:
    """Why some outputs differ. right: `reference`, `runtime`, or `open` where ONNX leaves the value to either."""

    name: str
    right: str
    why: str
    outputs: tuple[str, ...]  # file::case.output


MECHANISMS = (
    Mechanism(
        "casts beyond the range",
        "open",
        "ONNX leaves open what a float beyond the range of an integer type becomes. The reference takes the nearest"
        " end of the range, and 0 for NaN, as CUDA does; the runtime has the smallest integer for all, as x86 does.",
        ("layers/cast::beyond_int32.y", "layers/cast::special_to_int32.y"),
    ),
    Mechanism(
        "sums of integers beyond the range",
        "open",
        "The reference keeps the lower 32 bits, as Add of two int32 does, in the runtime too; the runtime's ReduceSum"
        " stops at the largest and the smallest integer.",
        ("layers/reduce::integers_overflow.y",),
    ),
    Mechanism(
        "maxima of NaN",
        "reference",
        "NaN beside a number gives NaN, as in ONNX's own evaluator and in IEEE 754-2019's maximum; the runtime's"
        " ReduceMax and ReduceMin give NaN only where it comes first.",
        ("layers/reduce::max_of_nan.y", "layers/reduce::min_of_nan.y"),
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
        ("layers/pooling::infinities.pool",),
    ),
    Mechanism(
        "NaN in a running sum",
        "reference",
        "The runtime's LRN adds the channel that enters the window and subtracts the one that leaves it, so that a NaN"
        " stays in the sum for all channels behind it; in the formula it reaches half a window.",
        ("layers/lrn::nan.y",),
    ),
)
