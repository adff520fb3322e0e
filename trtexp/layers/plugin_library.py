"""References of plugins that ship with TensorRT and need neither cuBLAS nor cuDNN.

Source: github.com/NVIDIA/TensorRT, plugin/: clipPlugin, geluPlugin, leakyReluPlugin, roiAlignPlugin, scatterPlugin.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

import numpy as np

from trtexp.layers.activation import activated
from trtexp.layers.roi_align import Bins
from trtexp.numerics import F64, Arithmetic, Bounded, attribute, computed, jumping, moved, settled
from trtexp.numerics.budget import OF_A_STEP, Work

Given = Mapping[str, Any]


class Wrong(ValueError):
    """Inputs or fields that a plugin does not take."""


class Known:
    """A plugin: its fields with their types, those that must be given, the dtypes of its inputs, and its function."""

    fields: ClassVar[Mapping[str, str]] = {}
    required: ClassVar[frozenset[str]] = frozenset()
    several: ClassVar[frozenset[str]] = frozenset()  # the fields that may be several numbers
    inputs: ClassVar[Sequence[Sequence[str]]] = (("float32",),)

    @classmethod
    def check_inputs(cls, given: Given, inputs: Sequence[Bounded]) -> None:
        """Raises Wrong."""
        fit = len(inputs) == len(cls.inputs)
        if not fit or any(x.dtype not in dtypes for x, dtypes in zip(inputs, cls.inputs, strict=True)):
            wanted = ", ".join(" or ".join(dtypes) for dtypes in cls.inputs)
            raise Wrong(f"{', '.join(x.dtype for x in inputs)} given; give {wanted}")
        cls.check_shapes(given, *inputs)

    @classmethod
    def check_shapes(cls, given: Given, *inputs: Bounded) -> None:
        """Raises Wrong."""

    @classmethod
    def check_fields(cls, given: Given) -> None:
        """Raises Wrong."""

    @classmethod
    def work(cls, given: Given, inputs: Sequence[Bounded]) -> Work:
        """What the reference comes to."""
        return Work(sum(x.ref.size for x in inputs))

    @classmethod
    def evaluate(cls, given: Given, inputs: Sequence[Bounded], arithmetic: Arithmetic) -> Bounded:
        """The output in float64 with its bound."""
        raise NotImplementedError


class Clip(Known):
    """y = clipMax where x is above, clipMin where it is below or NaN: x (any shape) -> the same shape and dtype."""

    fields: ClassVar[Mapping[str, str]] = {"clipMin": "FLOAT32", "clipMax": "FLOAT32"}
    required: ClassVar[frozenset[str]] = frozenset(fields)
    inputs: ClassVar[Sequence[Sequence[str]]] = (("float32", "float16", "int32"),)

    @classmethod
    def evaluate(cls, given: Given, inputs: Sequence[Bounded], arithmetic: Arithmetic) -> Bounded:
        def clipped(x: np.ndarray, low: F64, high: F64) -> np.ndarray:
            above = np.where(x > low, x, low)
            return np.where(above < high, above, high)

        ends = [attribute(given[name]) for name in ("clipMin", "clipMax")]
        if inputs[0].dtype == "int32":
            low, high = (np.trunc(end.ref) for end in ends)
            return jumping(lambda x: clipped(x, low, high), inputs, "int32")
        return computed(clipped, lambda x, low, high, y: 0 * y, *inputs, *ends)


class LReLU(Known):
    """y = x, or negSlope · x below 0: x (any shape) -> the same shape."""

    fields: ClassVar[Mapping[str, str]] = {"negSlope": "FLOAT32"}
    required: ClassVar[frozenset[str]] = frozenset(fields)

    @classmethod
    def evaluate(cls, given: Given, inputs: Sequence[Bounded], arithmetic: Arithmetic) -> Bounded:
        return activated("LEAKY_RELU", inputs[0], given["negSlope"])


class Gelu(Known):
    """The tanh form of GELU of x + bias: x (…, n) and, if given, n numbers of bias -> the same shape.

    type_id is the number of the DataType: 0 for float32, 1 for float16.
    """

    fields: ClassVar[Mapping[str, str]] = {"type_id": "INT32", "bias": "FLOAT32"}
    required: ClassVar[frozenset[str]] = frozenset({"type_id"})
    several: ClassVar[frozenset[str]] = frozenset({"bias"})
    inputs: ClassVar[Sequence[Sequence[str]]] = (("float32", "float16"),)

    @classmethod
    def check_fields(cls, given: Given) -> None:
        if given["type_id"] not in (0, 1):
            raise Wrong(f"type_id {given['type_id']} given; give 0 for float32, 1 for float16")

    @classmethod
    def check_shapes(cls, given: Given, *inputs: Bounded) -> None:
        x = inputs[0]
        if given.get("type_id") in (0, 1) and x.dtype != ("float32", "float16")[given["type_id"]]:
            raise Wrong(f"{x.dtype} given for type_id {given['type_id']}")
        if "bias" in given and x.shape[-1:] != (np.size(given["bias"]),):
            raise Wrong(f"{list(x.shape)} given for {np.size(given['bias'])} numbers of bias")

    @classmethod
    def evaluate(cls, given: Given, inputs: Sequence[Bounded], arithmetic: Arithmetic) -> Bounded:
        x = inputs[0]
        if "bias" in given:
            bias = np.asarray(given["bias"], np.float32 if x.dtype == "float32" else np.float16).astype(np.float64)
            x = computed(lambda v: v + bias, lambda v, y: np.where(y == v, 0.0, np.abs(y)), x)
        return activated("GELU_TANH", settled(x))


class ScatterND(Known):
    """The data with the slices replaced that the indices name: as ONNX's ScatterND of (data, indices, updates)."""

    inputs: ClassVar[Sequence[Sequence[str]]] = (("float32", "int32"), ("int32",), ("float32", "int32"))

    @classmethod
    def check_shapes(cls, given: Given, *inputs: Bounded) -> None:
        data, indices, updates = inputs
        depth = indices.shape[-1] if indices.shape else 0
        if not 0 < depth <= len(data.shape) or updates.shape != (*indices.shape[:-1], *data.shape[depth:]):
            shapes = ", ".join(str(list(x.shape)) for x in inputs)
            raise Wrong(f"{shapes} given; updates are (*indices[:-1], *data[indices[-1]:])")
        if updates.dtype != data.dtype:
            raise Wrong(f"updates of {updates.dtype} for data of {data.dtype}")
        if not ((indices.ref >= 0) & (indices.ref < np.array(data.shape[:depth]))).all():
            raise Wrong(f"indices {indices.ref.tolist()} of {list(data.shape)}")

    @classmethod
    def evaluate(cls, given: Given, inputs: Sequence[Bounded], arithmetic: Arithmetic) -> Bounded:
        places = tuple(np.moveaxis(inputs[1].ref, -1, 0).astype(np.int64))

        def scattered(data: np.ndarray, updates: np.ndarray) -> np.ndarray:
            made = data.copy()
            made[places] = updates
            return made

        return moved(scattered, inputs[0], inputs[2])


class RoiAlign(Known):
    """Regions of a map, each on a grid of its own: x (N, C, H, W), regions (R, 4) as x1, y1, x2, y2, and the batch item
    of each (R,) -> (R, C, output_height, output_width)."""

    fields: ClassVar[Mapping[str, str]] = {
        "coordinate_transformation_mode": "INT32",
        "mode": "INT32",
        "output_height": "INT32",
        "output_width": "INT32",
        "sampling_ratio": "INT32",
        "spatial_scale": "FLOAT32",
    }
    inputs: ClassVar[Sequence[Sequence[str]]] = (("float32", "float16"), ("float32", "float16"), ("int32",))

    @classmethod
    def check_shapes(cls, given: Given, *inputs: Bounded) -> None:
        x, regions, items = inputs
        if len(x.shape) != 4 or len(regions.shape) != 2 or regions.shape[1] != 4 or items.shape != regions.shape[:1]:
            raise Wrong(f"{', '.join(str(list(i.shape)) for i in inputs)} given; give (N, C, H, W), (R, 4) and (R,)")
        if not x.ref.size or not ((items.ref >= 0) & (items.ref < len(x.ref))).all():
            raise Wrong(f"batch items {items.ref.tolist()} of {list(x.shape)}")

    @classmethod
    def check_fields(cls, given: Given) -> None:
        least = {"output_height": 1, "output_width": 1, "sampling_ratio": 0, "mode": 0}
        for name, low in {**least, "coordinate_transformation_mode": 0}.items():
            high = 1 if "mode" in name else None
            if name in given and (given[name] < low or (high is not None and given[name] > high)):
                raise Wrong(f"{name} {given[name]} given; give {low} or {'more' if high is None else high}")
        if not 0 < given.get("spatial_scale", 1) < math.inf:
            raise Wrong(f"spatial_scale {given['spatial_scale']} given; give a positive number")

    @classmethod
    def work(cls, given: Given, inputs: Sequence[Bounded]) -> Work:
        bins, products = cls.bins(given), 0.0
        for left, top, right, bottom in inputs[1].ref * bins.scale:
            lengths = zip((bottom - top, right - left), bins.size, strict=True)
            rows, columns = (n * bins.samples(length, n) for length, n in lengths)
            products += inputs[0].ref[0].size * rows * columns + 100 * OF_A_STEP
        made = len(inputs[1].ref) * inputs[0].shape[1] * math.prod(bins.size)
        return Work(made + int(products) // 8, int(products))

    @classmethod
    def evaluate(cls, given: Given, inputs: Sequence[Bounded], arithmetic: Arithmetic) -> Bounded:
        x, regions, items = inputs
        return cls.bins(given).align(x, regions, items, arithmetic)

    @classmethod
    def bins(cls, given: Given) -> Bins:
        """The fields, with the plugin's defaults."""
        return Bins(
            size=(given.get("output_height", 1), given.get("output_width", 1)),
            sampling_ratio=given.get("sampling_ratio", 0),
            average=given.get("mode", 1) == 1,
            half_pixel=given.get("coordinate_transformation_mode", 1) == 1,
            scale=float(np.float32(given.get("spatial_scale", 1.0))),
            written=float(given.get("spatial_scale", 1.0)),
        )


#: (type, version) -> the plugin. ROIAlign_TRT 2 is the same plugin by the interface of version 3.
LIBRARY: dict[tuple[str, str], type[Known]] = {
    ("Clip_TRT", "1"): Clip,
    ("CustomGeluPluginDynamic", "1"): Gelu,
    ("LReLU_TRT", "1"): LReLU,
    ("ROIAlign_TRT", "1"): RoiAlign,
    ("ROIAlign_TRT", "2"): RoiAlign,
    ("ScatterND", "1"): ScatterND,
}
