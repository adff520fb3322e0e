"""One file per layer family: the model of each `add_…` method and beside it its float64 reference with its bound.

To add a layer: write its file, then add a line to the table below.
"""

from __future__ import annotations

from trtexp.layers.activation import Activation
from trtexp.layers.assertion import Assertion
from trtexp.layers.attention import Attention, AttentionV2
from trtexp.layers.base import Layer
from trtexp.layers.cast import Cast
from trtexp.layers.concatenation import Concatenation
from trtexp.layers.constant import Constant
from trtexp.layers.convolution import Convolution, ConvolutionNd
from trtexp.layers.cumulative import Cumulative
from trtexp.layers.deconvolution import Deconvolution, DeconvolutionNd
from trtexp.layers.dist_collective import DistCollective
from trtexp.layers.dynamic_quantize import DynamicQuantize, DynamicQuantizeV2
from trtexp.layers.einsum import Einsum
from trtexp.layers.elementwise import Elementwise
from trtexp.layers.fill import Fill
from trtexp.layers.fully_connected import FullyConnected
from trtexp.layers.gather import Gather, GatherV2
from trtexp.layers.grid_sample import GridSample
from trtexp.layers.identity import Identity
from trtexp.layers.if_conditional import Condition, ConditionalInput, ConditionalOutput, IfConditional
from trtexp.layers.kv_cache_update import KVCacheUpdate
from trtexp.layers.loop import Iterator, Loop, LoopOutput, Recurrence, TripLimit
from trtexp.layers.lrn import Lrn
from trtexp.layers.matrix_multiply import MatrixMultiply
from trtexp.layers.moe import MoE
from trtexp.layers.nms import NMS
from trtexp.layers.non_zero import NonZero
from trtexp.layers.normalization import Normalization, NormalizationV2
from trtexp.layers.one_hot import OneHot
from trtexp.layers.padding import Padding, PaddingNd
from trtexp.layers.parametric_relu import ParametricRelu
from trtexp.layers.plugin import PluginTuple, PluginV2, PluginV3
from trtexp.layers.pooling import Pooling, PoolingNd
from trtexp.layers.quantize import Dequantize, Quantize
from trtexp.layers.ragged_softmax import RaggedSoftmax
from trtexp.layers.reduce import Reduce
from trtexp.layers.resize import Resize
from trtexp.layers.reverse_sequence import ReverseSequence
from trtexp.layers.rnn_v2 import RNNv2
from trtexp.layers.rotary_embedding import RotaryEmbedding
from trtexp.layers.scale import Scale, ScaleNd
from trtexp.layers.scatter import Scatter
from trtexp.layers.select import Select
from trtexp.layers.shape import Shape
from trtexp.layers.shuffle import Shuffle
from trtexp.layers.slice import Slice
from trtexp.layers.softmax import Softmax
from trtexp.layers.squeeze import Squeeze, Unsqueeze
from trtexp.layers.topk import TopK
from trtexp.layers.unary import Unary

LAYERS: dict[str, type[Layer]] = {
    "activation": Activation,
    "assertion": Assertion,
    "attention": Attention,
    "attention_v2": AttentionV2,
    "cast": Cast,
    "concatenation": Concatenation,
    "condition": Condition,
    "conditional_input": ConditionalInput,
    "conditional_output": ConditionalOutput,
    "constant": Constant,
    "convolution": Convolution,
    "convolution_nd": ConvolutionNd,
    "cumulative": Cumulative,
    "deconvolution": Deconvolution,
    "deconvolution_nd": DeconvolutionNd,
    "dequantize": Dequantize,
    "dist_collective": DistCollective,
    "dynamic_quantize": DynamicQuantize,
    "dynamic_quantize_v2": DynamicQuantizeV2,
    "einsum": Einsum,
    "elementwise": Elementwise,
    "fill": Fill,
    "fully_connected": FullyConnected,
    "gather": Gather,
    "gather_v2": GatherV2,
    "grid_sample": GridSample,
    "identity": Identity,
    "if_conditional": IfConditional,
    "iterator": Iterator,
    "kv_cache_update": KVCacheUpdate,
    "loop": Loop,
    "loop_output": LoopOutput,
    "lrn": Lrn,
    "matrix_multiply": MatrixMultiply,
    "moe": MoE,
    "nms": NMS,
    "non_zero": NonZero,
    "normalization": Normalization,
    "normalization_v2": NormalizationV2,
    "one_hot": OneHot,
    "padding": Padding,
    "padding_nd": PaddingNd,
    "parametric_relu": ParametricRelu,
    "plugin": PluginTuple,
    "plugin_v2": PluginV2,
    "plugin_v3": PluginV3,
    "pooling": Pooling,
    "pooling_nd": PoolingNd,
    "quantize": Quantize,
    "ragged_softmax": RaggedSoftmax,
    "recurrence": Recurrence,
    "reduce": Reduce,
    "resize": Resize,
    "reverse_sequence": ReverseSequence,
    "rnn_v2": RNNv2,
    "rotary_embedding": RotaryEmbedding,
    "scale": Scale,
    "scale_nd": ScaleNd,
    "scatter": Scatter,
    "select": Select,
    "shape": Shape,
    "shuffle": Shuffle,
    "slice": Slice,
    "softmax": Softmax,
    "squeeze": Squeeze,
    "topk": TopK,
    "trip_limit": TripLimit,
    "unary": Unary,
    "unsqueeze": Unsqueeze,
}
