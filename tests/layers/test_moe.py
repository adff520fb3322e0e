"""add_moe: a token's experts, their three products, gate, biases and codes."""

import numpy as np
import pytest
from layer_runs import evaluate, refused, tensor

from trtexp.definition.steps import Call, Member, Ref
from trtexp.layers import LAYERS

X = np.array([[[1.0, 2], [4, 8]]])
CHOSEN, SCORES = tensor([[[0], [1]]], "int32"), np.array([[[1.0], [0.5]]])
GATE = np.array([[[1.0], [0]], [[0], [1]]])
UP = np.array([[[0.0], [1]], [[1], [1]]])
DOWN = np.array([[[1.0, 16]], [[2, 0]]])
WEIGHTS = {"fc_gate_weights": "g", "fc_up_weights": "u", "fc_down_weights": "d", "activation_type": "NONE"}
KEYS = {"hidden_states": "x", "selected_experts_for_tokens": "c", "scores_for_selected_experts": "s"}


def moe(x=X, chosen=CHOSEN, scores=SCORES, *more, weights=(GATE, UP, DOWN), **attributes):
    """more: biases of gate, up and down, then a scale."""
    given = {"gated_weights": WEIGHTS, **attributes}
    return evaluate("moe", [x, chosen, scores, *weights, *more], **KEYS, set=given)


def test_one_expert_each():
    y = moe()
    assert y.ref.tolist() == [[[2, 32], [96, 0]]]
    assert y.shape == X.shape


def test_several_experts_are_added_by_their_scores():
    y = moe(X, tensor([[[0, 1], [1, 0]]], "int64"), [[[1, 0.25], [0.5, 2]]])
    assert y.ref.tolist() == [[[5, 32], [160, 1024]]]


def test_the_gate_is_closed_below_and_open_above():
    x = [[[0.0, 2], [4, 128]]]
    expected = [[[0, 0], [16896, 0]]]
    assert moe(x, gated_weights=WEIGHTS | {"activation_type": "SILU"}).ref.tolist() == expected
    assert moe(x, activation_type="SILU").ref.tolist() == expected


def test_silu_by_the_formula():
    x = np.array([[[0.5, 2.0], [1, -1]]])
    y = moe(x, activation_type="SILU")
    g = 0.5
    assert y.ref[0, 0, 0] == pytest.approx(g / (1 + np.exp(-g)) * 2)
    assert 0 < y.bound[0, 0, 0] < 1e-5


def test_biases_of_all_three_products():
    y = moe(X, CHOSEN, SCORES, [[1.0], [0]], [[0.0], [4]], [[0.0, 1], [8, 2]])
    assert y.ref.tolist() == [[[4, 65], [132, 1]]]


@pytest.mark.parametrize(
    "attributes",
    [
        {"swiglu_params": {"limit": 3.0, "alpha": 16.0, "beta": 1.0}},
        {"swiglu_param_limit": 3.0, "swiglu_param_alpha": 16.0, "swiglu_param_beta": 1.0},
    ],
)
def test_a_limit_clamps_both_factors(attributes):
    y = moe([[[64.0, 2], [4, 64]]], activation_type="SILU", **attributes)
    np.testing.assert_allclose(y.ref, [[[9, 144], [12, 0]]], rtol=1e-12)


def test_a_gate_far_below_the_limit_is_not_clamped():
    y = moe([[[-4.0, 2], [4, 8]]], activation_type="SILU", swiglu_params={"limit": 3.0, "alpha": 0.25, "beta": 0.0})
    assert y.ref[0, 0, 0] == pytest.approx(-4 / (1 + np.exp(1)) * 2)


def test_codes_before_the_last_product():
    static = {"quantization_static": {"fc_down_activation_scale": "q", "data_type": "FP8"}}
    x = [[[33.0, 33], [4, 8]]]
    for scale in (4.0, [4.0, 4.0]):
        y = moe(x, CHOSEN, SCORES, None, None, None, scale, **static)
        assert y.ref.tolist() == [[[1152, 18432], [96, 0]]]


def test_what_is_set_by_a_method_is_a_call():
    layer = LAYERS["moe"].model_validate(KEYS | {"set": {"gated_weights": WEIGHTS, "swiglu_param_alpha": 2.0}})
    _, call, assignment = layer.steps("y")
    assert call == Call(
        "y",
        "set_gated_weights",
        {
            "fc_gate_weights": Ref("tensor", "g"),
            "fc_up_weights": Ref("tensor", "u"),
            "fc_down_weights": Ref("tensor", "d"),
            "activation_type": Member("MoEActType", "NONE"),
        },
    )
    assert (assignment.attribute, assignment.value) == ("swiglu_param_alpha", 2.0)
    assert layer.input_tensors()[4] == (("set", "gated_weights", "fc_up_weights"), "u")


STATIC = {"quantization_static": {"fc_down_activation_scale": "q", "data_type": "FP8"}}
DYNAMIC = {
    "quantization_dynamic_dbl_q": {
        "fc_down_activation_dbl_q_scale": "q",
        "data_type": "FP4",
        "block_shape": [1, 1, 1, 16],
        "dyn_q_output_scale_type": "FP8",
    }
}


@pytest.mark.parametrize(
    ("label", "changed", "attributes", "place"),
    [
        ("C1", {0: X[0]}, {}, ("moe", "hidden_states")),
        ("C1", {2: np.ones((1, 2, 2))}, {}, ("moe", "scores_for_selected_experts")),
        ("C1", {4: UP[:, :1]}, {}, ("set", "gated_weights")),
        ("C1", {6: np.ones((2, 2))}, {}, ("moe",)),
        ("C2", {0: tensor(X, "float16")}, {}, ("moe", "scores_for_selected_experts")),
        ("C2", {1: np.zeros((1, 2, 1))}, {}, ("moe", "selected_experts_for_tokens")),
        ("C3", {1: tensor([[[0], [2]]], "int32")}, {}, ("moe", "selected_experts_for_tokens")),
        ("C4", {3: None, 4: None, 5: None}, {"gated_weights": None}, ("set", "gated_weights")),
        ("C5", {9: [1.0, 2, 3]}, STATIC, ("set", "quantization_static")),
        ("C5", {9: -1.0}, STATIC, ("set", "quantization_static")),
        ("C5", {9: 1.0}, STATIC | {"quantization_to_type": "INT8"}, ("set", "quantization_static")),
        ("C6", {10: 1.0}, DYNAMIC, ("set", "quantization_dynamic_dbl_q")),
        ("C7", {}, {"quantization_block_shape": [1, 1, 16]}, ("set", "quantization_block_shape")),
        ("C7", {}, {"quantization_block_shape": [1, 1, 1, -2]}, ("set", "quantization_block_shape")),
    ],
)
def test_what_is_refused(label, changed, attributes, place):
    inputs = [X, CHOSEN, SCORES, GATE, UP, DOWN, *[None] * 5]
    for index, value in changed.items():
        inputs[index] = value
    assert refused(label, "moe", inputs, **KEYS, set={"gated_weights": WEIGHTS} | attributes) == place
