"""What all layers share."""

import pytest
from layer_runs import refused, tensor

from trtexp.layers import LAYERS

X = [[1.0, 2], [3, 4]]
KEYS = {
    "slice": {"input": "x", "start": [0, 0], "shape": [1, 1], "stride": [1, 1]},
    "shuffle": {"input": "x"},
    "resize": {"input": "x"},
    "fill": {"shape": [2], "op": "LINSPACE"},
    "squeeze": {"input": "x"},
    "unsqueeze": {"input": "x", "axes": "t"},
}
WRONG = [tensor([1.0, 1]), tensor([1, 1], "int8"), tensor([[1, 1]], "int64"), tensor(1, "int32")]
VECTORS = [(word, name) for word, model in LAYERS.items() for name in model.vectors]


def test_the_layers_that_take_vectors_are_all_tried():
    assert {word for word, _ in VECTORS} == KEYS.keys()


@pytest.mark.parametrize(("word", "name"), VECTORS)
@pytest.mark.parametrize("given", WRONG)
def test_what_tells_a_shape_is_a_vector_of_integers_s1(word, name, given):
    index = LAYERS[word].operands.index(name)
    inputs = [*[None if word == "fill" else X, *([None] * 5)][:index], given]
    keys = KEYS[word] if word == "unsqueeze" else {**KEYS[word], "set_input": {index: "t"}}
    assert refused("S1", word, inputs, **keys) == ((word, "axes") if word == "unsqueeze" else ("set_input", index))
