"""The references of the plugins that ship with TensorRT."""

import numpy as np
import pytest
from layer_runs import tensor

from trtexp.layers.plugin_library import LIBRARY, Wrong
from trtexp.numerics import Arithmetic


def run(name, *inputs, version="1", **given):
    """The output of a plugin for inputs that it takes."""
    known = LIBRARY[name, version]
    known.check_inputs(given, inputs)
    known.check_fields(given)
    with np.errstate(all="ignore"):
        return known.evaluate(given, inputs, Arithmetic())


def test_clip():
    y = run("Clip_TRT", tensor([-3, -1, 0, 2, 5]), clipMin=-1.0, clipMax=2.0)
    assert y.ref.tolist() == [-1, -1, 0, 2, 2] and y.certified.all()


def test_clip_makes_clip_min_of_nan_and_clip_max_of_crossed_bounds():
    assert run("Clip_TRT", tensor([np.nan, np.inf, -np.inf]), clipMin=-1.0, clipMax=2.0).ref.tolist() == [-1, 2, -1]
    assert run("Clip_TRT", tensor([0.0]), clipMin=3.0, clipMax=2.0).ref.tolist() == [2]


def test_clip_cuts_the_bounds_of_whole_numbers():
    y = run("Clip_TRT", tensor([-5, 0, 5], "int32"), clipMin=-1.9, clipMax=2.9)
    assert y.ref.tolist() == [-1, 0, 2] and y.dtype == "int32"


def test_leaky_relu():
    assert run("LReLU_TRT", tensor([-4, 0, 4]), negSlope=0.25).ref.tolist() == [-1, 0, 4]
    assert not run("LReLU_TRT", tensor([-4, 4]), negSlope=0.1).bound[1] > 0


def test_gelu():
    y = run("CustomGeluPluginDynamic", tensor([-100, 0, 100]), type_id=0)
    assert y.ref.tolist() == [0, 0, 100]
    assert run("CustomGeluPluginDynamic", tensor([1]), type_id=0).ref[0] == pytest.approx(0.841192, abs=1e-6)


def test_gelu_adds_the_bias_of_each_column():
    y = run("CustomGeluPluginDynamic", tensor([[-100, 50], [0, -100]]), type_id=0, bias=(200.0, 0.0))
    assert y.ref.tolist() == [[100, 50], [200, 0]]


@pytest.mark.parametrize(
    ("x", "given"),
    [
        (tensor([1, 2]), {"type_id": 1}),
        (tensor([1, 2], "float16"), {"type_id": 0}),
        (tensor([1, 2]), {"type_id": 0, "bias": (1.0, 2.0, 3.0)}),
        (tensor([1, 2]), {"type_id": 2}),
    ],
)
def test_what_gelu_does_not_take(x, given):
    with pytest.raises(Wrong):
        run("CustomGeluPluginDynamic", x, **given)


def test_scatter():
    y = run("ScatterND", tensor([[1, 2], [3, 4]]), tensor([[1]], "int32"), tensor([[8, 9]]))
    assert y.ref.tolist() == [[1, 2], [8, 9]]
    y = run("ScatterND", tensor([[1, 2], [3, 4]]), tensor([[1, 0], [0, 1]], "int32"), tensor([8, 9]))
    assert y.ref.tolist() == [[1, 9], [8, 4]]


@pytest.mark.parametrize(("indices", "updates"), [([[1, 0, 0]], [1]), ([[1]], [1, 2]), ([[0, 0]], [1, 2])])
def test_what_scatter_does_not_take(indices, updates):
    with pytest.raises(Wrong):
        run("ScatterND", tensor([[1, 2], [3, 4]]), tensor(indices, "int32"), tensor(updates))


def test_scatter_takes_updates_of_the_datas_type():
    with pytest.raises(Wrong):
        run("ScatterND", tensor([1, 2]), tensor([[1]], "int32"), tensor([1], "int32"))
