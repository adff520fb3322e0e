"""What a release makes of a whole network: the types of its outputs, what it refuses of narrow types, and what trtexp
does not model."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace

from trtexp.definition.network import NetworkDefinition
from trtexp.layers.base import Layer
from trtexp.layers.network import Evaluation, NodeError
from trtexp.numerics import Bounded, Family, converted
from trtexp.spec import declared
from trtexp.spec.modelled import unmodelled

CODES = ("float8e4m3", "float4e2m1", "int4")
#: The layers that may take codes. Source: RTX 1.7.1, validateQuantizedTypesProducersConsumers.
OF_CODES = (
    "add_plugin", "add_plugin_v2", "add_plugin_v3", "add_dequantize", "add_concatenation", "add_shuffle", "add_shape",
    "add_identity",
)  # fmt: skip
#: The layers whose uint8 may leave the network. Source: RTX 1.7.1, validateUInt8; squeeze and unsqueeze refuse it.
OF_BYTES = ("add_identity", "add_cast")
#: The layers that do not take E8M0: RTX 1.7.1, whose compiler finds no type for their result.
NOT_OF_SCALES = (
    "add_activation", "add_elementwise", "add_parametric_relu", "add_ragged_softmax", "add_reduce", "add_select",
    "add_slice", "add_softmax", "add_topk", "add_unary",
)  # fmt: skip
#: What num_ranks may be of the layers that GPUs share. Source: RTX 1.7.1.
OF_RANKS = dict.fromkeys(("add_dist_collective", "add_attention", "add_attention_v2"), "1 or more")
#: The layers that may take a constant of codes or int8. Source: RTX 1.7.1, of which plugins were not tried.
OF_CONSTANTS = ("add_plugin", "add_plugin_v2", "add_plugin_v3", "add_dequantize", "add_shape")
#: family -> the types of a layer's output that are float32 as outputs of a weakly typed network.
WIDENED: dict[Family, tuple[str, ...]] = {
    "tensorrt<10": ("float16",),
    "tensorrt>=10": ("float8e4m3", "float4e2m1"),
}


def released(
    evaluation: Evaluation,
    layers: Mapping[str, Layer],
    definition: NetworkDefinition,
    ranged: frozenset[str],
    family: Family | None,
) -> Evaluation:
    """An evaluation of layers as a release of a family would have it, None for what all releases share.

    ranged: the inputs that have a dynamic range.
    """
    untold = frozenset(unmodelled(evaluation.tensors, layers, definition, ranged, family))
    tensors = {name: tensor for name, tensor in evaluation.tensors.items() if name not in untold}
    for name in definition.outputs:
        if name in tensors:
            dtype = output_type(tensors[name].dtype, _assigned(name, layers), definition.options.strongly_typed, family)
            tensors[name] = tensors[name] if dtype == tensors[name].dtype else converted(tensors[name], dtype)
    of_rtx: tuple[NodeError, ...] = ()
    if family in (None, "tensorrt-rtx"):
        of_rtx = (*_refusals(evaluation.tensors, layers, definition), *declared.refusals(layers, definition))
    refusals, elsewhere = (*evaluation.refusals, *of_rtx), evaluation.elsewhere
    if family is None:
        refusals, noted = evaluation.refusals, [error for error in of_rtx if layers[error.layer].check]
        elsewhere = {**elsewhere, "tensorrt-rtx": [*elsewhere.get("tensorrt-rtx", ()), *noted]} if noted else elsewhere
    return replace(evaluation, tensors=tensors, refusals=refusals, unmodelled=untold, elsewhere=elsewhere)


def output_type(dtype: str, assigned: bool, strongly_typed: bool, family: Family | None) -> str:
    """The type that an output of the network has where a layer makes `dtype`.

    In weakly typed networks it is float32 unless the tensor's own type was assigned: for half on 8.x (measured on
    8.5.3.1 and 8.6.0), for FP8 and FP4 on 10.16 (its logs; of half and bfloat16 nothing is known there). Everywhere
    else it is the layer's.
    """
    if strongly_typed or assigned or family is None:
        return dtype
    return "float32" if dtype in WIDENED.get(family, ()) else dtype


def _assigned(tensor: str, layers: Mapping[str, Layer]) -> bool:
    """Whether the type of a tensor was said: by an identity that converts; `output_type` of others is about the layer
    (NvInfer.h, ILayer::setOutputType), and 8.x gives float32 then."""
    maker = layers.get(tensor)
    given = dict(maker.set.given()) if maker is not None and maker.method == "add_identity" else {}
    return given.get("output_type") is not None


def _refusals(
    tensors: Mapping[str, Bounded], layers: Mapping[str, Layer], definition: NetworkDefinition
) -> Iterator[NodeError]:
    """What RTX 1.7.1 refuses of the network as a whole, when it builds.

    N1: codes (FP8, FP4, int4) go to plugins, dequantize, concatenation, shuffle, shape and identity alone. N2: uint8
    that a layer makes is an output of the network, and made by identity or cast. N3: E8M0 goes to no layer that
    computes, select or slice. N4: a constant of codes or int8 goes to dequantize, shape and plugins alone. N5:
    num_ranks is 1 but for collectives and attention, where it may be more (refused when it is assigned). N6: see
    `declared`. N7: `set_input` adds no input to a layer that is made with a number of them. N8: `set` gives no empty
    array.
    """
    constants = {name for name, layer in layers.items() if layer.method == "add_constant"}
    for name, layer in layers.items():
        ranks = dict(layer.set.given()).get("num_ranks", 1)
        if ranks < 1 or (ranks > 1 and layer.method not in OF_RANKS):
            yield NodeError(
                name, ("set", "num_ranks"), f"{ranks} given; give {OF_RANKS.get(layer.method, 1)} in RTX [N5]"
            )
        made_with = len(getattr(layer, layer.operands[0], ())) if layer.variadic else layer.most_inputs()
        if (last := max(layer.set_input, default=-1)) >= made_with:
            yield NodeError(name, ("set_input", last), f"input {last} of {made_with}; RTX adds none [N7]")
        for place, _, array in layer.weight_arrays():
            if place[0] == "set" and array in definition.weights and not definition.weights[array].size:
                yield NodeError(name, place, f"{array} is empty; RTX takes no empty array here [N8]")
        for place, tensor in layer.input_tensors().values():
            dtype = tensors[tensor].dtype if tensor in tensors else ""
            if dtype in CODES and layer.method not in OF_CODES:
                yield NodeError(name, place, f"{tensor} is {dtype}; in RTX dequantize it first [N1]")
            elif dtype == "float8e8m0" and layer.method in NOT_OF_SCALES:
                yield NodeError(name, place, f"{tensor} is {dtype}; in RTX cast it first [N3]")
            elif tensor in constants and dtype in (*CODES, "int8") and layer.method not in OF_CONSTANTS:
                yield NodeError(name, place, f"{tensor} is a constant of {dtype}; in RTX dequantize it [N4]")
        own = tensors[name].dtype if name in constants and name in tensors else ""
        if own in (*CODES, "int8") and name in definition.outputs:
            yield NodeError(name, (layer.word,), f"a constant of {own}; in RTX dequantize it [N4]")
        for tensor in layer.output_tensors(name):
            made = tensors[tensor].dtype if tensor in tensors else ""
            if made == "uint8" and (layer.method not in OF_BYTES or tensor not in definition.outputs):
                yield NodeError(name, (layer.word,), "it makes uint8 that is no output of identity or cast in RTX [N2]")
