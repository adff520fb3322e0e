"""add_rotary_embedding. Source: TensorRT operators reference, RotaryEmbedding; NvInfer.h, IRotaryEmbeddingLayer."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from trtexp.layers.base import GIVEN, Attributes, Layer, Maybe, Tensor
from trtexp.numerics import Arithmetic, Bounded, dot_product, moved

FLOATS = ("float32", "float16", "bfloat16")


class RotaryEmbeddingAttributes(Attributes):
    """Attributes of a rotary embedding."""

    interleaved: bool = GIVEN
    """True: neighbours are a pair; false: an element of the first half and one of the second."""
    rotary_embedding_dim: int = GIVEN
    """How many of the h elements are rotated, from the first on; 0 is all."""


class RotaryEmbedding(Layer):
    """Rotates pairs of elements: x (b, d, s, h), cos and sin (b, s, r/2) -> (b, d, s, h); r is h or what is rotated.

    (x1, x2) becomes (x1 cos - x2 sin, x1 sin + x2 cos). With position ids (b, s) as input 3, cos and sin are
    (positions, r/2) and each token has the row of its id.
    C1: x has rank 4, cos and sin have one shape, as above. C2: all three are of one float dtype. C3: r is even and not
    above h. C4: position ids are int32 or int64, of the rows that there are.
    """

    method, interface = "add_rotary_embedding", "IRotaryEmbeddingLayer"
    operands = ("input", "cos_cache", "sin_cache", "position_ids")
    scaffold = """inputs:
          x: {shape: [2, 2, 1, 2], arange: {start: 1}}
          c: {shape: [2, 1, 1], values: [[[1]], [[0]]]}
          s: {shape: [2, 1, 1], values: [[[0]], [[1]]]}
        network:
          y: {rotary_embedding: {input: x, cos_cache: c, sin_cache: s, interleaved: false, rotary_embedding_dim: 0}}"""

    input: Tensor
    cos_cache: Tensor
    """The cosines of the angles."""
    sin_cache: Tensor
    """Their sines."""
    interleaved: bool
    rotary_embedding_dim: int
    set: RotaryEmbeddingAttributes = RotaryEmbeddingAttributes()

    def rotated(self, x: Bounded) -> int:
        """How many elements of the last axis are rotated."""
        return self.final.rotary_embedding_dim or x.shape[-1]

    def check_inputs(self, x: Bounded, cos: Bounded, sin: Bounded, ids: Maybe) -> None:
        if len(x.shape) != 4:
            self.refuse("input", f"{list(x.shape)} given; give (b, d, s, h)", "C1")
        if not 0 <= self.rotated(x) <= x.shape[-1] or self.rotated(x) % 2:
            self.refuse("rotary_embedding_dim", f"{self.rotated(x)} of {x.shape[-1]}; give an even number", "C3")
        if ids is not None:
            shape: tuple[int, ...] = (*cos.shape[:1], self.rotated(x) // 2)
            if ids.dtype not in ("int32", "int64") or ids.shape != (x.shape[0], x.shape[2]):
                self.refuse("set_input", f"{ids.dtype} {list(ids.shape)} given; give integers (b, s)", "C4")
            if ids.ref.size and not 0 <= ids.ref.min() <= ids.ref.max() < cos.shape[0]:
                self.refuse("set_input", f"ids to {ids.ref.max():g} of {cos.shape[0]} rows", "C4")
        else:
            shape = (x.shape[0], x.shape[2], self.rotated(x) // 2)
        for name, cache in (("cos_cache", cos), ("sin_cache", sin)):
            if cache.shape != shape:
                self.refuse(name, f"{list(cache.shape)} given; give {list(shape)}", "C1")
            if cache.dtype != x.dtype or x.dtype not in FLOATS:
                self.refuse(name, f"{cache.dtype} beside {x.dtype}; give one float dtype", "C2")

    def evaluate(self, x: Bounded, cos: Bounded, sin: Bounded, ids: Maybe, *, arithmetic: Arithmetic) -> Bounded:
        if ids is not None:
            rows = ids.ref.astype(int)
            cos, sin = (moved(lambda part: part[rows], cache) for cache in (cos, sin))
        r = self.rotated(x)
        if self.final.interleaved:
            first, second = slice(0, r, 2), slice(1, r, 2)
        else:
            first, second = slice(0, r // 2), slice(r // 2, r)
        pairs = moved(lambda part: np.stack([part[..., first], part[..., second]], -1), x)
        turned = []
        for left, right, sign in ((cos, sin, -1.0), (sin, cos, 1.0)):
            # errors have no sign: the minus is that of sin, and the bounds take magnitudes
            angles = moved(lambda a, b: np.stack([a, b], -1)[:, None], left, right)
            signed = np.stack([np.ones(left.shape), np.full(left.shape, sign)], -1)[:, None]
            angles = replace(angles, ref=angles.ref * signed)
            turned.append(dot_product(lambda p, a, _: (p * a).sum(-1), pairs, angles, None, arithmetic))

        def place(part: np.ndarray, one: np.ndarray, two: np.ndarray) -> np.ndarray:
            made = part.copy()
            made[..., first], made[..., second] = one, two
            return made

        return moved(place, x, *turned)
