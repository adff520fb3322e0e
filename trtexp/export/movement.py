"""Layers that move data, pick it by indices, or make it from nothing."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from trtexp.definition.network import DTYPE_OF_MEMBER
from trtexp.export.writer import Exports, Writer, demand
from trtexp.layers.base import Layer, masked_axes
from trtexp.layers.concatenation import Concatenation
from trtexp.layers.constant import Constant
from trtexp.layers.fill import Fill
from trtexp.layers.gather import GatherV2
from trtexp.layers.nms import NMS
from trtexp.layers.non_zero import NonZero
from trtexp.layers.one_hot import OneHot
from trtexp.layers.padding import PaddingNd
from trtexp.layers.reverse_sequence import ReverseSequence
from trtexp.layers.scatter import Scatter
from trtexp.layers.shuffle import Shuffle
from trtexp.layers.slice import Slice, brought
from trtexp.layers.squeeze import Squeeze, Unsqueeze
from trtexp.layers.topk import TopK

EXPORTS = Exports()


@EXPORTS("constant")
def constant(writer: Writer, layer: Constant, to: str, inputs: Sequence[str]) -> None:
    (array,) = {name: array for _, name, array in layer.weight_arrays()}.values()  # the last one stands
    writer.node("Identity", [writer.shaped(array, layer.final.shape)], to)


@EXPORTS("fill")
def fill(writer: Writer, layer: Fill, to: str, inputs: Sequence[str]) -> None:
    demand(layer, not inputs and layer.final.operation == "LINSPACE", "random numbers, or numbers from inputs")
    writer.node("Identity", [writer.constant(writer.tensors[to].ref, writer.dtype(to))], to)


@EXPORTS("shuffle")
def shuffle(writer: Writer, layer: Shuffle, to: str, inputs: Sequence[str]) -> None:
    made, final = inputs[0], layer.final
    if final.first_transpose is not None:
        made = writer.transpose(made, final.first_transpose)
    if final.reshape_dims is not None or len(inputs) > 1:
        made = writer.reshape(made, layer.plan(*writer.operands(layer, inputs))[1])
    if final.second_transpose is not None:
        made = writer.transpose(made, final.second_transpose)
    writer.node("Identity", [made], to)


@EXPORTS("squeeze")
def squeeze(writer: Writer, layer: Squeeze, to: str, inputs: Sequence[str]) -> None:
    writer.node("Squeeze", [inputs[0], writer.ints(layer.removed(*writer.operands(layer, inputs)))], to)


@EXPORTS("unsqueeze")
def unsqueeze(writer: Writer, layer: Unsqueeze, to: str, inputs: Sequence[str]) -> None:
    writer.node("Unsqueeze", [inputs[0], writer.ints(layer.added(*writer.operands(layer, inputs)))], to)


@EXPORTS("concatenation")
def concatenation(writer: Writer, layer: Concatenation, to: str, inputs: Sequence[str]) -> None:
    demand(layer, all(inputs), "an input between others that nobody gave")
    writer.node("Concat", inputs, to, axis=layer.axis(len(writer.shape(to))))


@EXPORTS("slice")
def slice_(writer: Writer, layer: Slice, to: str, inputs: Sequence[str]) -> None:
    x, start, shape, stride, _, axes = writer.operands(layer, inputs)
    fill = inputs[4] if len(inputs) > 4 and inputs[4] else None
    picked(writer, layer, inputs[0], layer.indices(x, start, shape, stride, axes), layer.final.mode, fill, to)


@EXPORTS("padding", "padding_nd")
def padding(writer: Writer, layer: PaddingNd, to: str, inputs: Sequence[str]) -> None:
    shape = writer.shape(inputs[0])
    wanted = [np.arange(n) for n in shape[:-2]] + [np.arange(out) - pre for _, pre, out in layer.axes(shape)]
    picked(writer, layer, inputs[0], wanted, "FILL", None, to)


def picked(
    writer: Writer, layer: Layer, x: str, wanted: Sequence[np.ndarray], mode: str, fill: str | None, to: str
) -> None:
    """The elements at indices along each axis, those outside as the mode says: a Gather for each axis that needs one,
    and for FILL a Where."""
    made, sizes = x, writer.shape(x)
    inside = np.ones([len(index) for index in wanted], bool)
    for axis, (index, size) in enumerate(zip(wanted, sizes, strict=True)):
        inside &= ((index >= 0) & (index < size)).reshape([-1 if a == axis else 1 for a in range(len(wanted))])
        if not np.array_equal(index, np.arange(size)):
            demand(layer, size > 0 or not index.size, "elements of an empty tensor")
            made = writer.node("Gather", [made, writer.ints(brought(index, size, mode).tolist())], axis=axis)
    if mode == "FILL" and not inside.all():
        value = writer.scalar(0, x) if fill is None else fill
        made = writer.node("Where", [writer.constant(inside, "bool"), made, value])
    writer.node("Identity", [made], to)


@EXPORTS("gather", "gather_v2")
def gather(writer: Writer, layer: GatherV2, to: str, inputs: Sequence[str]) -> None:
    mode, axis, shared = layer.choice()
    x, indices = (writer.tensors[tensor] for tensor in inputs)
    ends = [x.shape[axis]] if mode != "ND" else [*x.shape[shared:]][: indices.shape[-1]]
    inside = ((indices.ref >= -np.array(ends)) & (indices.ref < np.array(ends))).all() if indices.ref.size else True
    demand(layer, bool(inside), "an index outside the input, which is an error in ONNX")
    demand(layer, mode != "DEFAULT" or shared == 0, "num_elementwise_dims of 1 in mode DEFAULT")
    if mode == "ND":
        writer.node("GatherND", [inputs[0], writer.cast(inputs[1], "int64")], to, batch_dims=shared)
    else:
        writer.node("Gather" if mode == "DEFAULT" else "GatherElements", inputs, to, axis=axis)


@EXPORTS("scatter")
def scatter(writer: Writer, layer: Scatter, to: str, inputs: Sequence[str]) -> None:
    if layer.final.mode == "ELEMENT":
        writer.node("ScatterElements", inputs, to, axis=layer.final.axis)
    else:
        writer.node("ScatterND", [inputs[0], writer.cast(inputs[1], "int64"), inputs[2]], to)


@EXPORTS("one_hot")
def one_hot(writer: Writer, layer: OneHot, to: str, inputs: Sequence[str]) -> None:
    indices, values, depth = inputs
    demand(layer, int(writer.tensors[depth].ref) > 0, "a depth of 0")
    demand(layer, bool(writer.shape(indices)), "a scalar index")
    writer.node("OneHot", [indices, depth, values], to, axis=layer.final.axis)


@EXPORTS("non_zero")
def non_zero(writer: Writer, layer: NonZero, to: str, inputs: Sequence[str]) -> None:
    writer.convert(writer.node("NonZero", inputs), layer.dtype(), to)


@EXPORTS("topk")
def topk(writer: Writer, layer: TopK, to: str, inputs: Sequence[str]) -> None:
    final, (values, indices) = layer.final, layer.output_tensors(to)
    (axis,) = masked_axes(final.axes, len(writer.shape(inputs[0])))
    _, k = writer.operands(layer, inputs)
    count = writer.ints([layer.count(k)])
    found = writer.fresh("indices")
    writer.node("TopK", [inputs[0], count], [values, found], axis=axis, largest=int(final.op == "MAX"))
    writer.convert(found, DTYPE_OF_MEMBER[final.indices_type], indices)


@EXPORTS("nms")
def nms(writer: Writer, layer: NMS, to: str, inputs: Sequence[str]) -> None:
    boxes, scores, most, overlap, least = [*inputs, "", ""][:5]
    final, (_, count, classes) = layer.final, writer.shape(scores)
    demand(layer, len(writer.shape(boxes)) == 3, "boxes of each class")
    demand(layer, classes == 1, "several classes, whose rows are in the order of their scores")
    demand(layer, final.topk_box_limit >= count, "a limit of boxes of all classes")
    given = [writer.reshape(x, [1]) if x else writer.constant([0.0], "float32") for x in (overlap, least)]
    found = writer.node(
        "NonMaxSuppression",
        [boxes, writer.transpose(scores, [0, 2, 1]), writer.reshape(writer.cast(most, "int64"), [1]), *given],
        center_point_box=int(final.bounding_box_format == "CENTER_SIZES"),
    )
    rows, length = layer.output_tensors(to)
    writer.convert(found, DTYPE_OF_MEMBER[final.indices_type], rows)
    writer.convert(writer.reshape(writer.node("Shape", [found], start=0, end=1), []), "int32", length)


@EXPORTS("shape")
def shape(writer: Writer, layer: Layer, to: str, inputs: Sequence[str]) -> None:
    writer.node("Shape", inputs, to)


@EXPORTS("reverse_sequence")
def reverse_sequence(writer: Writer, layer: ReverseSequence, to: str, inputs: Sequence[str]) -> None:
    batch, along = layer.final.batch_axis, layer.final.sequence_axis
    demand(layer, {batch, along} == {0, 1}, f"axes {batch} and {along}; ONNX takes 0 and 1 only")
    lens = writer.cast(inputs[1], "int64")
    writer.node("ReverseSequence", [inputs[0], lens], to, batch_axis=batch, time_axis=along)
