"""One file per layer family: the model of each `add_…` method and beside it its float64 reference with its bound.

To add a layer: write its file, then add a line to the table below.
"""

from __future__ import annotations

from trtexp.layers.base import Layer
from trtexp.layers.constant import Constant
from trtexp.layers.convolution import Convolution, ConvolutionNd
from trtexp.layers.deconvolution import Deconvolution, DeconvolutionNd
from trtexp.layers.elementwise import Elementwise
from trtexp.layers.identity import Identity
from trtexp.layers.loop import Iterator, Loop, LoopOutput, Recurrence, TripLimit
from trtexp.layers.normalization import Normalization, NormalizationV2
from trtexp.layers.pooling import Pooling, PoolingNd
from trtexp.layers.quantize import Dequantize, Quantize
from trtexp.layers.slice import Slice
from trtexp.layers.topk import TopK

LAYERS: dict[str, type[Layer]] = {
    "constant": Constant,
    "convolution": Convolution,
    "convolution_nd": ConvolutionNd,
    "deconvolution": Deconvolution,
    "deconvolution_nd": DeconvolutionNd,
    "dequantize": Dequantize,
    "elementwise": Elementwise,
    "identity": Identity,
    "iterator": Iterator,
    "loop": Loop,
    "loop_output": LoopOutput,
    "normalization": Normalization,
    "normalization_v2": NormalizationV2,
    "pooling": Pooling,
    "pooling_nd": PoolingNd,
    "quantize": Quantize,
    "recurrence": Recurrence,
    "slice": Slice,
    "topk": TopK,
    "trip_limit": TripLimit,
}
