"""Plain data as a network, and trtexp's answer about it."""

import pytest

from trtexp.fuzz.network import Unmade, network


def softmax(**inputs):
    return {"inputs": {"x": inputs}, "network": {"y": {"softmax": {"input": "x"}}}}


def test_the_answer_has_dtype_and_shape_of_every_output():
    answer = network(softmax(shape=[2, 3], full=1, dtype="float16")).answer("tensorrt-rtx")
    assert (answer.refusal, answer.outputs) == ("", (("y", "float16", (2, 3)),))


def test_the_answer_to_a_wrong_network_names_the_layer_and_the_label():
    answer = network(softmax(shape=[2, 3], full=1, dtype="int32")).answer("tensorrt-rtx")
    assert (answer.layer, answer.label) == ("y", "C2")


def test_a_reference_that_would_be_too_large_is_not_computed():
    data = {"network": {"y": {"fill": {"shape": [2**14, 2**14], "op": "RANDOM_UNIFORM"}}}}
    assert network(data).answer("tensorrt-rtx").too_large


def test_an_input_that_is_declared_has_a_profile_of_its_own_shape():
    made = network(softmax(shape=[2, 3], full=1, declared=[-1, 3]))
    assert made.definition.inputs[0].shape == (-1, 3)
    assert made.definition.options.profiles[0]["x"].opt == (2, 3)


@pytest.mark.parametrize("inputs", [{"shape": [2], "full": 0.5, "dtype": "int32"}, {"shape": [2], "dtype": "no"}])
def test_data_that_no_model_takes_are_no_network(inputs):
    with pytest.raises(Unmade):
        network(softmax(**inputs))
