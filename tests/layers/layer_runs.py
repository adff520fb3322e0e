"""One layer by itself: made from plain data as the spec makes it, evaluated on arrays."""

import numpy as np
import pytest

from trtexp.layers import LAYERS
from trtexp.layers.base import LayerError
from trtexp.numerics import Arithmetic, Bounded, encode, known


def tensor(values, dtype="float32"):
    return values if isinstance(values, Bounded) else known(encode(np.asarray(values), dtype))


def evaluate(method, inputs, /, arrays=None, arithmetic=None, **data):
    """The first output. `data` are the layer's keys; tensors and weights are named as they are needed."""
    return outputs(LAYERS[method].model_validate(data), inputs, arrays, arithmetic)[0]


def outputs(layer, inputs, arrays=None, arithmetic=None):
    """All outputs for inputs by index, None for one that is missing, and weights arrays by attribute."""
    given = {i: tensor(x) for i, x in enumerate(inputs) if x is not None}
    weights = {name: tensor(values) for name, values in (arrays or {}).items()}
    with np.errstate(all="ignore"):
        return layer.outputs(given, weights, arithmetic or Arithmetic())


def windowed(method, x, w, b=None, maps=None, kernel=None, set_input=None, arithmetic=None, of="float32", **attributes):
    """A convolution or a deconvolution; `w`, of dtype `of`, has channel axes unless maps and kernel are told."""
    w = np.asarray(w, dtype=float)
    first = 0 if method.startswith("conv") else 1
    groups = attributes.get("num_groups", 1)
    if maps is None:
        maps = w.shape[0] if first == 0 else w.shape[1] * groups
    data = {"input": "x", "num_output_maps": maps, "kernel_shape": list(kernel or w.shape[2:]), "kernel": "w"}
    weights = {"kernel": tensor(w.reshape(-1), of)}
    if b is not None:
        data["bias"], weights["bias"] = "b", b
    inputs = [x]
    if set_input:
        data["set_input"] = dict.fromkeys(set_input, "t")
        inputs += [set_input.get(i) for i in range(1, max(set_input) + 1)]
    return evaluate(method, inputs, weights, arithmetic, **data, set=attributes)


RTX = Arithmetic(family="tensorrt-rtx")


def refused(label, method, *arguments, **keys):
    """Assert that a constraint refuses, with its label at the end of the message; the place is returned."""
    run = windowed if "conv" in method else evaluate
    with pytest.raises(LayerError, match=rf"\[{label}\]$") as caught:
        run(method, *arguments, **keys)
    return caught.value.path


def refused_by_rtx(label, method, *arguments, **keys):
    """Assert that a constraint refuses in RTX, and nothing does where no release is known."""
    (windowed if "conv" in method else evaluate)(method, *arguments, **keys)
    return refused(label, method, *arguments, **keys, arithmetic=RTX)
