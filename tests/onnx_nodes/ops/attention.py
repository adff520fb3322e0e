"""Attention, rotary embedding and the update of a cache, which are layers of their own from 10.14 on."""

from __future__ import annotations

import numpy as np

from onnx_nodes.builder import Builder
from onnx_nodes.graph import ExcludedError, Node, converts


def heads_apart(b: Builder, x: str, heads: int | None) -> str:
    """(b, s, heads · h) -> (b, heads, s, h)"""
    if b.rank(x) == 4:
        return x
    assert heads is not None
    n, s, width = b.shape(x)
    split = {"reshape_dims": [n, s, heads, width // heads], "second_transpose": [0, 2, 1, 3]}
    return b.add("shuffle", input=x, set=split)


def heads_together(b: Builder, x: str) -> str:
    """(b, heads, s, h) -> (b, s, heads · h)"""
    n, heads, s, h = b.shape(x)
    return b.add("shuffle", input=x, set={"first_transpose": [0, 2, 1, 3], "reshape_dims": [n, s, heads * h]})


@converts("Attention")
def attention(b: Builder, node: Node) -> list[str]:
    if len(node.wanted) > 3:
        raise ExcludedError("option", "the product of queries and keys as an output")
    if node.get("softcap", 0.0):
        raise ExcludedError("option", "softcap")
    flat = b.rank(node[0]) == 3
    q = heads_apart(b, node[0], node.get("q_num_heads"))
    k, v = (heads_apart(b, node[i], node.get("kv_num_heads")) for i in (1, 2))
    past, before = node.given(4), 0
    if past is not None:
        before = b.shape(past)[2]
        k, v = (b.concatenated([node[i], x], 2) for i, x in ((4, k), (5, v)))
    kind, mask = mask_of(b, node, q, k, before)
    scale = node.get("scale") or 1 / np.sqrt(b.shape(q)[-1])
    q = b.elementwise("PROD", q, b.scalar(scale, q))
    given = {"decomposable": True} | ({} if mask is None else {"mask": mask})
    made = b.add("attention_v2", query=q, key=k, value=v, norm_op="SOFTMAX", causal_kind=kind, set=given)
    return [heads_together(b, made) if flat else made, k, v]


def mask_of(b: Builder, node: Node, q: str, k: str, before: int) -> tuple[str, str | None]:
    """The causal kind and the mask; what the layer has no attribute for goes into the mask.

    Query i stands at i + offset among the keys: behind those of the past, or at the end of those that are no padding.
    """
    (n, _, s, _), t = b.shape(q), b.shape(k)[2]
    nonpad, given = node.given(6), node.given(3)
    lengths = np.full(n, t) if nonpad is None else np.array(b.numbers(nonpad))
    offset = np.full(n, before) if nonpad is None else lengths - s
    place, key = np.arange(s)[:, None] + offset[:, None, None], np.arange(t)
    allowed = np.broadcast_to(key < lengths[:, None, None], (n, s, t))
    left, right = node.get("left_window_size", -1), node.get("right_window_size", -1)
    if node.get("is_causal", 0):
        right = 0
        for kind, shift in (("UPPER_LEFT", 0), ("LOWER_RIGHT", t - s)):
            if allowed.all() and left < 0 and given is None and (offset == shift).all():
                return kind, None
    if right >= 0:
        allowed = allowed & (key <= place + right)
    if left >= 0:
        allowed = allowed & (key >= place - left)
    if given is None:
        return "NONE", None if allowed.all() else b.constant(allowed[:, None])
    mask = b.reshape(given, [*[1] * (4 - b.rank(given)), *b.shape(given)])
    (_, _, rows, columns) = b.shape(mask)
    if columns not in (1, t) or rows not in (1, s):
        raise ExcludedError("option", "a mask shorter than the keys")
    mask = b.expand(mask, [*b.shape(mask)[:2], s, t])
    if allowed.all():
        return "NONE", mask
    inside = b.constant(allowed[:, None])
    if b.dtype(mask) == "bool":
        return "NONE", b.elementwise("AND", mask, inside)
    hidden = b.scalar(-np.inf, mask)
    return "NONE", b.add("select", condition=inside, then_input=mask, else_input=hidden)


@converts("RotaryEmbedding")
def rotary_embedding(b: Builder, node: Node) -> str:
    flat = b.rank(node[0]) == 3
    ids = node.given(3)
    made = b.add(
        "rotary_embedding",
        input=heads_apart(b, node[0], node.get("num_heads")),
        cos_cache=node[1],
        sin_cache=node[2],
        interleaved=bool(node.get("interleaved", 0)),
        rotary_embedding_dim=node.get("rotary_embedding_dim", 0),
        set_input=None if ids is None else {3: ids},
    )
    return heads_together(b, made) if flat else made


@converts("TensorScatter")
def tensor_scatter(b: Builder, node: Node) -> str:
    if node.get("mode", "linear") != "linear" or node.get("axis", -2) % b.rank(node[0]) != b.rank(node[0]) - 2:
        raise ExcludedError("option", "a circular cache, or another axis")
    given = node.given(2)
    places = b.constant(np.zeros(b.shape(node[0])[0]), "int32") if given is None else given
    return b.add("kv_cache_update", cache=node[0], update=node[1], write_indices=places, cache_mode="LINEAR")
