"""One file per layer family: the model of each `add_…` method and beside it its float64 reference with its bound.

To add a layer: write its file, then add a line to the table below.

May import numerics, definition, numpy and pydantic; neither YAML nor files nor TensorRT.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from importlib import import_module

from trtexp.layers.base import Layer

#: The method without `add_`, or the word for a part of a loop or conditional -> module and class of its model.
_TABLE = {
    "activation": "activation.Activation",
    "assertion": "assertion.Assertion",
    "attention": "attention.Attention",
    "attention_v2": "attention.AttentionV2",
    "cast": "cast.Cast",
    "concatenation": "concatenation.Concatenation",
    "condition": "if_conditional.Condition",
    "conditional_input": "if_conditional.ConditionalInput",
    "conditional_output": "if_conditional.ConditionalOutput",
    "constant": "constant.Constant",
    "convolution": "convolution.Convolution",
    "convolution_nd": "convolution.ConvolutionNd",
    "cumulative": "cumulative.Cumulative",
    "deconvolution": "deconvolution.Deconvolution",
    "deconvolution_nd": "deconvolution.DeconvolutionNd",
    "dequantize": "quantize.Dequantize",
    "dist_collective": "dist_collective.DistCollective",
    "dynamic_quantize": "dynamic_quantize.DynamicQuantize",
    "dynamic_quantize_v2": "dynamic_quantize.DynamicQuantizeV2",
    "einsum": "einsum.Einsum",
    "elementwise": "elementwise.Elementwise",
    "fill": "fill.Fill",
    "fully_connected": "fully_connected.FullyConnected",
    "gather": "gather.Gather",
    "gather_v2": "gather.GatherV2",
    "grid_sample": "grid_sample.GridSample",
    "identity": "identity.Identity",
    "if_conditional": "if_conditional.IfConditional",
    "iterator": "loop.Iterator",
    "kv_cache_update": "kv_cache_update.KVCacheUpdate",
    "loop": "loop.Loop",
    "loop_output": "loop.LoopOutput",
    "lrn": "lrn.Lrn",
    "matrix_multiply": "matrix_multiply.MatrixMultiply",
    "moe": "moe.MoE",
    "nms": "nms.NMS",
    "non_zero": "non_zero.NonZero",
    "normalization": "normalization.Normalization",
    "normalization_v2": "normalization.NormalizationV2",
    "one_hot": "one_hot.OneHot",
    "padding": "padding.Padding",
    "padding_nd": "padding.PaddingNd",
    "parametric_relu": "parametric_relu.ParametricRelu",
    "plugin": "plugin.PluginTuple",
    "plugin_v2": "plugin.PluginV2",
    "plugin_v3": "plugin.PluginV3",
    "pooling": "pooling.Pooling",
    "pooling_nd": "pooling.PoolingNd",
    "quantize": "quantize.Quantize",
    "ragged_softmax": "ragged_softmax.RaggedSoftmax",
    "recurrence": "loop.Recurrence",
    "reduce": "reduce.Reduce",
    "resize": "resize.Resize",
    "reverse_sequence": "reverse_sequence.ReverseSequence",
    "rnn_v2": "rnn_v2.RNNv2",
    "rotary_embedding": "rotary_embedding.RotaryEmbedding",
    "scale": "scale.Scale",
    "scale_nd": "scale.ScaleNd",
    "scatter": "scatter.Scatter",
    "select": "select.Select",
    "shape": "shape.Shape",
    "shuffle": "shuffle.Shuffle",
    "slice": "slice.Slice",
    "softmax": "softmax.Softmax",
    "squeeze": "squeeze.Squeeze",
    "topk": "topk.TopK",
    "trip_limit": "loop.TripLimit",
    "unary": "unary.Unary",
    "unsqueeze": "squeeze.Unsqueeze",
}


class _Layers(Mapping[str, type[Layer]]):
    """Imports a model when it is asked for: an experiment needs two or three of them."""

    def __getitem__(self, word: str) -> type[Layer]:
        module, _, name = _TABLE[word].partition(".")
        model: type[Layer] = getattr(import_module(f"trtexp.layers.{module}"), name)
        return model

    def __iter__(self) -> Iterator[str]:
        return iter(_TABLE)

    def __len__(self) -> int:
        return len(_TABLE)

    def __contains__(self, word: object) -> bool:
        return word in _TABLE


LAYERS = _Layers()
