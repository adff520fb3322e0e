"""One file per layer family: the model of each `add_…` method and beside it its float64 reference with its bound.

To add a layer: write its file, then add a line to the table below.
"""

from __future__ import annotations

from trtexp.layers.base import Layer
from trtexp.layers.constant import Constant
from trtexp.layers.convolution import Convolution, ConvolutionNd
from trtexp.layers.deconvolution import Deconvolution, DeconvolutionNd
from trtexp.layers.identity import Identity
from trtexp.layers.quantize import Dequantize, Quantize

LAYERS: dict[str, type[Layer]] = {
    "constant": Constant,
    "convolution": Convolution,
    "convolution_nd": ConvolutionNd,
    "deconvolution": Deconvolution,
    "deconvolution_nd": DeconvolutionNd,
    "dequantize": Dequantize,
    "identity": Identity,
    "quantize": Quantize,
}
