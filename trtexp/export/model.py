"""Layers -> an ONNX model that is checked."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import onnx
from onnx import helper

from trtexp import __version__
from trtexp.definition.network import Array, Input
from trtexp.export.attention import EXPORTS as ATTENTION
from trtexp.export.movement import EXPORTS as MOVEMENT
from trtexp.export.pointwise import EXPORTS as POINTWISE
from trtexp.export.products import EXPORTS as PRODUCTS
from trtexp.export.recurrent import EXPORTS as RECURRENT
from trtexp.export.window import EXPORTS as WINDOWS
from trtexp.export.writer import Inexpressible, Writer, element
from trtexp.layers.base import Layer
from trtexp.numerics import Bounded

EXPORTS = {**ATTENTION, **MOVEMENT, **POINTWISE, **PRODUCTS, **RECURRENT, **WINDOWS}
OPSET, IR = 21, 10  # what ONNX Runtime 1.18 and newer read


def model(
    name: str,
    inputs: Sequence[Input],
    weights: Mapping[str, Array],
    layers: Mapping[str, Layer],
    outputs: Sequence[str],
    tensors: Mapping[str, Bounded],
) -> onnx.ModelProto:
    """The network with the names of its tensors. tensors: all of them, as the reference has them.

    Raises Inexpressible where a layer, a setting of one, or a type has no counterpart in ONNX.
    """
    for output in outputs:
        if output not in tensors:
            raise Inexpressible(f"{output}: no layer makes it")
    writer = Writer(tensors, weights)
    for layer_name, layer in layers.items():
        wanted = layer.input_tensors()
        given = [wanted[i][1] if i in wanted else "" for i in range(max(wanted, default=-1) + 1)]
        if layer.word not in EXPORTS:
            raise Inexpressible(f"{layer_name}: {layer.word} is no layer that trtexp can say in ONNX")
        typed = {"precision", "output_type"} & {name for name, _ in layer.set.given()}
        if typed and layer.word != "identity":
            raise Inexpressible(f"{layer_name}: {' and '.join(sorted(typed))}, which ONNX's operators have not")
        try:
            EXPORTS[layer.word](writer, layer, layer_name, given)
        except Inexpressible as error:
            raise Inexpressible(f"{layer_name}: {error}") from error
    made = helper.make_model(
        helper.make_graph(
            writer.nodes,
            name,
            [helper.make_tensor_value_info(i.name, element(i.dtype), _dims(i)) for i in inputs],
            [helper.make_tensor_value_info(t, element(tensors[t].dtype), tensors[t].shape) for t in outputs],
            writer.initializers,
        ),
        opset_imports=[helper.make_opsetid("", OPSET)],
        ir_version=IR,
        producer_name="trtexp",
        producer_version=__version__,
    )
    try:
        onnx.checker.check_model(made, full_check=True)
    except (onnx.checker.ValidationError, onnx.shape_inference.InferenceError) as error:
        raise Inexpressible(f"ONNX's own checker refuses the model: {' '.join(str(error).split())}") from error
    return made


def _dims(given: Input) -> list[int | str]:
    """A dimension that a profile fixes has a name."""
    return [n if n >= 0 else f"{given.name}_{axis}" for axis, n in enumerate(given.shape)]
