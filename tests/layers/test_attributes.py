"""The attributes of a layer as they stand at the end, and their defaults."""

from typing import get_args

import pytest

from trtexp.layers import LAYERS


def final(word, /, **data):
    return LAYERS[word].model_validate(data).final


def window(**attributes):
    data = {"input": "x", "num_output_maps": 1, "kernel_shape": [2, 2], "kernel": "w"}
    return final("convolution_nd", **data, set=attributes)


def test_what_is_left_out_has_the_default_of_tensorrt():
    assert (window().num_groups, window().padding_mode, window().num_ranks) == (1, "EXPLICIT_ROUND_DOWN", 1)
    assert window().stride_nd is None  # one for every axis, which the layer knows


def test_an_argument_writes_the_attribute_and_set_comes_after_it():
    assert final("topk", input="x", op="MAX", k=2, axes=1).op == "MAX"
    assert final("topk", input="x", op="MAX", k=2, axes=1, set={"op": "MIN"}).op == "MIN"
    assert window().kernel_size_nd == [2, 2]


def test_of_several_that_write_one_attribute_the_last_stands():
    assert window(padding_nd=[1, 2], pre_padding=[3, 4]).pre_padding == [3, 4]
    assert window(pre_padding=[3, 4], padding_nd=[1, 2]).pre_padding == [1, 2]


def test_methods_that_set_several_things_write_each_of_them():
    names = {"fc_gate_weights": "g", "fc_up_weights": "u", "fc_down_weights": "d", "activation_type": "SILU"}
    tensors = {"hidden_states": "x", "selected_experts_for_tokens": "c", "scores_for_selected_experts": "s"}
    given = final("moe", **tensors, set={"gated_weights": names, "swiglu_params": {"limit": 3, "alpha": 2, "beta": 1}})
    assert given.activation_type == "SILU"
    assert (given.swiglu_param_limit, given.swiglu_param_alpha, given.swiglu_param_beta) == (3, 2, 1)


SOMETIMES = {  # given by some of the layers that share the attributes, or by a method that is required
    "attention": {"causal_kind"},
    "attention_v2": {"causal"},
    "dynamic_quantize_v2": {"axis", "block_size"},
    "moe": {"activation_type"},
}


@pytest.mark.parametrize("word", LAYERS)
def test_an_attribute_without_a_default_is_given_by_the_constructor(word):
    model = LAYERS[word]
    required = [name for name, field in model.model_fields.items() if field.is_required()]
    written = {attribute for name in required for attribute in (name, *model.aliases.get(name, ()))}
    settable = model.settable().model_fields
    bare = {n for n, f in settable.items() if f.default is None and type(None) not in get_args(f.annotation)}
    assert bare - written == SOMETIMES.get(word, set())


def test_a_layer_without_outputs_takes_an_output_type(load):
    load(
        "title: t\ninputs: {x: {shape: [3], full: 1}, flag: {shape: [], full: true, dtype: bool}}\nnetwork:\n"
        "  if: {if_conditional: {}}\n"
        "  choice: {condition: {conditional: if, condition: flag}, set: {output_type: HALF}}\n"
        "  inside: {conditional_input: {conditional: if, input: x}}\n"
        "  double: {elementwise: {input1: inside, input2: inside, op: SUM}}\n"
        "  y: {conditional_output: {conditional: if, true_subgraph_output: double, false_subgraph_output: x}}\n"
    )
