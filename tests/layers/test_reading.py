"""Layers that were read back -> models, without TensorRT."""

import pytest

from trtexp.definition.readback import ReadLayer, ReadTensor
from trtexp.definition.steps import Member, Ref
from trtexp.layers.reading import Naming, Unread, arguments, assigned, made, short, word_of

X, Y = ReadTensor("x.1", "float32", (2, 3)), ReadTensor("y", "float32", (2, 3))
NAMING = Naming({"x.1": "x", "n": "n", "m": "m", "k": "k"}, {"d": "w", "none": "none"}, {"loop_0": "loop"})


def layer(kind, inputs=("x.1",), attributes=None, owner=None):
    return ReadLayer(kind, "a layer", "", inputs, (Y,), owner, attributes or {})


def given(read):
    return arguments(read, [X, *[None] * (len(read.inputs) - 1)], NAMING)


@pytest.mark.parametrize(
    ("kind", "attributes", "word"),
    [
        ("CONVOLUTION", {}, "convolution_nd"),
        ("MATRIX_MULTIPLY", {}, "matrix_multiply"),
        ("NORMALIZATION", {"is_v2": False}, "normalization"),
        ("NORMALIZATION", {"is_v2": True}, "normalization_v2"),
        ("ATTENTION", {"causal": False}, "attention"),
        ("ATTENTION", {"causal_kind": Member("CausalMaskKind", "NONE")}, "attention_v2"),
    ],
)
def test_the_model_of_a_kind(kind, attributes, word):
    assert word_of(layer(kind, attributes=attributes)) == word


def test_a_kind_without_a_model_is_named():
    with pytest.raises(Unread, match=r"^a layer: trtexp has no model of a layer of the kind NEWEST$"):
        word_of(layer("NEWEST"))


def test_what_a_constructor_needs_and_nobody_can_read_is_named():
    with pytest.raises(Unread, match=r"^a layer: op of a layer of the kind UNARY cannot be read back$"):
        given(layer("UNARY"))


def test_what_the_model_does_not_take_is_named():
    with pytest.raises(Unread, match=r"^a layer: op: 'NEW' was read, which the model does not take$"):
        made(layer("UNARY"), {"input": "x", "op": "NEW"})


def test_inputs_come_in_order_and_the_others_afterwards():
    op = {"kind": Member("LoopOutput", "CONCATENATE"), "axis": 1}
    read = layer("LOOP_OUTPUT", ("x.1", "n"), op, "loop_0")
    assert given(read) == {"loop": "loop", "tensor": "x", "kind": "CONCATENATE", "axis": 1, "set_input": {1: "n"}}


def test_weights_without_elements_are_given_where_they_must_be():
    attributes = {"num_output_maps": 1, "kernel_size_nd": (1, 1)}
    assert given(layer("CONVOLUTION", ("x.1", "k"), attributes)) == {
        "input": "x",
        "num_output_maps": 1,
        "kernel_shape": [1, 1],
        "kernel": "none",
        "set_input": {1: "k"},
    }
    assert given(layer("CONVOLUTION", attributes={**attributes, "kernel": Ref("weights", "d")}))["kernel"] == "w"


def test_what_inputs_give_has_numbers_of_its_own():
    read = layer("SLICE", ("x.1", None, "n"), {"stride": (2,), "axes": (1,)})
    assert given(read) == {"input": "x", "start": [0], "shape": [1], "stride": [2], "set_input": {2: "n"}}
    assert given(layer("SLICE", ("x.1", "n", "m", "k")))["stride"] == [1, 1]
    attributes = {"op": Member("TopKOperation", "MAX"), "k": -1, "axes": 2}
    assert given(layer("TOPK", ("x.1", "k"), attributes))["k"] == 1
    fill = layer("FILL", ("n",), {"operation": Member("FillOperation", "LINSPACE"), "alpha": 0.0})
    assert given(fill)["shape"] == [1, 1]


def test_what_differs_from_a_fresh_layer_is_assigned():
    usual = {"type": Member("ActivationType", "CLIP"), "alpha": 0.0, "beta": 1.0, "num_ranks": 1}
    read, fresh = layer("ACTIVATION", attributes={**usual, "beta": 0.1}), layer("ACTIVATION", attributes=usual)
    assert assigned(read, fresh, [X], NAMING) == {"beta": 0.1}
    assert assigned(read, None, [X], NAMING) == {"num_ranks": 1, "type": "CLIP", "alpha": 0.0, "beta": 0.1}


def test_a_permutation_ends_at_the_rank():
    read = layer(
        "SHUFFLE", attributes={"first_transpose": (1, 0, 2, 3, 4, 5, 6, 7), "second_transpose": tuple(range(8))}
    )
    fresh = layer("SHUFFLE", attributes={"first_transpose": tuple(range(8)), "second_transpose": (0, 1) + (0,) * 6})
    assert assigned(read, fresh, [X], NAMING) == {"first_transpose": [1, 0]}


def test_a_float_is_as_short_as_float32_lets_it_be():
    assert [short(x) for x in (0.10000000149011612, 0.1, 1e300, float("inf"))] == [0.1, 0.1, 1e300, float("inf")]
