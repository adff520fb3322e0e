"""Each layer says how much it will make before it makes it, and what is too much is refused, not tried."""

import time
import tracemalloc

import numpy as np
import pytest
from conftest import FILES
from layer_runs import evaluate, tensor, windowed

from trtexp.layers import LAYERS
from trtexp.layers.base import Layer
from trtexp.numerics import Arithmetic
from trtexp.numerics.budget import LEAST, Budget, Limits, OverBudget
from trtexp.spec.load import read

X = np.arange(1, 10.0).reshape(1, 1, 3, 3)
LONG = tensor(np.ones(65536))
FAR = {"type": "INT32", "data": 10**6}
ROI = {"plugin": {"type": "ROIAlign_TRT", "version": "1", "field_collection": {"sampling_ratio": FAR}}}
#: What makes a lot of a little: (method, inputs, the layer's keys).
HUGE = {
    "outer_product": ("einsum", [LONG, LONG], {"inputs": ["a", "b"], "equation": "i,j->ij"}),
    "broadcast": ("elementwise", [tensor(np.ones((9000, 1))), tensor(np.ones((1, 9000)))],
                  {"input1": "a", "input2": "b", "op": "SUM"}),
    "matrices": ("matrix_multiply", [tensor(np.ones((9000, 1))), tensor(np.ones((1, 9000)))],
                 {"input0": "a", "op0": "NONE", "input1": "b", "op1": "NONE"}),
    "padding": ("padding_nd", [X], {"input": "x", "pre_padding": [100_000, 100_000], "post_padding": [0, 0]}),
    "slice": ("slice", [X], {"input": "x", "start": [0] * 4, "shape": [1, 1, 10**12, 10**6], "stride": [0] * 4}),
    "slice_fill": ("slice", [X], {"input": "x", "start": [0] * 4, "shape": [1, 1, 10**30, 1], "stride": [1] * 4,
                                  "set": {"mode": "FILL"}}),
    "gather": ("gather", [tensor(np.ones((100, 10000))), tensor(np.zeros(10000), "int32")],
               {"input": "x", "indices": "i", "axis": 0}),
    "one_hot": ("one_hot", [tensor([1], "int32"), tensor([0.0, 1.0]), tensor(10**9, "int32")],
                {"indices": "i", "values": "v", "depth": "d", "axis": 0}),
    "resize": ("resize", [X], {"input": "x", "set": {"shape": [1, 1, 10**6, 10**6]}}),
    "resize_scales": ("resize", [X], {"input": "x", "set": {"scales": [1, 1, 1e30, 1]}}),
    "fill": ("fill", [], {"shape": [10**5, 10**5], "op": "RANDOM_UNIFORM"}),
    "fill_long": ("fill", [], {"shape": [10**30], "op": "LINSPACE"}),
    "pooling": ("pooling_nd", [np.ones((1, 1, 2000, 2000))], {"input": "x", "type": "MAX", "window_size": [500, 500]}),
    "grid_sample": ("grid_sample", [np.ones((1, 64, 1, 1)), np.zeros((1, 512, 512, 2))],
                    {"input": "x", "grid": "g", "set": {"interpolation_mode": "CUBIC"}}),
    "nms": ("nms", [np.ones((1, 5000, 4)), np.ones((1, 5000, 9)), tensor(5000, "int32")],
            {"boxes": "b", "scores": "s", "max_output_boxes_per_class": "m"}),
    "collective": ("dist_collective", [X], {"input": "x", "dist_collective_op": "ALL_GATHER", "reduce_op": "NONE",
                                            "root": -1, "groups": [], "set": {"num_ranks": 10**9}}),
    "attention": ("attention_v2", [np.ones((1, 1, 50_000, 1))] * 3,
                  {"query": "q", "key": "k", "value": "v", "norm_op": "NONE", "causal_kind": "NONE"}),
    "plugin": ("plugin_v2", [[[[[1.0]]]], [[0.0, 0, 1, 1]], tensor([0], "int32")], {"inputs": ["x", "r", "i"], **ROI}),
}  # fmt: skip


def measured(call):
    """Seconds and bytes that it takes to refuse."""
    tracemalloc.start()
    start = time.process_time()
    with pytest.raises(OverBudget, match=r"(elements|products).*; a file may have \d+, or more by --limit"):
        call()
    seconds, (_, peak) = time.process_time() - start, tracemalloc.get_traced_memory()
    tracemalloc.stop()
    return seconds, peak


@pytest.mark.parametrize("name", HUGE)
def test_what_is_too_much_is_refused_before_it_is_made(name):
    method, given, keys = HUGE[name]
    inputs = [tensor(x) for x in given]
    seconds, peak = measured(lambda: evaluate(method, inputs, **keys))
    assert seconds < 0.5 and peak < 2**22


@pytest.mark.parametrize(
    ("method", "attributes"),
    [
        ("deconvolution_nd", {"stride_nd": [10**9, 1]}),
        ("deconvolution_nd", {"dilation_nd": [10**30, 1]}),
        ("convolution_nd", {"padding_nd": [10**30, 0]}),
        ("convolution_nd", {"padding_nd": [4000, 4000]}),
        ("convolution_nd", {"padding_mode": "SAME_UPPER", "dilation_nd": [10**9, 1]}),
    ],
)
def test_windows_of_absurd_size_are_refused(method, attributes):
    seconds, peak = measured(lambda: windowed(method, X, X, **attributes))
    assert seconds < 0.5 and peak < 2**22


@pytest.fixture
def promises(monkeypatch):
    """(layer, what it said, what it made) of each layer that is evaluated."""
    found, outputs = [], Layer.outputs

    def watched(self, inputs, arrays, *granted):
        made = outputs(self, inputs, arrays, *granted)
        said = self.work(*self.operand_values(inputs, arrays))
        found.append((self.method, said, sum(y.ref.size for y in made)))
        return made

    monkeypatch.setattr(Layer, "outputs", watched)
    return found


@pytest.mark.parametrize("folder", sorted({path.parent.name for path in FILES}))
def test_no_layer_of_an_experiment_makes_more_than_it_says(promises, folder):
    for path in (path for path in FILES if path.parent.name == folder):
        read(path).experiment()
    assert promises
    small = [(method, said, made) for method, said, made in promises if made > max(said.elements, LEAST)]
    assert small == [], small
    absurd = [(method, said, made) for method, said, made in promises if said.elements > 10**6]
    assert absurd == [], "more than a small experiment can come to"


def test_limits_can_be_raised():
    keys = HUGE["broadcast"][2]
    inputs = {i: tensor(x) for i, x in enumerate([np.ones((3000, 1)), np.ones((1, 3000))])}
    layer = LAYERS["elementwise"].model_validate(keys)
    with pytest.raises(OverBudget):
        layer.outputs(inputs, {}, Arithmetic())
    (made,) = layer.outputs(inputs, {}, Arithmetic(), Budget(Limits(elements=10**8)))
    assert made.shape == (3000, 3000)
