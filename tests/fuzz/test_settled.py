"""What generated networks showed of TensorRT-RTX 1.7.1, as the models have it since: each kind by a small network."""

import copy

import pytest
import yaml

from trtexp.fuzz.network import network
from trtexp.fuzz.subject import subject
from trtexp.numerics import Arithmetic

RTX, TEN = "tensorrt-rtx", "tensorrt>=10"
ARITHMETIC = Arithmetic(family="tensorrt-rtx")


def start(word, **changes):
    """A layer's own small network; changes: path of keys with dots -> value."""
    data = copy.deepcopy(subject(word, "tensorrt-rtx-1.7").start)
    for path, value in changes.items():
        *owners, last = path.split("__")
        place = data
        for key in owners:
            place = place.setdefault(key, {})
        place[last] = value
    return data


def declared(word, **shapes):
    """The same with sizes of its inputs declared."""
    data = start(word)
    for name, shape in shapes.items():
        tensor = data["inputs"][name]
        array = network(data).inputs[name].array
        tensor |= {"shape": list(array.shape), "declared": shape}
    return data


def one(text):
    return yaml.safe_load(text)


SIZES = [
    ("attention", {"q": [1, 1, 3, -1]}),
    ("attention", {"v": [1, 1, -1, 2]}),
    ("attention_v2", {"q": [1, -1, 1, 2]}),
    ("deconvolution_nd", {"x": [-1, -1, 3, 3]}),
    ("dynamic_quantize_v2", {"x": [1, -1]}),
    ("gather_v2", {"i": [-1, -1]}),
    ("kv_cache_update", {"cache": [1, 2, -1, 1]}),
    ("moe", {"x": [-1, 2, 2]}),
    ("moe", {"scores": [1, 2, -1]}),
    ("nms", {"boxes": [1, -1, -1]}),
    ("ragged_softmax", {"n": [-1, 2, -1]}),
    ("rotary_embedding", {"c": [2, -1, -1]}),
    ("rotary_embedding", {"x": [2, 2, -1, 2]}),
]
TOLD = [
    ("attention", {"q": [1, 1, -1, 2], "k": [1, 1, -1, 2], "v": [1, 1, -1, 2]}),
    ("attention_v2", {"q": [-1, 4, 1, 2]}),
    ("deconvolution_nd", {"x": [-1, 1, -1, 3]}),
    ("gather_v2", {"i": [-1, 2]}),
    ("kv_cache_update", {"cache": [-1, 2, 2, 1]}),
    ("moe", {"x": [-1, 2, 2], "chosen": [-1, 2, 1], "scores": [-1, 2, 1]}),
    ("ragged_softmax", {"x": [-1, 2, 4]}),
    ("rotary_embedding", {"x": [2, -1, 1, 2]}),
]


@pytest.mark.parametrize(("word", "shapes"), SIZES)
def test_rtx_refuses_sizes_that_it_compares_and_does_not_know(word, shapes):
    assert network(declared(word, **shapes)).answer(RTX).label == "N6"
    assert not network(declared(word, **shapes)).answer(TEN).refusal


@pytest.mark.parametrize(("word", "shapes"), TOLD)
def test_rtx_takes_sizes_that_it_need_not_know(word, shapes):
    assert not network(declared(word, **shapes)).answer(RTX).refusal


def test_rtx_refuses_a_number_of_scales_that_it_does_not_know():
    data = start("quantize", inputs__s={"shape": [5], "full": 1, "declared": [-1]}, network__q__quantize__scale="s")
    assert network(data).answer(RTX).label == "N6"


def test_rtx_refuses_a_resize_to_a_size_that_it_does_not_know():
    data = declared("resize", x=[1, 1, 1, -1])
    assert not network(data).answer(RTX).refusal
    del data["network"]["y"]["set"]
    assert network(data).answer(RTX).label == "N6"


#: (label, whether RTX alone refuses it, network)
REFUSED = [
    ("S2", False, one("""{inputs: {x: {shape: [1, 1, 1, 1, 1, 1, 1, 1], full: 1}},
        weights: {one: {values: [1], dtype: int32}},
        network: {axes: {constant: {shape: [1], weights: one}}, y: {unsqueeze: {input: x, axes: axes}}}}""")),
    ("S2", False, one("""{inputs:
        {x: {shape: [1, 1, 1, 1, 1, 1, 1], full: 1}, i: {shape: [2, 2, 1], full: 0, dtype: int32}},
        network: {y: {gather: {input: x, indices: i, axis: 0}}}}""")),
    ("S3", False, start("topk", network__y__set__axes=-3)),
    ("S3", False, start("reduce", network__y__reduce__axes=-1)),
    ("S3", False, start("gather_v2", network__y__set__axis=2**31)),
    ("C1", False, start("topk", network__y__set__axes=3)),
    ("C4", False, start("topk", network__y__topk__indices_type="HALF", network__y__set__indices_type="INT64")),
    ("C5", False, start("nms", network__y__nms__indices_type="HALF", network__y__set__indices_type="INT64")),
    ("C1", False, start("non_zero", network__y__non_zero__indices_type="HALF", network__y__set__indices_type="INT64")),
    ("C5", False, start("squeeze", inputs__z={"values": [0], "dtype": "int32"}, network__y__squeeze__axes="z")),
    ("C5", False, start("unsqueeze", inputs__z={"values": [0], "dtype": "int32"}, network__y__unsqueeze__axes="z")),
    ("C7", False, start("moe", network__y__set__quantization_block_shape=[0, 0, 0])),
    ("C5", False, start("kv_cache_update", inputs__z={"values": [0, 1], "dtype": "int32"},
        network__y__set={"update_lengths": "z"})),
    ("C3", False, start("dynamic_quantize_v2", network__q__set={"axis": 4})),
    ("C3", False, start("dynamic_quantize", network__q__dynamic_quantize__axis=-3)),
    ("C1", True, start("einsum", network__y__einsum__equation="", network__y__set={"equation": "ij,jk->ik"})),
    ("C2", True, start("einsum", network__y__einsum__equation="ij,jk->ii", network__y__set={"equation": "ij,jk->ik"})),
    ("C4", True, start("scale", weights__factors={"shape": [0], "full": 1, "dtype": "float16"})),
    ("N8", True, start("scale", weights__z={"shape": [0], "full": 1}, network__y__set={"shift": "z"})),
    ("N8", True, start("deconvolution_nd", weights__z={"shape": [0], "full": 1}, network__deconv__set={"bias": "z"})),
    ("N7", True, start("concatenation", inputs__z={"shape": [2, 2], "full": 1}, network__y__set_input={2: "z"})),
    ("C5", True, start("topk", inputs__z={"shape": [], "full": 1, "dtype": "float16"}, network__y__set_input={1: "z"})),
    ("C6", True, start("nms", inputs__z={"shape": [], "full": 0, "dtype": "int32"}, network__y__set_input={3: "z"})),
    ("C7", True, one("{inputs: {x: {shape: [], full: 1}}, network: {y: {resize: {input: x}, set: {shape: []}}}}")),
    ("C7", True, start("loop_output", network__y__set={"axis": 2})),
    ("C8", True, start("quantize", inputs__x={"shape": [], "full": 1})),
    ("C8", True, start("quantize", network__q__set={"axis": 12})),
    ("C8", True, start("quantize", weights__z={"shape": [5], "full": 0},
        network={"z": {"constant": {"shape": [5], "weights": "z"}}, **start("quantize")["network"],
                 "q": {"quantize": {"input": "x", "scale": "scale", "output_type": "INT8"}, "set_input": {2: "z"}}})),
    ("C9", True, one("""{inputs: {x: {shape: [0, 0, 3, 3], full: 1, dtype: bfloat16}},
        weights: {w: {shape: [0], full: 1}},
        network: {y: {convolution_nd: {input: x, num_output_maps: 1, kernel_shape: [2, 2], kernel: w}}}}""")),
]  # fmt: skip


@pytest.mark.parametrize(("label", "alone", "data"), REFUSED)
def test_what_tensorrt_was_seen_to_refuse_is_refused_by_its_label(label, alone, data):
    assert network(data).answer(RTX).label == label
    assert bool(network(data).answer(TEN).refusal) != alone


#: What RTX takes: no refusal, and these outputs.
TAKEN = [
    ((2, 3), one("{inputs: {x: {shape: [2, 3], full: 1}}, network: {y: {scale: {input: x, mode: CHANNEL}}}}")),
    ((), one("{inputs: {x: {shape: [], full: 1}}, network: {y: {scale: {input: x, mode: UNIFORM}}}}")),
    ((2, 2, 3), one("""{inputs: {x: {shape: [2, 2, 3], full: 1}}, weights: {w: {values: [1, 2, 3]}},
        network: {y: {scale_nd: {input: x, mode: CHANNEL, scale: w, channel_axis: -1}}}}""")),
    ((0, 4, 0, 2), start("attention_v2", inputs__q={"shape": [0, 4, 0, 2], "full": 1},
        inputs__k={"shape": [0, 2, 2, 2], "full": 1}, inputs__v={"shape": [0, 2, 2, 2], "full": 1})),
    ((1, 1, 1, 2), start("grid_sample", inputs__x={"shape": [1, 1, 0, 2], "full": 1})),
    ((0, 32), start("dynamic_quantize", inputs__x={"shape": [0, 32], "full": 7})),
    ((1, 32), start("dynamic_quantize", network__q__set={"block_shape": []})),
    ((1, 0), start("dynamic_quantize_v2", inputs__x={"shape": [1, 0], "full": 1},
        network__q__set={"scale_type": "FLOAT"})),
    ((5,), start("dequantize", inputs__s={"shape": [5], "full": 1}, network__y__dequantize__scale="s")),
]  # fmt: skip


@pytest.mark.parametrize(("shape", "data"), TAKEN)
def test_what_tensorrt_was_seen_to_take_has_the_shape_that_it_has(shape, data):
    answer = network(data).answer(RTX)
    assert (answer.refusal, answer.outputs[0][2]) == ("", shape)


def test_the_type_that_is_set_stands_and_not_the_constructors():
    data = start("dequantize", network__y__set={"to_type": "BF16"})
    assert network(data).answer(RTX).outputs == (("y", "bfloat16", (5,)),)


def test_other_releases_want_a_channel_axis_that_is_one():
    data = one("{inputs: {x: {shape: [2, 3], full: 1}}, network: {y: {scale: {input: x, mode: CHANNEL}}}}")
    assert network(data).answer(TEN).label == network(data).answer("tensorrt<10").label == "C1"


def test_a_channel_axis_from_the_back_scales_the_axis_that_it_names():
    data = one("""{inputs: {x: {shape: [2, 2, 3], full: 1}}, weights: {w: {values: [1, 2, 3]}},
        network: {y: {scale_nd: {input: x, mode: CHANNEL, scale: w, channel_axis: -1}}}}""")
    made = network(data)
    y = made.layers["y"].outputs({0: made.inputs["x"].known}, {"scale": made.weights["w"].known}, ARITHMETIC)[0]
    assert y.ref.tolist() == [[[1, 2, 3]] * 2] * 2


def test_a_loop_that_is_never_run_holds_the_constraints_of_its_body_in_rtx():
    data = start("loop", weights__three={"shape": [], "full": 0, "dtype": "int32"})
    assert not network(data).answer(RTX).refusal
    data["inputs"]["x"] = {"shape": [1, 1, 1, 3, 2], "full": 1}
    assert network(data).answer(RTX).refusal
    assert not network(data).answer(TEN).refusal


def test_an_operand_that_is_its_own_layers_output_ends_the_search_for_constants():
    data = start("squeeze", network__y__squeeze__axes="y")
    assert network(data).answer(RTX).refusal
