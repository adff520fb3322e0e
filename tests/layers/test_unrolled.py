"""Convolutions of large tensors against the formula that small ones are computed by."""

import numpy as np
import pytest

from trtexp.layers import LAYERS, unrolled

CASES = [
    ("convolution_nd", (2, 6, 9, 8), (4, 6), [3, 2], {"stride_nd": [2, 1], "pre_padding": [1, 0]}),
    ("convolution_nd", (1, 6, 7, 7), (6, 1), [3, 3], {"num_groups": 6, "dilation_nd": [2, 1], "padding_nd": [2, 1]}),
    ("convolution_nd", (1, 3, 7, 7), (6, 1), [2, 2], {"num_groups": 3}),
    ("convolution_nd", (1, 6, 5, 5), (4, 3), [2, 2], {"num_groups": 2, "padding_mode": "SAME_UPPER"}),
    ("convolution_nd", (1, 4, 5, 6), (3, 4), [1, 1], {}),
    ("convolution_nd", (1, 2, 4, 5, 6), (3, 2), [2, 3, 1], {"padding_nd": [1, 1, 0]}),
    ("deconvolution_nd", (2, 4, 3, 5), (4, 3), [3, 2], {"stride_nd": [2, 3], "post_padding": [0, 1]}),
    ("deconvolution_nd", (1, 4, 3, 5), (4, 2), [2, 2], {"num_groups": 2, "dilation_nd": [1, 2]}),
]  # fmt: skip


@pytest.mark.parametrize("columns", [unrolled.COLUMNS, 50])
@pytest.mark.parametrize(("word", "shape", "channels", "kernel", "given"), CASES)
def test_windows_as_columns_give_the_formulas_sums(word, shape, channels, kernel, given, columns, monkeypatch):
    monkeypatch.setattr(unrolled, "COLUMNS", columns)
    monkeypatch.setattr(unrolled, "TILE", columns)
    maps = channels[0] if word == "convolution_nd" else channels[1] * given.get("num_groups", 1)
    data = {"input": "x", "num_output_maps": maps, "kernel_shape": kernel, "kernel": "w", "set": given}
    layer = LAYERS[word].model_validate(data)
    rng = np.random.default_rng(1)
    x, w, b = (rng.integers(-9, 9, s).astype(float) for s in (shape, (*channels, *kernel), (maps,)))
    wanted = layer.apply(x[None], w[None], b[None])[0]
    np.testing.assert_array_equal(layer.fast(x, w, b), wanted)
    assert layer.fast(*(part.astype(np.float32) for part in (x, w, b))).dtype == np.float32
