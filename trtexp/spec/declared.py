"""What TensorRT-RTX wants of sizes that a network input declares as -1: it compares them while the network is defined.

Source: RTX 1.7.1, each size of each layer's inputs declared alone and in pairs.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence

from trtexp.definition.network import NetworkDefinition
from trtexp.layers.base import Layer
from trtexp.layers.network import NodeError

#: The sizes of a layer's inputs by operand, as they are declared; operands that no network input gives are missing.
Sizes = Mapping[str, Sequence[int]]
#: What two sizes must be to go together, and the operands and axes that they are of.
Pair = tuple[str, int, str, int]


def refusals(layers: Mapping[str, Layer], definition: NetworkDefinition) -> Iterator[NodeError]:
    """The layers whose inputs leave open what RTX wants to know.

    N6: sizes that RTX compares, or needs, when the network is defined are not declared as -1 alone. An input that
    another layer makes is not looked at here.
    """
    declared = {each.name: each.shape for each in definition.inputs}
    if not any(-1 in shape for shape in declared.values()):
        return
    for name, layer in layers.items():
        if layer.method in RULES:
            given = {
                layer.operands[index] if index < len(layer.operands) else str(place[-1]): (place, declared[tensor])
                for index, (place, tensor) in layer.input_tensors().items()
                if tensor in declared
            }
            sizes = {operand: shape for operand, (_, shape) in given.items()}
            wrong = RULES[layer.method](layer, sizes) if any(-1 in shape for shape in sizes.values()) else ""
            if wrong:
                place = given[wrong][0] if wrong in given else (layer.word,)
                yield NodeError(name, place, f"{wrong}: {list(sizes[wrong])} declared; RTX needs more of them [N6]")


def _known(*places: tuple[str, int]) -> Callable[[Layer, Sizes], str]:
    """Sizes that must be told."""

    def wrong(_: Layer, sizes: Sizes) -> str:
        return next((operand for operand, axis in places if _at(sizes, operand, axis) == -1), "")

    return wrong


def _equal(*pairs: Pair) -> Callable[[Layer, Sizes], str]:
    """Sizes that must be declared alike."""

    def wrong(_: Layer, sizes: Sizes) -> str:
        for one, axis, other, place in pairs:
            both = _at(sizes, one, axis), _at(sizes, other, place)
            if None not in both and both[0] != both[1] and -1 in both:
                return one if both[0] == -1 else other
        return ""

    return wrong


def _attention(layer: Layer, sizes: Sizes) -> str:
    """Keys and values of one shape, but that keys may leave their tokens open alone; heads that can be divided."""
    same = _equal(("query", -1, "key", -1), *(("value", axis, "key", axis) for axis in (0, 1, -1)))(layer, sizes)
    heads, keys = _at(sizes, "query", 1), _at(sizes, "key", 1)
    tokens = _at(sizes, "value", -2), _at(sizes, "key", -2)
    if same or (tokens[0] == -1 and tokens[1] not in (-1, None)):
        return same or "value"
    return "query" if heads == -1 and keys not in (None, -1, 1) else ""


def _ragged(_: Layer, sizes: Sizes) -> str:
    """Bounds as long as the input, or 1."""
    pairs = zip(sizes.get("bounds", ()), sizes.get("input", ()), strict=False)
    wrong = next(((n, m) for n, m in pairs if n not in (1, m) and -1 in (n, m)), None)
    return "" if wrong is None else "bounds" if wrong[0] == -1 else "input"


def _rotary(layer: Layer, sizes: Sizes) -> str:
    """The size of a head and of the angles told; batches and tokens declared alike where no positions say which."""
    caches = ("cos_cache", "sin_cache")
    told = _known(("input", -1), *((cache, -1) for cache in caches))(layer, sizes)
    if told or "position_ids" in sizes or 3 in layer.set_input:
        return told
    return _equal(*((cache, axis, "input", at) for cache in caches for axis, at in ((0, 0), (1, 2))))(layer, sizes)


def _gathered(layer: Layer, sizes: Sizes) -> str:
    """Mode ND: how many coordinates an index has."""
    mode = getattr(layer.final, "mode", None)
    return _known(("indices", -1))(layer, sizes) if mode == "ND" else ""


def _blocks(layer: Layer, sizes: Sizes) -> str:
    """The sizes that are cut into blocks."""
    block, axis = getattr(layer.final, "block_shape", None), getattr(layer.final, "axis", None)
    cut = [i for i, size in enumerate(block) if size > 1] if block else [axis]
    return _known(*(("input", i) for i in cut if i is not None))(layer, sizes)


def _resized(layer: Layer, sizes: Sizes) -> str:
    """Without a shape or scales the size of the input is that of the output, and is told."""
    left_out = getattr(layer.final, "shape", None) is None and getattr(layer.final, "scales", None) is None
    return "input" if left_out and len(layer.input_tensors()) == 1 and -1 in sizes.get("input", ()) else ""


def _at(sizes: Sizes, operand: str, axis: int) -> int | None:
    """A size of an operand, None if there is no such axis."""
    shape = sizes.get(operand, ())
    return shape[axis] if -len(shape) <= axis < len(shape) else None


_HIDDEN, _CHOSEN, _SCORES = "hidden_states", "selected_experts_for_tokens", "scores_for_selected_experts"
#: method -> the operand whose declared sizes RTX refuses, empty if none.
RULES: Mapping[str, Callable[[Layer, Sizes], str]] = {
    "add_attention": _attention,
    "add_attention_v2": _attention,
    "add_deconvolution_nd": _known(("input", 1)),
    "add_dynamic_quantize": _blocks,
    "add_dynamic_quantize_v2": _blocks,
    "add_gather": _gathered,
    "add_gather_v2": _gathered,
    "add_kv_cache_update": _known(("cache", 2)),
    "add_moe": _equal(
        *((_CHOSEN, axis, _HIDDEN, axis) for axis in (0, 1)), *((_SCORES, axis, _CHOSEN, axis) for axis in range(3))
    ),
    "add_nms": _known(("boxes", -1)),
    "add_quantize": _known(("scale", 0)),
    "add_ragged_softmax": _ragged,
    "add_resize": _resized,
    "add_rotary_embedding": _rotary,
}
