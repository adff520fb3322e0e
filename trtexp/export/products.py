"""Layers that sum: products, reductions, softmax, normalization; and quantization."""

from __future__ import annotations

import math
from collections.abc import Sequence

from trtexp.definition.network import DTYPE_OF_MEMBER
from trtexp.export.writer import Exports, Writer, demand
from trtexp.layers.base import masked_axes
from trtexp.layers.cumulative import Cumulative
from trtexp.layers.einsum import DOTS, Einsum, written_terms
from trtexp.layers.fully_connected import FullyConnected
from trtexp.layers.matrix_multiply import MatrixMultiply
from trtexp.layers.normalization import Normalization
from trtexp.layers.quantize import Scaled
from trtexp.layers.reduce import Reduce
from trtexp.layers.softmax import Softmax

EXPORTS = Exports()

REDUCE = {"SUM": "ReduceSum", "PROD": "ReduceProd", "MAX": "ReduceMax", "MIN": "ReduceMin", "AVG": "ReduceMean"}


@EXPORTS("matrix_multiply")
def matrix_multiply(writer: Writer, layer: MatrixMultiply, to: str, inputs: Sequence[str]) -> None:
    """A vector becomes a row on the left and a column on the right, and its axis goes afterwards."""
    operands, lost = [], []
    for tensor, op, axis in zip(inputs, (layer.final.op0, layer.final.op1), (-2, -1), strict=True):
        rank = len(writer.shape(tensor))
        if op == "TRANSPOSE":
            tensor = writer.transpose(tensor, [*range(rank - 2), rank - 1, rank - 2])
        elif op == "VECTOR":
            lost.append(axis)
            tensor = writer.node("Unsqueeze", [tensor, writer.ints([axis])])
        operands.append(tensor)
    if lost:
        writer.node("Squeeze", [writer.node("MatMul", operands), writer.ints(lost)], to)
    else:
        writer.node("MatMul", operands, to)


@EXPORTS("fully_connected")
def fully_connected(writer: Writer, layer: FullyConnected, to: str, inputs: Sequence[str]) -> None:
    """A matrix of one row for each block of C · H · W elements."""
    arrays, outputs = {name: array for _, name, array in layer.weight_arrays()}, writer.shape(to)[-3]
    blocks = writer.shape(inputs[0])[-3:]
    kernel = writer.shaped(arrays["kernel"], [outputs, math.prod(blocks)])
    operands = [writer.reshape(inputs[0], [-1, math.prod(blocks)]), kernel]
    if "bias" in arrays and writer.weights[arrays["bias"]].size:
        operands.append(writer.shaped(arrays["bias"], [outputs]))
    writer.reshape(writer.node("Gemm", operands, transB=1), writer.shape(to), to)


@EXPORTS("einsum")
def einsum(writer: Writer, layer: Einsum, to: str, inputs: Sequence[str]) -> None:
    terms, _ = written_terms(layer.final.equation)
    demand(layer, DOTS not in layer.final.equation, "an ellipsis, which ONNX fills with other axes")
    sizes: dict[str, int] = {}
    for term, tensor in zip(terms, inputs, strict=True):
        for letter, size in zip(term, writer.shape(tensor), strict=True):
            demand(layer, sizes.setdefault(letter, size) == size, f"axis {letter!r} is repeated to meet another")
    writer.node("Einsum", inputs, to, equation=layer.final.equation)


@EXPORTS("reduce")
def reduce(writer: Writer, layer: Reduce, to: str, inputs: Sequence[str]) -> None:
    axes = writer.ints(masked_axes(layer.final.axes, len(writer.shape(inputs[0]))))
    writer.node(REDUCE[layer.final.op], [inputs[0], axes], to, keepdims=int(layer.final.keep_dims))


@EXPORTS("cumulative")
def cumulative(writer: Writer, layer: Cumulative, to: str, inputs: Sequence[str]) -> None:
    writer.node("CumSum", inputs, to, exclusive=int(layer.final.exclusive), reverse=int(layer.final.reverse))


@EXPORTS("softmax")
def softmax(writer: Writer, layer: Softmax, to: str, inputs: Sequence[str]) -> None:
    (axis,) = masked_axes(layer.axes(writer.tensors[inputs[0]]), len(writer.shape(to)))
    writer.node("Softmax", inputs, to, axis=axis)


@EXPORTS("normalization", "normalization_v2")
def normalization(writer: Writer, layer: Normalization, to: str, inputs: Sequence[str]) -> None:
    """Written out, since ONNX normalizes over trailing axes only; groups become an axis of their own."""
    x, scale, bias = inputs
    shape = writer.shape(x)
    groups, axes = layer.final.num_groups, masked_axes(layer.final.axes, len(shape))
    if groups > 1:
        x = writer.reshape(x, [shape[0], groups, shape[1] // groups, *shape[2:]])
        axes = list(range(2, len(shape) + 1))
        behind = [1] * (len(shape) - 2)
        scale, bias = (writer.reshape(t, [1, groups, writer.shape(t)[1] // groups, *behind]) for t in (scale, bias))
    named = writer.ints(axes)
    centred = writer.node("Sub", [x, writer.node("ReduceMean", [x, named], keepdims=1)])
    variance = writer.node("ReduceMean", [writer.node("Mul", [centred, centred]), named], keepdims=1)
    epsilon = writer.scalar(layer.final.epsilon, inputs[0])
    deviation = writer.node("Sqrt", [writer.node("Add", [variance, epsilon])])
    scaled = writer.node("Mul", [writer.node("Div", [centred, deviation]), scale])
    made = writer.node("Add", [scaled, bias])
    writer.reshape(made, shape, to) if groups > 1 else writer.node("Identity", [made], to)


@EXPORTS("quantize", "dequantize")
def quantize(writer: Writer, layer: Scaled, to: str, inputs: Sequence[str]) -> None:
    """The zero point says which type is quantized to."""
    x, scale = inputs[:2]
    size = writer.tensors[scale].ref.size
    demand(layer, not layer.final.block_shape, "blocks of several axes")
    demand(layer, len(writer.shape(scale)) < 2, f"scales {list(writer.shape(scale))}")
    if size == 1 and writer.shape(scale):
        scale = writer.reshape(scale, [])
    quantized = writer.dtype(to) if layer.word == "quantize" else writer.dtype(x)
    shape = [] if size == 1 else [size]
    zero = writer.constant([0] * size if shape else 0, quantized)
    axis = layer.final.axis if shape else None
    if layer.word == "quantize":
        writer.node("QuantizeLinear", [x, scale, zero], to, axis=axis)
    else:
        wanted, given = writer.dtype(to), writer.dtype(inputs[1])
        made = writer.node("DequantizeLinear", [x, scale, zero], to if wanted == given else None, axis=axis)
        if wanted != given:
            writer.convert(made, DTYPE_OF_MEMBER.get(wanted, wanted), to)
