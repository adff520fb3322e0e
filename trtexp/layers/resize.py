"""add_resize. Source: NvInfer.h, IResizeLayer, ResizeCoordinateTransformation, ResizeSelector and ResizeRoundMode."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from fractions import Fraction
from typing import Annotated, ClassVar, Literal

import numpy as np

from trtexp.layers.base import Attributes, Dims, Kind, Layer, Tensor
from trtexp.layers.interpolation import InterpolationMode, coordinate_error, taps
from trtexp.numerics import F64, Arithmetic, Bounded, dot_product, exactly, moved, settled

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
    resize_mode: InterpolationMode | None = None
    """The nearest element, or a weighted mean of 2 or 4 along each axis. Default NEAREST."""
    coordinate_transformation: CoordinateTransformation | None = None
    """Where an element of the output lies in the input. Default ASYMMETRIC, but LINEAR acts as if HALF_PIXEL were."""
    selector_for_single_pixel: Selector | None = None
    """UPPER: an output of one element takes the first of the input. Default FORMULA."""
    nearest_rounding: RoundMode | None = None
    """NEAREST: which element is the nearest. Default FLOOR."""
    cubic_coeff: float | None = None
    """CUBIC: the coefficient `a` of the polynomials. Default -0.75."""
    exclude_outside: bool | None = None
    """CUBIC: leave out what lies outside the input rather than repeat its border. Default false."""


class Resize(Layer):
    """Sample the input on a finer or coarser grid: x (*I) -> (*O), the shape given by `shape`, `scales` or input 1.

    With n elements of input and m of output, element i lies at i · (n - 1) / (m - 1) for ALIGN_CORNERS, at i / s for
    ASYMMETRIC, at (i + 1/2) / s - 1/2 for HALF_PIXEL. Measured on 8.5.3.1: s is the number in `scales`, also where
    m < n · s, and else m / n; LINEAR is HALF_PIXEL until a transformation is assigned, though the attribute reads
    ASYMMETRIC. C1: there is one number per axis. C2: no dimension of the output is negative. C3: LINEAR changes the
    last three axes at most, CUBIC the last two. C4: the input is float, or int8 for NEAREST.
    """

    method: ClassVar[str] = "add_resize"
    interface: ClassVar[str] = "IResizeLayer"
    most_inputs: ClassVar[int] = 2  # input, output shape

    input: Tensor
    set: ResizeAttributes = ResizeAttributes()

    def output_shape(self, inputs: Sequence[Bounded]) -> list[int]:
        """From input 1, or from the last of shape and scales."""
        if len(inputs) > 1:
            return [int(n) for n in inputs[1].ref.reshape(-1)]
        name, value = self.given()
        if name == "shape" or len(value) != len(inputs[0].shape):
            return [int(n) for n in value or inputs[0].shape]
        return [math.floor(n * scale) for n, scale in zip(inputs[0].shape, value, strict=True)]

    def scales(self, inputs: Sequence[Bounded]) -> list[Fraction]:
        """The scale of each axis: as given, or the ratio of the lengths."""
        name, value = self.given()
        if len(inputs) == 1 and name == "scales":
            return [Fraction(scale) for scale in value]
        return [Fraction(m, n or 1) for n, m in zip(inputs[0].shape, self.output_shape(inputs), strict=True)]

    def given(self) -> tuple[str, list[float]]:
        """The last of shape and scales, with what was assigned; nothing for the shape of the input."""
        assigned = [(name, value) for name, value in self.set.given() if name in ("shape", "scales")]
        name, value = assigned[-1] if assigned else ("shape", [])
        return name, [float(np.float32(number)) for number in value] if name == "scales" else value

    def transformation(self) -> str:
        """The coordinate transformation; see the class for its default."""
        state = self.state()
        default = "HALF_PIXEL" if state.get("resize_mode") == "LINEAR" else "ASYMMETRIC"
        return str(state.get("coordinate_transformation", default))

    def check_inputs(self, inputs: Sequence[Bounded], weights: Mapping[str, Bounded]) -> None:
        x, mode, made = inputs[0], self.state().get("resize_mode", "NEAREST"), self.output_shape(inputs)
        name = "scales" if "scales" in self.state() else "shape"
        if len(made) != len(x.shape):
            self.refuse(name, f"{made} given; the input {list(x.shape)} has {len(x.shape)} axes", "C1")
        if min(made, default=0) < 0:
            self.refuse(name, f"{made} given; a shape has no negative number", "C2")
        changed = [axis for axis, (m, n) in enumerate(zip(made, x.shape, strict=True)) if m != n]
        if changed and len(made) - changed[0] > MOST_AXES[mode]:
            self.refuse("resize_mode", f"{mode} changes at most the last {MOST_AXES[mode]} axes, not {changed}", "C3")
        if x.dtype not in ("float32", "float16", "bfloat16") and (x.dtype, mode) != ("int8", "NEAREST"):
            self.refuse("input", f"{mode} of {x.dtype}; give a float tensor", "C4")

    def evaluate(
        self, inputs: Sequence[Bounded], weights: Mapping[str, Bounded], arithmetic: Arithmetic
    ) -> tuple[Bounded, ...]:
        y, made = inputs[0], self.output_shape(inputs)
        if 0 in made:
            return (exactly(np.zeros(made), y.dtype),)
        for axis, (n, m, scale) in enumerate(zip(inputs[0].shape, made, self.scales(inputs), strict=True)):
            if scale == 1:
                continue
            at, off = self.coordinates(n, m, scale)
            if self.state().get("resize_mode", "NEAREST") == "NEAREST":
                y = self.picked(y, axis, at, off)
            else:
                y = dot_product(along(axis), settled(y), self.matrix(n, at, off, y.dtype), None, arithmetic)
        return (y,)

    def coordinates(self, n: int, m: int, scale: Fraction) -> tuple[F64, F64]:
        """Where the m elements of the output lie in an axis of n elements, and how far off a device may put them."""
        state, i = self.state(), np.arange(m, dtype=np.float64)
        if m == 1 and state.get("selector_for_single_pixel") == "UPPER":
            return np.zeros(1), np.zeros(1)
        how = self.transformation()
        step = Fraction(n - 1, max(m - 1, 1)) if how == "ALIGN_CORNERS" else 1 / scale
        above, below = step.as_integer_ratio()
        off = 0.0 if below & (below - 1) == 0 and above < 1 << 24 else coordinate_error(n)  # 2 ** k divides exactly
        at = (i + 0.5) * above / below - 0.5 if how == "HALF_PIXEL" else i * above / below
        return at, np.full(m, off)

    def picked(self, x: Bounded, axis: int, at: F64, off: F64) -> Bounded:
        """The elements nearest to coordinates along an axis; near a tie both neighbours are legal."""
        n = x.shape[axis]
        nearest = ROUNDED[self.state().get("nearest_rounding", "FLOOR")]
        index, low, high = (np.clip(nearest(c), 0, n - 1).astype(int) for c in (at, at - off, at + off))
        made = moved(lambda part: part.take(index, axis), x)
        unsure = np.zeros(made.shape, bool)
        np.moveaxis(unsure, axis, -1)[...] = low != high
        return replace(made, undetermined=made.undetermined | unsure, certified=made.certified & ~unsure)

    def matrix(self, n: int, at: F64, off: F64, dtype: str) -> Bounded:
        """The weights (m, n) of an axis. The border is repeated, or left out and the rest scaled up to a sum of 1."""
        state, m = self.state(), len(at)
        coefficient = float(np.float32(state.get("cubic_coeff", -0.75)))
        indices, shares, errors = taps(state.get("resize_mode", "LINEAR"), at, off, coefficient)
        if state.get("exclude_outside", False):
            inside = (indices >= 0) & (indices < n)
            shares, errors = shares * inside, np.where(inside.all(0), errors, errors + coordinate_error(1)) * inside
            shares, errors = shares / shares.sum(0), errors / shares.sum(0)
        ref, bound = np.zeros((m, n)), np.zeros((m, n))
        for index, share, error in zip(np.clip(indices, 0, n - 1), shares, errors, strict=True):
            np.add.at(ref, (np.arange(m), index), share)
            np.add.at(bound, (np.arange(m), index), error)
        return replace(exactly(ref, dtype), bound=bound, typical=bound, certified=bound == 0)


def along(axis: int) -> Callable[[F64, F64, F64 | None], F64]:
    """x (…, n, …) by a matrix (m, n) -> (…, m, …)."""
    return lambda x, matrix, _: np.moveaxis(np.tensordot(matrix, x, (1, axis)), 0, axis)
