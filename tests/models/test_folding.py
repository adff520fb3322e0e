"""Batch normalizations that the parser folds: right by a bound of their roundings, and a wrong one is seen."""

from dataclasses import replace

import numpy as np
import pytest
from model_runs import imported
from one_node import IMAGE, model, node

from trtexp.definition.network import Array
from trtexp.models.folding import folded
from trtexp.models.source import Given
from trtexp.models.source import model as parsed

COUNT = 2


def normalization(**attributes):
    rng = np.random.default_rng(5)
    weights = {name: rng.normal(size=COUNT).astype(np.float32) for name in "sbm"}
    weights["v"] = rng.uniform(0.01, 4, COUNT).astype(np.float32)
    return model([node("BatchNormalization", "x s b m v", **attributes)], IMAGE, weights)


def network_of(data):
    return imported(parsed(data, "m.onnx", Given(), "tensorrt-rtx")[0])


@pytest.mark.parametrize("attributes", [{}, {"epsilon": 0.1}])
def test_what_the_parser_folds_is_within_its_roundings(attributes):
    data = normalization(**attributes)
    (found,) = folded(data, network_of(data))
    assert (found.node, found.tensor) == ("BatchNormalization_0", "y") and 0 <= found.off < 1


@pytest.mark.parametrize("which", ["scale", "shift"])
def test_a_fold_that_is_a_few_roundings_off_is_seen(which):
    data = normalization()
    network = network_of(data)
    (layer,) = (layer for layer in network.layers.values() if layer.word == "scale_nd")
    name = getattr(layer, which)
    values = network.weights[name].bits.copy()
    values[0] *= 1 + 2.0**-20
    wrong = replace(network, weights={**network.weights, name: Array("float32", values.shape, values)})
    assert folded(data, wrong)[0].off > 1


def test_another_epsilon_is_seen():
    (found,) = folded(normalization(epsilon=0.1), network_of(normalization(epsilon=0.11)))
    assert found.off > 1


def test_other_models_have_none():
    data = model([node("Relu", "x")], IMAGE)
    assert folded(data, network_of(data)) == []
