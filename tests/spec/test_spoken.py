"""Names from other places lead to the layer that is meant."""

import pytest

from trtexp.layers import LAYERS
from trtexp.spec import spoken
from trtexp.spec.spoken import meant, no_layer


@pytest.mark.parametrize(
    ("name", "wanted"),
    [
        ("add_softmax", "softmax"),
        ("addSoftMax", "softmax"),
        ("ISoftMaxLayer", "softmax"),
        ("Softmax", "softmax"),
        ("torch.nn.Softmax", "softmax"),
        ("IConvolutionLayer", "convolution"),
        ("Conv", "convolution_nd"),
        ("conv2d", "convolution_nd"),
        ("Conv3d", "convolution_nd"),
        ("nn.ConvTranspose2d", "deconvolution_nd"),
        ("MaxPool", "pooling_nd: {type: MAX}"),
        ("AvgPool2d", "pooling_nd: {type: AVERAGE}"),
        ("relu", "activation: {type: RELU}"),
        ("LeakyRelu", "activation: {type: LEAKY_RELU}"),
        ("Add", "elementwise: {op: SUM}"),
        ("Sqrt", "unary: {op: SQRT}"),
        ("LayerNorm", "normalization_v2"),
        ("MatMul", "matrix_multiply"),
        ("TopK", "topk"),
        ("OneHot", "one_hot"),
        ("GridSample", "grid_sample"),
        ("NonMaxSuppression", "nms"),
        ("INMSLayer", "nms"),
        ("IIfConditional", "if_conditional"),
    ],
)
def test_a_name_means_a_layer(name, wanted):
    assert str(meant(name)) == wanted


def test_an_unknown_name_means_nothing():
    assert meant("frobnicate") is None and meant("") is None
    assert no_layer("softmaxx").startswith("no layer 'softmaxx'; did you mean 'softmax'?")


def test_every_layer_means_itself():
    assert {name: str(meant(name)) for name in LAYERS} == {name: name for name in LAYERS}


def test_what_is_meant_is_there():
    for found in spoken._BROUGHT.values():
        fields = LAYERS[found.layer].model_fields
        assert not found.argument or found.argument.split(":")[0] in fields, found
