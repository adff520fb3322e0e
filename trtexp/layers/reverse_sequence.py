"""add_reverse_sequence. Source: NvInfer.h, IReverseSequenceLayer."""

from __future__ import annotations

import numpy as np

from trtexp.layers.base import Attributes, Layer, Tensor
from trtexp.numerics import Bounded, moved


class ReverseSequenceAttributes(Attributes):
    """Attributes of a reverse_sequence layer."""

    batch_axis: int = 1
    """The axis that tells the sequences apart."""
    sequence_axis: int = 0
    """The axis along which a sequence runs."""


class ReverseSequence(Layer):
    """Turn the first sequence_lens[b] elements of each sequence b round: x (rank 2 or more), lens (batch,) -> as x.

    C1: x has rank 2 or more. C2: batch_axis and sequence_axis are two different axes of x. C3: there is one length,
    int32 or int64, per sequence. C4: lengths are from 0 to that of the sequence axis.
    """

    method, interface = "add_reverse_sequence", "IReverseSequenceLayer"
    scaffold = """inputs: {x: {shape: [4, 3], arange: {start: 1}}, lens: {values: [1, 2, 4], dtype: int32}}
        network: {y: {reverse_sequence: {input: x, sequence_lens: lens}}}"""

    input: Tensor
    sequence_lens: Tensor
    """How many elements of each sequence are turned round."""
    set: ReverseSequenceAttributes = ReverseSequenceAttributes()

    def check_inputs(self, x: Bounded, lens: Bounded) -> None:
        batch, along, rank = self.final.batch_axis, self.final.sequence_axis, len(x.shape)
        if rank < 2:
            self.refuse("input", f"{list(x.shape)} given; give rank 2 or more", "C1")
        for name, axis in (("batch_axis", batch), ("sequence_axis", along)):
            if not 0 <= axis < rank or batch == along:
                self.refuse(name, f"{axis} given; give two different axes, 0 to {rank - 1}", "C2")
        if lens.shape != (x.shape[batch],) or lens.dtype not in ("int32", "int64"):
            self.refuse("sequence_lens", f"{lens.dtype} {list(lens.shape)} given; give int32 [{x.shape[batch]}]", "C3")
        if not ((lens.ref >= 0) & (lens.ref <= x.shape[along])).all():
            self.refuse("sequence_lens", f"{lens.ref.tolist()} given; give 0 to {x.shape[along]}", "C4")

    def evaluate(self, x: Bounded, lens: Bounded) -> Bounded:
        batch, along = self.final.batch_axis, self.final.sequence_axis
        length = lens.ref.astype(int).reshape([-1 if axis == batch else 1 for axis in range(len(x.shape))])
        place = np.arange(x.shape[along]).reshape([-1 if axis == along else 1 for axis in range(len(x.shape))])
        turned = np.broadcast_to(np.where(place < length, length - 1 - place, place), x.shape)
        return moved(lambda part: np.take_along_axis(part, turned, along), x)
