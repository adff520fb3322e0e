"""add_attention and add_attention_v2. Source: TensorRT operators reference, Attention; NvInfer.h, IAttention."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Annotated, Any, Literal

import numpy as np

from trtexp.definition.network import DTYPE_OF_MEMBER
from trtexp.definition.readback import ReadLayer, ReadTensor
from trtexp.layers.base import GIVEN, DataType, Described, Kind, Layer, Maybe, Spread, Tensor
from trtexp.layers.quantize import there_and_back
from trtexp.layers.softmax import softmaxed
from trtexp.numerics import Arithmetic, Bounded, dot_product, exactly, moved, pointwise
from trtexp.numerics.budget import OF_A_STEP, Work
from trtexp.numerics.linear import matmul

Norm = Annotated[Literal["NONE", "SOFTMAX"], Kind("AttentionNormalizationOp")]
CausalMaskKind = Annotated[Literal["NONE", "UPPER_LEFT", "LOWER_RIGHT"], Kind("CausalMaskKind")]
IOForm = Annotated[Literal["PADDED_BHND", "PACKED_NHD"], Kind("AttentionIOForm")]
FLOATS = ("float32", "float16", "bfloat16")
PACKED = "PACKED_NHD"


class AttentionAttributes(Spread, Described):
    """Attributes of an attention, which is several layers: no release lets one say their types."""

    norm_op: Norm = GIVEN
    """What is done with the scores of a query: nothing, or softmax."""
    causal: bool = GIVEN
    """True is the causal kind UPPER_LEFT, false NONE; deprecated from 11.x on."""
    causal_kind: CausalMaskKind = GIVEN
    """Which keys a query may not see, 11.x on."""
    decomposable: bool = False
    """Whether several kernels may do it where there is no fused one."""
    mask: Tensor | None = None
    """bool: true lets a query see a key; float: is added to the scores."""
    normalization_quantize_scale: Tensor | None = None
    """The scale by which the normalised scores are quantised, 10.14 on."""
    normalization_quantize_to_type: DataType | None = None
    """The type that they are quantised to, FP8 or INT8."""
    query_form: IOForm = "PADDED_BHND"
    """Padded: (b, heads, tokens, h); packed: (tokens of all batches, heads, h), 11.x on."""
    key_value_form: IOForm = "PADDED_BHND"
    """The same for key and value."""
    query_lengths: Tensor | None = None
    """int32, 0 and then the cumulated numbers of query tokens, (b + 1,); for the packed form."""
    key_value_lengths: Tensor | None = None
    """int32, (b,) numbers of keys in the padded form; (b + 1,) cumulated in the packed form."""


class _Attention(Layer):
    """norm(Q Kᵀ + mask) V with no scale of its own: Q (b, d, s, h), K and V (b, e, t, h) -> (b, d, s, h).

    Query head i uses the key head i // (d / e). Packed tensors have no axis b, and all tokens on their first axis.
    The causal kinds hide key j from query i: UPPER_LEFT where j > i, LOWER_RIGHT where j > i + t - s.
    C1: padded tensors have rank 4, packed ones 3. C2: b and h are equal, K and V have one shape. C3: d is a multiple of
    e. C4: Q, K and V are of one float dtype. C5: a mask is bool or of that dtype, (1 or b, 1 or d, s, t), and there is
    no causal kind beside it. C6: a packed form has lengths, which rise from 0 to the tokens; lengths of another form
    are one for each batch, from 0 to the tokens. C7: the scale of the normalised scores is positive, their type FP8 or
    INT8, and both are given with SOFTMAX alone.
    """

    interface = "IAttention"
    more_operands = ("mask", "normalization_quantize_scale", "query_lengths", "key_value_lengths")

    query: Tensor
    key: Tensor
    value: Tensor
    norm_op: Norm
    set: AttentionAttributes = AttentionAttributes()  # type: ignore[assignment]

    @classmethod
    def told(cls, read: ReadLayer, inputs: Sequence[ReadTensor | None]) -> dict[str, Any]:
        """The type of quantised scores says nothing without a scale."""
        told = super().told(read, inputs)
        scaled = "normalization_quantize_scale" in told
        return {name: value for name, value in told.items() if scaled or name != "normalization_quantize_to_type"}

    def writes(self, name: str, value: Any) -> Mapping[str, Any]:
        """`causal` writes the causal kind, too."""
        return {name: value, "causal_kind": "UPPER_LEFT" if value else "NONE"} if name == "causal" else {name: value}

    def check_inputs(
        self,
        q: Bounded,
        k: Bounded,
        v: Bounded,
        mask: Maybe,
        scale: Maybe,
        q_lengths: Maybe,
        k_lengths: Maybe,
    ) -> None:
        final = self.final
        q_form, k_form = final.query_form, final.key_value_form
        for name, x, form in (("query", q, q_form), ("key", k, k_form), ("value", v, k_form)):
            rank = 3 if form == PACKED else 4
            if len(x.shape) != rank:
                self.refuse(name, f"{list(x.shape)} given; {form} has rank {rank}", "C1")
            if x.dtype not in FLOATS or x.dtype != q.dtype:
                self.refuse(name, f"{x.dtype} given; give one of {', '.join(FLOATS)} for all three", "C4")
        heads = [x.shape[1] for x in (q, k)]
        if k.shape != v.shape or q.shape[-1] != k.shape[-1]:
            self.refuse("value", f"{list(q.shape)}, {list(k.shape)}, {list(v.shape)}; sizes of heads differ", "C2")
        for name, form, x, lengths in (
            ("query_lengths", q_form, q, q_lengths),
            ("key_value_lengths", k_form, k, k_lengths),
        ):
            self.check_lengths(name, form, x, lengths)
        batches = batch(q, q_form, q_lengths), batch(k, k_form, k_lengths)
        if len(set(batches)) > 1:
            self.refuse("key", f"{batches[1]} batches of keys for {batches[0]} of queries", "C2")
        if not heads[1] or heads[0] % heads[1]:
            self.refuse("query", f"{heads[0]} heads for {heads[1]} of the keys; give a multiple", "C3")
        if mask is not None:
            self.check_mask(q, k, mask)
        quantised = final.normalization_quantize_to_type
        if (scale is None) != (quantised is None) or quantised not in (None, "FP8", "INT8"):
            self.refuse("normalization_quantize_to_type", f"{quantised} given; give FP8 or INT8, and a scale", "C7")
        if scale is not None and (not (scale.ref > 0).all() or final.norm_op != "SOFTMAX"):
            self.refuse("normalization_quantize_scale", "give a positive scale, with SOFTMAX alone", "C7")

    def check_lengths(self, name: str, form: str, x: Bounded, lengths: Maybe) -> None:
        if form == PACKED:
            good = lengths is not None and len(lengths.shape) == 1 and lengths.dtype == "int32" and lengths.ref.size
            ends = lengths.ref[[0, -1]].tolist() if lengths is not None and good else []
            if lengths is None or ends != [0, x.shape[0]] or (np.diff(lengths.ref) < 0).any():
                self.refuse(name, f"int32 from 0 to the {x.shape[0]} tokens are needed with PACKED_NHD", "C6")
        elif lengths is not None:
            tokens, shape = x.shape[2], x.shape[:1]
            whole = lengths.shape == shape and lengths.dtype in ("int32", "int64")
            if not whole or not ((lengths.ref >= 0) & (lengths.ref <= tokens)).all():
                given = f"{lengths.dtype} {list(lengths.shape)} given"
                self.refuse(name, f"{given}; give an integer from 0 to {tokens} for each of {x.shape[0]} batches", "C6")

    def check_mask(self, q: Bounded, k: Bounded, mask: Bounded) -> None:
        if self.final.causal_kind != "NONE":
            self.refuse("mask", f"a mask beside the causal kind {self.final.causal_kind}", "C5")
        if PACKED not in (self.final.query_form, self.final.key_value_form):
            full = (*q.shape[:3], k.shape[2])
            fits = len(mask.shape) == 4 and all(m in (1, n) for m, n in zip(mask.shape, full, strict=True))
            if not fits or mask.shape[2:] != full[2:]:
                self.refuse("mask", f"{list(mask.shape)} for scores of {list(full)}", "C5")
        if mask.dtype not in ("bool", q.dtype):
            self.refuse("mask", f"{mask.dtype} given; give bool or {q.dtype}", "C5")

    def evaluate(
        self,
        q: Bounded,
        k: Bounded,
        v: Bounded,
        mask: Maybe,
        scale: Maybe,
        q_lengths: Maybe,
        k_lengths: Maybe,
        *,
        arithmetic: Arithmetic,
    ) -> Bounded:
        q_form, k_form, made = self.final.query_form, self.final.key_value_form, []
        for b in range(batch(q, q_form, q_lengths)):
            queries = sequence(q, q_form, q_lengths if q_form == PACKED else None, b)
            keys, values = (sequence(x, k_form, k_lengths, b) for x in (k, v))
            there = None if mask is None else moved(lambda part, b=b: part[min(b, len(part) - 1)], mask)
            made.append(self.attend(queries, keys, values, there, scale, arithmetic))
        if not made:
            return exactly(np.zeros(q.shape), q.dtype)
        if q_form == PACKED:
            return moved(lambda *parts: np.concatenate([np.swapaxes(p, 0, 1) for p in parts]), *made)
        return moved(lambda *parts: np.stack(parts), *made)

    def work(
        self, q: Bounded, k: Bounded, v: Bounded, mask: Maybe, scale: Maybe, q_lengths: Maybe, k_lengths: Maybe
    ) -> Work:
        b = batch(q, self.final.query_form, q_lengths)
        (*_, d, s, h), t = q.shape, k.shape[-2]
        if self.final.query_form == PACKED:
            s, d = q.shape[:2]
        if self.final.key_value_form == PACKED:
            t = k.shape[0]
        scores = b * d * s * t
        return Work(q.ref.size + 2 * scores + 2 * b * d * t * h, scores * h // 8 + 100 * OF_A_STEP * b)

    def attend(self, q: Bounded, k: Bounded, v: Bounded, mask: Maybe, scale: Maybe, arithmetic: Arithmetic) -> Bounded:
        """One batch: q (d, s, h), k and v (e, t, h) -> (d, s, h)."""
        repeats = q.shape[0] // k.shape[0]
        k, v = (moved(lambda part: np.repeat(part, repeats, 0), x) for x in (k, v))
        (s, t), shape = (q.shape[1], k.shape[1]), (q.shape[0], q.shape[1], k.shape[1])
        runs = (1, q.shape[-1])
        scores = dot_product(lambda x, w, _: matmul(x, np.swapaxes(w, -1, -2)), q, k, None, arithmetic, runs=runs)
        shift = {"UPPER_LEFT": 0, "LOWER_RIGHT": t - s}.get(self.final.causal_kind, t)
        inside = np.broadcast_to(np.arange(t) <= np.arange(s)[:, None] + shift, shape)
        if mask is not None and mask.dtype == "bool":
            inside = np.broadcast_to(mask.ref[..., :s, :t] != 0, shape)
        elif mask is not None:
            added = moved(lambda part: part[..., :s, :t], mask)
            scores = pointwise(np.add, [scores, added], 0.5)
        if self.final.norm_op == "SOFTMAX":
            weights = softmaxed(scores, -1, inside)
            if scale is not None:
                weights = there_and_back(
                    weights, scale, DTYPE_OF_MEMBER[self.final.normalization_quantize_to_type or ""]
                )
        else:
            weights = replace(scores, undetermined=scores.undetermined | ~inside)
        # A query that sees no key has no softmax, and no rule.
        lost = weights.undetermined | ~inside.any(-1, keepdims=True)
        weights = replace(weights, undetermined=lost)
        return dot_product(lambda x, w, _: matmul(x, w), weights, v, None, arithmetic, runs=(1, t))


class Attention(_Attention):
    """norm(Q Kᵀ + mask) V; deprecated from 11.x on, where add_attention_v2 takes the causal kind."""

    method = "add_attention"
    scaffold = """inputs:
          q: {shape: [1, 1, 3, 2], full: 1}
          k: {shape: [1, 1, 4, 2], full: 1}
          v: {shape: [1, 1, 4, 2], values: [[[[1, 2], [4, 8], [16, 32], [64, 128]]]]}
        network:
          y: {attention: {query: q, key: k, value: v, norm_op: NONE, causal: false}, set: {decomposable: true}}"""

    causal: bool
    """True is the causal kind UPPER_LEFT, false NONE."""


class AttentionV2(_Attention):
    """norm(Q Kᵀ + mask) V, 11.x on."""

    method = "add_attention_v2"
    scaffold = """inputs:
          q: {shape: [1, 4, 1, 2], full: 0}
          k: {shape: [1, 2, 2, 2], full: 1}
          v: {shape: [1, 2, 2, 2], arange: {start: 0}}
        network:
          y:
            attention_v2: {query: q, key: k, value: v, norm_op: SOFTMAX, causal_kind: NONE}
            set: {decomposable: true}"""

    causal_kind: CausalMaskKind
    """Which keys a query may not see."""


def batch(x: Bounded, form: str, lengths: Maybe) -> int:
    """How many batches a tensor has."""
    return len(lengths.ref) - 1 if form == PACKED and lengths is not None else x.shape[0]


def sequence(x: Bounded, form: str, lengths: Maybe, b: int) -> Bounded:
    """One batch as (heads, tokens, h), without tokens that its length leaves out."""
    if form == PACKED:
        assert lengths is not None
        first, last = (int(n) for n in lengths.ref[b : b + 2])
        return moved(lambda part: np.swapaxes(part[first:last], 0, 1), x)
    length = x.shape[2] if lengths is None else int(lengths.ref[b])
    return moved(lambda part: part[b][:, :length], x)
