"""add_attention and add_attention_v2: who sees whom, with what weight; packed tokens; what is refused."""

import numpy as np
import pytest
from layer_runs import evaluate, refused, tensor

from trtexp.layers import LAYERS

V = np.array([[[[1.0, 2], [4, 8], [16, 32], [64, 128]]]])
Q, K = np.zeros((1, 1, 3, 2)), np.ones((1, 1, 4, 2))
KEYS = {"query": "q", "key": "k", "value": "v", "norm_op": "SOFTMAX"}


def attention(q=Q, k=K, v=V, *more, method="attention_v2", dtype="float32", **keys):
    """more: mask, scale, query_lengths, key_value_lengths."""
    given = {"causal_kind": "NONE"} if method == "attention_v2" else {"causal": False}
    inputs = [tensor(x, dtype) for x in (q, k, v)]
    return evaluate(method, [*inputs, *more], **KEYS | given | keys)


def rows(*arguments, **keys):
    return attention(*arguments, **keys).ref.reshape(-1, 2).tolist()


def test_equal_scores_make_a_mean():
    assert rows() == [[21.25, 42.5]] * 3


def test_scores_are_not_scaled():
    q = np.log(2) * np.array([[[[1.0, 0]]]])
    k = np.array([[[[1.0, 0], [0, 0], [0, 0], [0, 0]]]])
    np.testing.assert_allclose(attention(q, k).ref[0, 0, 0], (2 * V[0, 0, 0] + V[0, 0, 1:].sum(0)) / 5)


def test_the_scores_are_the_weights_without_normalization():
    assert rows(np.ones((1, 1, 1, 2)), norm_op="NONE") == [[170, 340]]
    assert rows(np.ones((1, 1, 1, 2)), set={"norm_op": "NONE"}) == [[170, 340]]


@pytest.mark.parametrize(
    ("kind", "expected"),
    [
        ("NONE", [[21.25, 42.5]] * 3),
        ("UPPER_LEFT", [[1, 2], [2.5, 5], [7, 14]]),
        ("LOWER_RIGHT", [[2.5, 5], [7, 14], [21.25, 42.5]]),
    ],
)
def test_causal_kinds(kind, expected):
    assert rows(causal_kind=kind) == expected
    assert rows(set={"causal_kind": kind}) == expected
    assert rows(method="attention", set={"causal_kind": kind}) == expected


def test_causal_is_upper_left_and_the_last_word_counts():
    upper = rows(causal_kind="UPPER_LEFT")
    assert rows(method="attention", causal=True) == rows(method="attention", set={"causal": True}) == upper
    assert rows(method="attention", causal=True, set={"causal": False}) == rows()
    assert rows(set={"causal_kind": "LOWER_RIGHT", "causal": True}) == upper


def test_a_mask_of_truth_values_and_one_of_numbers():
    seen = np.array([[[[0, 1, 0, 0], [0, 0, 1, 1], [1, 1, 0, 0]]]])
    expected = [[4, 8], [40, 80], [2.5, 5]]
    assert rows(Q, K, V, tensor(seen, "bool"), set={"mask": "m"}) == expected
    assert rows(Q, K, V, tensor(np.where(seen, 0, -np.inf)), set={"mask": "m"}) == expected


def test_a_query_that_sees_no_key_has_no_result():
    y = attention(Q, K, V, tensor(np.array([[[[0, 0, 0, 0], [1, 0, 0, 0], [1, 1, 1, 1]]]]), "bool"), set={"mask": "m"})
    assert y.undetermined[0, 0].tolist() == [[True, True], [False, False], [False, False]]


def test_heads_of_queries_share_heads_of_keys():
    v = np.arange(8.0).reshape(1, 2, 2, 2)
    assert rows(np.zeros((1, 4, 1, 2)), np.ones((1, 2, 2, 2)), v) == [[1, 2], [1, 2], [5, 6], [5, 6]]


def test_keys_beyond_a_length_are_not_seen():
    v = np.arange(16.0).reshape(2, 1, 4, 2)
    lengths = tensor([4, 2], "int32")
    keys = {"set": {"key_value_lengths": "n"}}
    inputs = np.zeros((2, 1, 1, 2)), np.ones((2, 1, 4, 2)), v, None, None, None, lengths
    assert rows(*inputs, **keys) == [[3, 4], [9, 10]]


def test_packed_tokens_are_those_of_their_batch():
    v = np.arange(12.0).reshape(6, 1, 2)
    packed = dict.fromkeys(("query_form", "key_value_form"), "PACKED_NHD")
    lengths = tensor([0, 1, 3], "int32"), tensor([0, 2, 6], "int32")
    y = attention(np.zeros((3, 1, 2)), np.ones((6, 1, 2)), v, None, None, *lengths, set=packed)
    assert y.ref.tolist() == [[[1, 2]], [[7, 8]], [[7, 8]]]


def test_quantized_weights():
    mask = tensor(np.array([[[[1, 1, 1, 0]]]]), "bool")
    attributes = {"mask": "m", "normalization_quantize_to_type": "INT8", "normalization_quantize_scale": "s"}
    y = attention(Q[:, :, :1], K, V, mask, tensor(0.125), set=attributes)
    assert y.ref.tolist() == [[[[7.875, 15.75]]]]  # thirds become 3/8


def test_bounds_hold_for_float32_arithmetic():
    rng = np.random.default_rng(0)
    q, k, v = (rng.normal(size=(1, 2, 9, 16)).astype(np.float32) for _ in range(3))
    e = np.exp((s := q @ np.swapaxes(k, -1, -2)) - s.max(-1, keepdims=True))
    y = attention(q, k, v)
    assert (np.abs((e / e.sum(-1, keepdims=True)) @ v - y.ref) <= y.bound).all()
    assert y.bound.max() < 1e-3


def test_tensors_among_the_attributes_are_inputs():
    layer = LAYERS["attention_v2"].model_validate(KEYS | {"causal_kind": "NONE", "set": {"mask": "m"}})
    assert layer.input_tensors()[3] == (("set", "mask"), "m")
    assert [getattr(step, "attribute", "") for step in layer.steps("y")] == ["", "mask"]


INTS = tensor([0, 1], "int32")
FLAGS = tensor(np.ones((1, 1, 3, 4)), "bool")


@pytest.mark.parametrize(
    ("label", "inputs", "attributes", "place"),
    [
        ("C1", [Q[0], K, V], {}, ("attention_v2", "query")),
        ("C1", [Q, K, V], {"key_value_form": "PACKED_NHD"}, ("attention_v2", "key")),
        ("C2", [np.zeros((1, 1, 3, 3)), K, V], {}, ("attention_v2", "value")),
        ("C2", [Q, K, V[:, :, :2]], {}, ("attention_v2", "value")),
        ("C2", [np.zeros((2, 1, 3, 2)), K, V], {}, ("attention_v2", "key")),
        ("C3", [np.zeros((1, 3, 1, 2)), np.ones((1, 2, 2, 2)), np.ones((1, 2, 2, 2))], {}, ("attention_v2", "query")),
        ("C4", [Q, tensor(K, "float16"), V], {}, ("attention_v2", "key")),
        ("C4", [tensor(x, "int32") for x in (Q, K, V)], {}, ("attention_v2", "query")),
        ("C5", [Q, K, V, FLAGS], {"mask": "m", "causal_kind": "UPPER_LEFT"}, ("set", "mask")),
        ("C5", [Q, K, V, tensor(np.ones((1, 1, 3, 3)), "bool")], {"mask": "m"}, ("set", "mask")),
        ("C5", [Q, K, V, tensor(np.ones((1, 1, 3, 4)), "int32")], {"mask": "m"}, ("set", "mask")),
        ("C6", [Q[0], K, V], {"query_form": "PACKED_NHD"}, ("attention_v2",)),
        ("C6", [Q[0], K, V, None, None, tensor([[0]], "int32")], {"query_form": "PACKED_NHD"}, ("attention_v2",)),
        ("C6", [Q, K, V, None, None, None, tensor(K)], {"key_value_lengths": "n"}, ("set", "key_value_lengths")),
        (
            "C6",
            [Q, K, V, *[None] * 3, tensor([9], "int32")],
            {"key_value_lengths": "n"},
            ("set", "key_value_lengths"),
        ),
        ("C7", [Q, K, V, None, tensor(1.0)], {"normalization_quantize_scale": "s"}, ("attention_v2",)),
        (
            "C7",
            [Q, K, V, None, tensor(-1.0)],
            {"normalization_quantize_scale": "s", "normalization_quantize_to_type": "FP8"},
            ("set", "normalization_quantize_scale"),
        ),
    ],
)
def test_what_is_refused(label, inputs, attributes, place):
    assert refused(label, "attention_v2", inputs, **KEYS | {"causal_kind": "NONE", "set": attributes}) == place
