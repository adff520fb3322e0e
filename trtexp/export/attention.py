"""Attention and what stands around it: rotary embeddings, caches of keys, softmax of rows of several lengths."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from trtexp.definition.network import DTYPE_OF_MEMBER
from trtexp.export.writer import Exports, Writer, demand
from trtexp.layers.attention import PACKED, Attention, AttentionV2
from trtexp.layers.kv_cache_update import KVCacheUpdate
from trtexp.layers.ragged_softmax import RaggedSoftmax
from trtexp.layers.rotary_embedding import RotaryEmbedding

EXPORTS = Exports()


@EXPORTS("attention", "attention_v2")
def attention(writer: Writer, layer: Attention | AttentionV2, to: str, inputs: Sequence[str]) -> None:
    """Written out, since ONNX's own operator came with opset 23."""
    q, k, v, mask, scale, _, lengths = [*inputs, "", "", "", ""][:7]
    final = layer.final
    demand(layer, PACKED not in (final.query_form, final.key_value_form), "tokens of all batches on one axis")
    (_, heads, rows, _), (batches, shared, columns, _) = writer.shape(q), writer.shape(k)
    if shared != heads:
        repeated = writer.ints(np.repeat(np.arange(shared), heads // shared).tolist())
        k, v = (writer.node("Gather", [x, repeated], axis=1) for x in (k, v))
    scores = writer.node("MatMul", [q, writer.transpose(k, [0, 1, 3, 2])])
    inside = np.tri(rows, columns, {"UPPER_LEFT": 0, "LOWER_RIGHT": columns - rows}.get(final.causal_kind, columns)) > 0
    if lengths:
        known = writer.tensors[lengths].ref.reshape(batches, 1, 1, 1)
        inside = inside & (np.arange(columns) < known)
    hidden = [] if inside.all() else [writer.constant(inside, "bool")]
    if mask and writer.dtype(mask) == "bool":
        hidden.append(mask)
    elif mask:
        scores = writer.node("Add", [scores, mask])
    for condition in hidden:
        scores = writer.node("Where", [condition, scores, writer.scalar(-np.inf, q)])
    if final.norm_op == "SOFTMAX":
        scores = writer.node("Softmax", [scores], axis=-1)
    if final.normalization_quantize_to_type:
        codes = writer.constant(0, DTYPE_OF_MEMBER[final.normalization_quantize_to_type])
        scale = writer.reshape(scale, [])
        scores = writer.node("DequantizeLinear", [writer.node("QuantizeLinear", [scores, scale, codes]), scale, codes])
    writer.node("MatMul", [scores, v], to)


@EXPORTS("rotary_embedding")
def rotary_embedding(writer: Writer, layer: RotaryEmbedding, to: str, inputs: Sequence[str]) -> None:
    """Written out, for the same reason; the elements are gathered in pairs, and scattered back by another gather."""
    x, cos, sin, ids = [*inputs, ""][:4]
    count, rotated = writer.shape(x)[-1], layer.rotated(writer.tensors[x])
    order = np.arange(rotated).reshape(2, -1)
    if layer.final.interleaved:
        order = order.reshape(-1, 2).T
    halves = [writer.node("Gather", [x, writer.ints(half.tolist())], axis=3) for half in order]
    if ids:
        cos, sin = (writer.node("Gather", [cache, ids], axis=0) for cache in (cos, sin))
    cos, sin = (writer.node("Unsqueeze", [cache, writer.ints([1])]) for cache in (cos, sin))
    products = [[writer.node("Mul", [half, cache]) for cache in (cos, sin)] for half in halves]
    turned = [
        writer.node("Sub", [products[0][0], products[1][1]]),
        writer.node("Add", [products[0][1], products[1][0]]),
    ]
    rest = writer.node("Gather", [x, writer.ints(range(rotated, count))], axis=3)
    back = writer.ints([*np.argsort(order.reshape(-1)).tolist(), *range(rotated, count)])
    writer.node("Gather", [writer.node("Concat", [*turned, rest], axis=3), back], to, axis=3)


@EXPORTS("kv_cache_update")
def kv_cache_update(writer: Writer, layer: KVCacheUpdate, to: str, inputs: Sequence[str]) -> None:
    """The rows of all batches and heads are scattered at once; where they go is written out."""
    cache, update, first, lengths = [*inputs, ""][:4]
    batches, heads, _, size = writer.shape(cache)
    if layer.packed():
        counts = np.diff(writer.tensors[lengths].ref).astype(int)
    else:
        counts = np.full(batches, writer.shape(update)[2])
        update = writer.transpose(update, [0, 2, 1, 3])
    starts = writer.tensors[first].ref.astype(int)
    places = [
        (batch, head, start + row)
        for batch, (start, count) in enumerate(zip(starts, counts, strict=True))
        for row in range(count)
        for head in range(heads)
    ]
    indices = writer.constant(np.array(places, np.int64).reshape(-1, 3), "int64")
    writer.node("ScatterND", [cache, indices, writer.reshape(update, [-1, size])], to)


@EXPORTS("ragged_softmax")
def ragged_softmax(writer: Writer, layer: RaggedSoftmax, to: str, inputs: Sequence[str]) -> None:
    """What is behind a row's end is -inf before the softmax and 0 behind it; a row of nothing is all 0."""
    x, bounds = inputs
    inside = writer.node("Less", [writer.constant(np.arange(writer.shape(x)[-1]), "int32"), bounds])
    made = writer.node("Softmax", [writer.node("Where", [inside, x, writer.scalar(-np.inf, x)])], axis=-1)
    writer.node("Where", [inside, made, writer.scalar(0, x)], to)
