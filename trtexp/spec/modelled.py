"""What changes numbers in a way that trtexp does not model: flags of the builder, and ranges of inputs."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping

import numpy as np

from trtexp.definition.network import NetworkDefinition
from trtexp.layers.base import Layer
from trtexp.layers.network import upstream
from trtexp.numerics import UNIT, Bounded, Family

#: Flags whose effect the references and the freedoms of a device know.
MODELLED = ("FP16", "TF32", "INT8", "OBEY_PRECISION_CONSTRAINTS", "PREFER_PRECISION_CONSTRAINTS", "STRICT_TYPES")
#: Flags that change no number but by the choice of a tactic and the order of a sum, all of which the bounds allow.
#: Source: NvInfer.h, BuilderFlag.
NEUTRAL: Mapping[str, str] = {
    **dict.fromkeys(("FP8", "FP4", "INT4"), "types of quantize and dequantize layers, which say so themselves"),
    "SPARSE_WEIGHTS": "zeros of weights are left out of sums",
    "DISTRIBUTIVE_INDEPENDENCE": "the order of a sum is that of the others",
    **dict.fromkeys(
        ("REJECT_EMPTY_ALGORITHMS", "ENABLE_TACTIC_HEURISTIC", "DIRECT_IO", "SAFETY_SCOPE", "GPU_FALLBACK"),
        "which tactics and devices are taken",
    ),
    **dict.fromkeys(
        (
            "DISABLE_TIMING_CACHE", "DISABLE_COMPILATION_CACHE", "EDITABLE_TIMING_CACHE", "ERROR_ON_TIMING_CACHE_MISS",
            "DEBUG", "MONITOR_MEMORY", "REQUIRE_USER_ALLOCATION", "WEIGHT_STREAMING",
        ),
        "how it is built, and where memory is",
    ),
    **dict.fromkeys(
        ("REFIT", "REFIT_IDENTICAL", "REFIT_INDIVIDUAL", "VERSION_COMPATIBLE", "EXCLUDE_LEAN_RUNTIME"),
        "what can be done with the engine later",
    ),
}  # fmt: skip


def unmodelled(
    tensors: Mapping[str, Bounded],
    layers: Mapping[str, Layer],
    definition: NetworkDefinition,
    ranged: Collection[str],
    family: Family | None,
) -> Iterator[str]:
    """The tensors that layers make whose numbers nobody here can tell. ranged: the inputs that have a dynamic range.

    A range matters once INT8 is allowed. BF16 lets weakly typed networks compute float32 in bfloat16; RTX has no such
    networks. STRICT_NANS may change what comes of a NaN. Flags that are not known may change all floats.
    """
    options = definition.options
    flags = {name for name, on in options.flags.items() if on} - {*MODELLED, *NEUTRAL}
    ranges = set(ranged) if options.flags.get("INT8") else set()
    if not flags and not ranges:
        return
    weak = not options.strongly_typed and family != "tensorrt-rtx"
    odd = {name for name, tensor in tensors.items() if tensor.dtype in UNIT and np.isnan(tensor.ref).any()}
    made = {tensor for name, layer in layers.items() for tensor in layer.output_tensors(name)}
    for name in tensors.keys() & made:
        near = upstream(layers, name)
        floats = {each for each in near if each in tensors and each in made and tensors[each].dtype in UNIT}
        wide = any(tensors[each].dtype == "float32" for each in floats)
        changed = (near & ranges, "BF16" in flags and weak and wide, "STRICT_NANS" in flags and near & odd)
        if any(changed) or (floats and flags - {"BF16", "STRICT_NANS"}):
            yield name
