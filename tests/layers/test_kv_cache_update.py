"""add_kv_cache_update: which rows are written; bits are moved."""

import numpy as np
import pytest
from layer_runs import evaluate, refused, refused_by_rtx, tensor

from trtexp.layers import LAYERS
from trtexp.layers.base import LayerError

CACHE = np.arange(1.0, 17).reshape(2, 1, 4, 2)
NEW = -np.arange(1.0, 9).reshape(2, 1, 2, 2)
KEYS = {"cache": "c", "update": "u", "write_indices": "i", "cache_mode": "LINEAR"}
PACKED = {"set": {"update_form": "PACKED_NHD", "update_lengths": "n"}}


def update(new=NEW, first=(0, 2), lengths=None, cache=CACHE, **keys):
    inputs = [tensor(cache), tensor(new), tensor(first, "int32"), lengths]
    return evaluate("kv_cache_update", inputs, **KEYS | keys)


def test_each_batch_from_its_own_row_on():
    expected = CACHE.copy()
    expected[0, :, :2], expected[1, :, 2:] = NEW[0], NEW[1]
    y = update()
    assert y.ref.tolist() == expected.tolist()
    assert y.exact and y.certified.all()
    assert update(set={"cache_mode": "LINEAR"}).ref.tolist() == expected.tolist()


def test_packed_tokens():
    new = -np.arange(1.0, 7).reshape(3, 1, 2)
    y = update(new, lengths=tensor([0, 1, 3], "int32"), **PACKED)
    assert y.ref[0, 0].tolist() == [[-1, -2], [3, 4], [5, 6], [7, 8]]
    assert y.ref[1, 0].tolist() == [[9, 10], [11, 12], [-3, -4], [-5, -6]]


def test_every_head_is_written():
    assert update([[[[-1.0]], [[-2]]]], [1], cache=[[[[1.0], [2]], [[3], [4]]]]).ref.tolist() == [
        [[[1], [-1]], [[3], [-2]]]
    ]


def test_a_cache_that_a_layer_makes_is_refused_c4():
    layers = {"c": LAYERS["identity"].model_validate({"input": "x"})}
    layer = LAYERS["kv_cache_update"].model_validate(KEYS)
    with pytest.raises(LayerError, match=r"\[C4\]$"):
        layer.check_network("y", layers)
    layer.check_network("y", {})


@pytest.mark.parametrize(
    ("label", "inputs", "keys", "place"),
    [
        ("C1", [CACHE[0], NEW, [0, 2]], {}, "cache"),
        ("C1", [CACHE, np.zeros((2, 1, 5, 2)), [0, 0]], {}, "update"),
        ("C1", [CACHE, np.zeros((2, 2, 1, 2)), [0, 0]], {}, "update"),
        ("C2", [CACHE, tensor(NEW, "float16"), [0, 0]], {}, "update"),
        ("C3", [CACHE, NEW, [0, 3]], {}, "write_indices"),
        ("C3", [CACHE, NEW, [-1, 0]], {}, "write_indices"),
        ("C3", [CACHE, NEW, [0, 0, 0]], {}, "write_indices"),
        ("C3", [CACHE, NEW, tensor([0, 0])], {}, "write_indices"),
        ("C5", [CACHE, np.zeros((3, 1, 2)), [0, 0], tensor([0, 1, 2], "int32")], PACKED, "update_lengths"),
        ("C5", [CACHE, np.zeros((3, 1, 2)), [0, 0], tensor([0, 3], "int32")], PACKED, "update_lengths"),
    ],
)
def test_what_is_refused(label, inputs, keys, place):
    if not hasattr(inputs[2], "ref"):
        inputs[2] = tensor(inputs[2], "int32")
    assert refused(label, "kv_cache_update", inputs, **KEYS | keys)[-1] == place


def test_rtx_takes_indices_of_int32_alone_c3():
    assert refused_by_rtx("C3", "kv_cache_update", [CACHE, NEW, tensor([0, 2], "int64")], **KEYS)[-1] == "write_indices"
