"""add_resize. Source: NvInfer.h, IResizeLayer, ResizeCoordinateTransformation, ResizeSelector and ResizeRoundMode."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from fractions import Fraction
from typing import Annotated, Any, Literal

import numpy as np

from trtexp.definition.readback import ReadLayer, ReadTensor
from trtexp.layers.base import Attributes, Default, Dims, Kind, Layer, Maybe, Tensor, integers
from trtexp.layers.interpolation import InterpolationMode, coordinate_error, numbers, taps, weighted, with_others
from trtexp.numerics import (
    F64,
    UNIT,
    Arithmetic,
    Bounded,
    Family,
    Mask,
    converted,
    dot_product,
    either,
    exactly,
    moved,
    undetermined,
)
from trtexp.numerics.budget import OF_MATRICES, Work
from trtexp.numerics.linear import matmul

CoordinateTransformation = Annotated[
    Literal["ALIGN_CORNERS", "ASYMMETRIC", "HALF_PIXEL"], Kind("ResizeCoordinateTransformation")
]
Selector = Annotated[Literal["FORMULA", "UPPER"], Kind("ResizeSelector")]
RoundMode = Annotated[Literal["HALF_UP", "HALF_DOWN", "FLOOR", "CEIL"], Kind("ResizeRoundMode")]
ROUNDED: dict[str, Callable[[F64], F64]] = {
    "HALF_UP": lambda at: np.floor(at + 0.5),
    "HALF_DOWN": lambda at: np.ceil(at - 0.5),
    "FLOOR": np.floor,
    "CEIL": np.ceil,
}
MOST_AXES = {"NEAREST": 8, "LINEAR": 3, "CUBIC": 2}  # how many of the last axes may change their size


class ResizeAttributes(Attributes):
    """Attributes of a resize layer."""

    shape: Dims | None = None
    """The output's shape."""
    scales: list[float] | None = None
    """The output's shape as factors, floor(size · scale), and what coordinates are divided by."""
    resize_mode: InterpolationMode = "NEAREST"
    """The nearest element, or a weighted mean of 2 or 4 along each axis."""
    coordinate_transformation: Annotated[
        CoordinateTransformation | None, Default("ASYMMETRIC, but LINEAR acts as if HALF_PIXEL were")
    ] = None
    """Where an element of the output lies in the input."""
    selector_for_single_pixel: Selector = "FORMULA"
    """UPPER: an output of one element takes the first of the input."""
    nearest_rounding: RoundMode = "FLOOR"
    """NEAREST: which element is the nearest."""
    cubic_coeff: float = -0.75
    """CUBIC: the coefficient `a` of the polynomials."""
    exclude_outside: bool = False
    """CUBIC: leave out what lies outside the input rather than repeat its border."""


class Resize(Layer):
    """Sample the input on a finer or coarser grid: x (*I) -> (*O), the shape given by `shape`, `scales` or input 1.

    With n elements of input and m of output, element i lies at i · (n - 1) / (m - 1) for ALIGN_CORNERS, at i / s for
    ASYMMETRIC, at (i + 1/2) / s - 1/2 for HALF_PIXEL. Measured on 8.5.3.1: s is the number in `scales`, also where
    m < n · s, and else m / n; LINEAR is HALF_PIXEL until a transformation is assigned, though the attribute reads
    ASYMMETRIC. A NaN or an infinity counts where the window of an element has it; where LINEAR and CUBIC give it a
    weight that may be 0 the result is undetermined. C1: there is one number per axis. C2: no dimension of the output is
    negative, and scales are finite. C3: LINEAR changes the last three axes at most, CUBIC the last two (any in RTX
    1.7.1). C4: the input is float, or int8 for NEAREST and LINEAR (RTX 1.7.1; how that is rounded is not known). C5:
    there are no scales beside input 1. C6: an empty axis of the input is one of the output. C7: in RTX the input has 1
    axis or more (1.7.1).
    """

    method, interface = "add_resize", "IResizeLayer"
    operands = ("input", "shape")
    vectors = ("shape",)
    scaffold = """inputs: {x: {shape: [1, 1, 1, 4], powers: {base: 10, first: 0, last: 3}}}
        network: {y: {resize: {input: x}, set: {shape: [1, 1, 1, 8]}}}"""

    input: Tensor
    set: ResizeAttributes = ResizeAttributes()

    @classmethod
    def told(cls, read: ReadLayer, inputs: Sequence[ReadTensor | None]) -> dict[str, Any]:
        """Scales that were not given are none at all."""
        told = super().told(read, inputs)
        return {name: value for name, value in told.items() if name != "scales" or value}

    def writes(self, name: str, value: Any) -> Mapping[str, Any]:
        """Of `shape` and `scales` the last one stands."""
        other = {"shape": "scales", "scales": "shape"}.get(name)
        return {name: value} if other is None else {name: value, other: None}

    def output_shape(self, x: Bounded, shape: Maybe) -> list[int]:
        """From input 1, or from the last of shape and scales; else that of the input."""
        if shape is not None:
            return integers(shape)
        factors = self.factors()
        if factors and len(factors) == len(x.shape):
            return [math.floor(n * factor) for n, factor in zip(x.shape, factors, strict=True)]
        given = self.final.shape if factors is None else factors
        return [int(n) for n in (x.shape if given is None else given)]

    def scales(self, x: Bounded, shape: Maybe) -> list[tuple[Fraction, Fraction]]:
        """The scale of each axis as TensorRT keeps it and as it is written: as given, or the ratio of the lengths."""
        factors, written = self.factors(), self.final.scales
        if shape is None and factors is not None and written is not None:
            return [(Fraction(factor), Fraction(number)) for factor, number in zip(factors, written, strict=True)]
        return [(Fraction(m, n or 1),) * 2 for n, m in zip(x.shape, self.output_shape(x, shape), strict=True)]

    def factors(self) -> list[float] | None:
        """`scales` as TensorRT keeps them, if they were assigned last."""
        return None if self.final.scales is None else [float(np.float32(number)) for number in self.final.scales]

    def transformation(self) -> str:
        """The coordinate transformation; see the class for its default."""
        default = "HALF_PIXEL" if self.final.resize_mode == "LINEAR" else "ASYMMETRIC"
        return self.final.coordinate_transformation or default

    def check_inputs(self, x: Bounded, shape: Maybe, *, family: Family | None) -> None:
        if family == "tensorrt-rtx" and not x.shape:
            self.refuse("input", "a scalar; RTX takes 1 axis or more", "C7")
        if not all(map(math.isfinite, self.factors() or ())):
            self.refuse("scales", f"{self.final.scales} given; give finite numbers", "C2")
        mode, made = self.final.resize_mode, self.output_shape(x, shape)
        name = "shape" if self.final.scales is None else "scales"
        if shape is not None and self.final.scales is not None:
            self.refuse("scales", "given beside the shape that is input 1; give one of them", "C5")
        if len(made) != len(x.shape):
            self.refuse(name, f"{made} given; the input {list(x.shape)} has {len(x.shape)} axes", "C1")
        if min(made, default=0) < 0:
            self.refuse(name, f"{made} given; a shape has no negative number", "C2")
        if any(m and not n for m, n in zip(made, x.shape, strict=True)):
            self.refuse(name, f"{made} given; nothing is made of the empty axes of {list(x.shape)}", "C6")
        changed = [axis for axis, (m, n) in enumerate(zip(made, x.shape, strict=True)) if m != n]
        any_number = mode == "CUBIC" and family in (None, "tensorrt-rtx")
        most = len(made) if any_number else MOST_AXES[mode]
        if changed and len(made) - changed[0] > most:
            self.refuse("resize_mode", f"{mode} changes at most the last {most} axes, not {changed}", "C3")
        if x.dtype not in ("float32", "float16", "bfloat16") and (x.dtype != "int8" or mode == "CUBIC"):
            self.refuse("input", f"{mode} of {x.dtype}; give a float tensor", "C4")

    def work(self, x: Bounded, shape: Maybe) -> Work:
        elements, products, sizes = 0, 0, list(x.shape)
        for axis, (n, m) in enumerate(zip(x.shape, self.output_shape(x, shape), strict=True)):
            sizes[axis] = m
            elements += math.prod(sizes) + 2 * n * m
            products += math.prod(sizes) * n // OF_MATRICES
        return Work(elements, products)

    def evaluate(self, x: Bounded, shape: Maybe, *, arithmetic: Arithmetic) -> Bounded:
        if x.dtype == "int8" and self.final.resize_mode != "NEAREST":
            return as_bytes(self.evaluate(converted(x, "float32"), shape, arithmetic=arithmetic))
        y, made = x, self.output_shape(x, shape)
        if 0 in made:
            return exactly(np.zeros(made), y.dtype)
        for axis, (n, m, (scale, written)) in enumerate(zip(x.shape, made, self.scales(x, shape), strict=True)):
            if scale == 1:
                continue
            (at, off), (meant, _) = self.coordinates(n, m, scale), self.coordinates(n, m, written)
            if self.final.resize_mode == "NEAREST":
                y = self.picked(y, axis, at, off, meant)
            else:
                matrix = self.matrix(n, at, off, meant, y.dtype)
                made_of = dot_product(along(axis), numbers(y), matrix, None, arithmetic)
                y = self.with_others(made_of, y, matrix, axis, (at, off))
        return y

    def with_others(self, made: Bounded, x: Bounded, matrix: Bounded, axis: int, place: tuple[F64, F64]) -> Bounded:
        """Sums along an axis with what is no number, where the window of an element touches it."""
        if np.isfinite(x.ref).all() and not x.undetermined.any():
            return made
        weights = weighted(matrix.ref, matrix.bound, self.touched(x.shape[axis], *place))
        step = along(axis)
        return with_others(made, x, weights, lambda of, by: step(of.astype(float), by.astype(float), None) > 0)

    def touched(self, n: int, at: F64, off: F64) -> Mask:
        """(m, n): the elements that the window of each coordinate may have; the border is repeated, or left out."""
        made = np.zeros((len(at), n), bool)
        for end in (at - off, at, at + off):
            for index in taps(self.final.resize_mode, end, np.zeros(len(at)))[0]:
                inside = (index >= 0) & (index < n) | (not self.final.exclude_outside)
                made[np.arange(len(at)), np.clip(index, 0, n - 1)] |= inside
        return made

    def coordinates(self, n: int, m: int, scale: Fraction) -> tuple[F64, F64]:
        """Where the m elements of the output lie in an axis of n elements, and how far off a device may put them."""
        i = np.arange(m, dtype=np.float64)
        if m == 1 and self.final.selector_for_single_pixel == "UPPER":
            return np.zeros(1), np.zeros(1)
        how = self.transformation()
        step = Fraction(n - 1, max(m - 1, 1)) if how == "ALIGN_CORNERS" else 1 / scale
        above, below = step.as_integer_ratio()
        shift = 0.5 if how == "HALF_PIXEL" else 0.0
        far = (i + shift) * above / below
        exact = below & (below - 1) == 0 and above < 1 << 24  # 2 ** k divides exactly
        return far - shift, np.zeros(m) if exact else np.where(far == 0, 0.0, np.full(m, coordinate_error(n)))

    def picked(self, x: Bounded, axis: int, at: F64, off: F64, meant: F64) -> Bounded:
        """The elements nearest to coordinates along an axis; near a tie both neighbours are legal. meant: the
        coordinates by the decimals of the attributes, where the author may have taken another element."""
        n = x.shape[axis]
        nearest = ROUNDED[self.final.nearest_rounding]
        places = (at, at - off, at + off, meant)
        index, low, high, other = (np.clip(nearest(c), 0, n - 1).astype(int) for c in places)
        made, first, last = (moved(lambda part, at=at: part.take(at, axis), x) for at in (index, low, high))
        if x.dtype in UNIT and (index != other).any():
            apart = np.nan_to_num(np.abs(x.ref.take(other, axis) - made.ref), nan=np.inf, posinf=np.inf)
            made = replace(made, slack=made.slack + np.where(made.ref == x.ref.take(other, axis), 0.0, apart))
        where = np.moveaxis(np.broadcast_to(low != high, np.moveaxis(made.ref, axis, -1).shape), -1, axis)
        return either(either(made, first, where), last, where) if where.any() else made

    def matrix(self, n: int, at: F64, off: F64, written: F64, dtype: str) -> Bounded:
        """The weights (m, n) of an axis. written: the coordinates by the decimals of the attributes."""
        ref, bound = self.weights(n, at, off, float(np.float32(self.final.cubic_coeff)))
        slack = np.abs(self.weights(n, written, off, self.final.cubic_coeff)[0] - ref)
        return replace(exactly(ref, dtype), bound=bound, typical=bound, slack=slack, certified=bound == 0)

    def weights(self, n: int, at: F64, off: F64, coefficient: float) -> tuple[F64, F64]:
        """The weights and their errors. The border is repeated, or left out and the rest scaled up to a sum of 1."""
        m = len(at)
        indices, shares, errors = taps(self.final.resize_mode, at, off, coefficient)
        if self.final.exclude_outside:
            inside = (indices >= 0) & (indices < n)
            shares, errors = shares * inside, np.where(inside.all(0), errors, errors + coordinate_error(1)) * inside
            shares, errors = shares / shares.sum(0), errors / shares.sum(0)
        ref, bound = np.zeros((m, n)), np.zeros((m, n))
        for index, share, error in zip(np.clip(indices, 0, n - 1), shares, errors, strict=True):
            np.add.at(ref, (np.arange(m), index), share)
            np.add.at(bound, (np.arange(m), index), error)
        return ref, bound


def as_bytes(x: Bounded) -> Bounded:
    """Floats as int8: certain where they are whole numbers, without an error."""
    return undetermined(converted(x, "int8"), (x.ref != np.rint(x.ref)) | (x.bound > 0))


def along(axis: int) -> Callable[[F64, F64, F64 | None], F64]:
    """x (…, n, …) by a matrix (m, n) -> (…, m, …)."""
    return lambda x, matrix, _: np.moveaxis(matmul(np.moveaxis(x, axis, -1), matrix.T), -1, axis)
