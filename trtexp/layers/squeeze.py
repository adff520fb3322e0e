"""add_squeeze and add_unsqueeze. Source: NvInfer.h, ISqueezeLayer and IUnsqueezeLayer."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from trtexp.layers.base import Layer, LayerError, Maybe, Tensor, integers
from trtexp.numerics import Bounded, Family, moved


class Axes(Layer):
    """What squeeze and unsqueeze share: axes as a constant int vector, counted from the back if negative.

    C1: every axis lies in the longer one of the two shapes. C2: no axis comes twice. C4: in RTX the input is not uint8
    (1.7.1). C5: the axes are made of constants and shapes alone.
    """

    vectors = ("axes",)
    input: Tensor
    axes: Tensor | None = None
    """The axes, a constant int32 or int64 vector."""

    def check_network(self, name: str, layers: Mapping[str, Layer]) -> None:
        waiting, seen = [] if self.axes is None else [self.input_tensors()[1][1]], set[str]()
        while waiting:
            tensor = waiting.pop()
            if tensor in seen:
                continue
            seen.add(tensor)
            maker = layers.get(tensor.partition(".")[0])
            if maker is None:
                raise LayerError((self.word, "axes"), f"{tensor!r} is an input of the network; give a constant [C5]")
            if maker.method != "add_shape":
                waiting += [taken for _, taken in maker.input_tensors().values()]

    def check_types(self, x: Bounded, axes: Maybe, family: Family | None) -> None:
        """Refuse uint8."""
        if family == "tensorrt-rtx" and x.dtype == "uint8":
            self.refuse("input", "a tensor of uint8; cast it to another type", "C4")

    def named(self, axes: Bounded, rank: int) -> tuple[int, ...]:
        """The axes of a shape of `rank` dimensions, counted from the front."""
        given = integers(axes)
        if not all(-rank <= axis < rank for axis in given):
            self.refuse("axes", f"{given} given; give axes from {-rank} to {rank - 1}", "C1")
        found = tuple(axis % rank for axis in given)
        if len(set(found)) != len(found):
            self.refuse("axes", f"{given} given; give each axis once", "C2")
        return found


class Squeeze(Axes):
    """Take dimensions of 1 away: x (any shape) -> x without `axes`, or without all its dimensions of 1 (11.x, RTX).

    C3: each of the axes is 1 long.
    """

    method, interface = "add_squeeze", "ISqueezeLayer"
    scaffold = """inputs: {x: {shape: [1, 2, 1, 3], arange: {start: 1}}}
        weights: {which: {values: [2], dtype: int32}}
        network: {axes: {constant: {shape: [1], weights: which}}, y: {squeeze: {input: x, axes: axes}}}"""

    def removed(self, x: Bounded, axes: Maybe) -> tuple[int, ...]:
        """The axes that go."""
        if axes is None:
            return tuple(axis for axis, n in enumerate(x.shape) if n == 1)
        return self.named(axes, len(x.shape))

    def check_inputs(self, x: Bounded, axes: Maybe, *, family: Family | None) -> None:
        self.check_types(x, axes, family)
        wide = [axis for axis in self.removed(x, axes) if x.shape[axis] != 1]
        if wide:
            self.refuse("axes", f"axes {wide} of {list(x.shape)} are not 1 long", "C3")

    def evaluate(self, x: Bounded, axes: Maybe) -> Bounded:
        removed = self.removed(x, axes)
        return moved(lambda part: np.squeeze(part, removed), x)


class Unsqueeze(Axes):
    """Insert dimensions of 1: x (any shape) -> x with a 1 at each of `axes`, which are those of the output."""

    method, interface = "add_unsqueeze", "IUnsqueezeLayer"
    scaffold = """inputs: {x: {shape: [2, 3], arange: {start: 1}}}
        weights: {which: {values: [1], dtype: int32}}
        network: {axes: {constant: {shape: [1], weights: which}}, y: {unsqueeze: {input: x, axes: axes}}}"""

    axes: Tensor  # type: ignore[assignment]
    """The axes, a constant int32 or int64 vector."""

    def added(self, x: Bounded, axes: Bounded) -> tuple[int, ...]:
        """The axes of the output that are new."""
        return self.named(axes, len(x.shape) + axes.ref.size)

    def check_inputs(self, x: Bounded, axes: Bounded, *, family: Family | None) -> None:
        self.check_types(x, axes, family)
        self.added(x, axes)

    def evaluate(self, x: Bounded, axes: Bounded) -> Bounded:
        added = self.added(x, axes)
        return moved(lambda part: np.expand_dims(part, added), x)
