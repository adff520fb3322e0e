"""A guilty layer as an experiment of its own, cut to the one element that is furthest off."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from trtexp.definition.network import Array
from trtexp.layers import LAYERS
from trtexp.layers.activation import Activation
from trtexp.layers.base import Layer
from trtexp.layers.convolution import ConvolutionNd
from trtexp.layers.elementwise import Elementwise
from trtexp.layers.matrix_multiply import MatrixMultiply
from trtexp.layers.reduce import Reduce
from trtexp.layers.scale import Scale
from trtexp.layers.select import Select
from trtexp.layers.softmax import Softmax
from trtexp.layers.unary import Unary
from trtexp.models.npz import npz
from trtexp.models.values import UNBOUND
from trtexp.numerics import UNIT, Arithmetic, Bounded, encode, known
from trtexp.numerics.budget import Budget
from trtexp.numerics.format import shortest
from trtexp.records.blame import Found
from trtexp.spec.flow import flow, lines

INLINE = 16  # numbers of a tensor that are written out
BESIDE = ("set", "set_input", "check", "origin")


@dataclass(frozen=True, eq=False)
class Piece:
    """A layer with what it takes. place: of the element that was off, in what it makes."""

    word: str
    arguments: Mapping[str, Any]
    set: Mapping[str, Any]
    inputs: Mapping[str, np.ndarray]
    dtypes: Mapping[str, str]
    weights: Mapping[str, Array] = field(default_factory=dict)
    place: tuple[int, ...] = ()


def cut_out(layer: Layer, found: Found, taken: Mapping[str, Bounded], weights: Mapping[str, Array]) -> Piece | None:
    """The smallest slice of a layer that still fails: one element of what it makes, with all that this is made of. None
    where nobody knows how to cut it, or its inputs are not known to the bit.

    A slice fails if its own reference is as far from what the device gave as the whole one was.
    """
    if layer.set_input or any(x.bound.any() or x.undetermined.any() for x in taken.values()) or found.got is None:
        return None
    whole = _piece(layer, taken, weights, tuple(found.index))
    try:
        small = _cut(layer, whole)
    except (ValueError, IndexError):  # of a shape that nobody thought of here
        small = None
    return next((piece for piece in (small, whole) if piece is not None and _fails(piece, found)), None)


def text(piece: Piece, found: Found, stem: str, title: str, device: str) -> tuple[str, bytes | None]:
    """The experiment, at most 40 lines, and the .npz file beside it if one is needed."""
    arrays: dict[str, Array] = {}
    what = f"{found.kind} {found.model!r}" + (f" of node {found.node!r}" if found.node else "")
    about = (
        f"{device} gave {found.got:.9g} at {list(found.index)} of {what}; right is {found.want:.9g}, "
        f"off by at most {found.allowed:.3g}. The inputs are those that it gave the layer itself."
    )
    parts = [
        "# Written by trtexp blame.\n",
        f"title: {flow(f'{title}: {found.layer}')}\n",
        f"about: {flow(about)}\n",
        "\ninputs:\n",
        *lines({n: _tensor(n, v, piece.dtypes[n], stem, arrays) for n, v in piece.inputs.items()}, "  "),
    ]
    if piece.weights:
        made = {n: _tensor(n, known(a).ref, a.dtype, stem, arrays) for n, a in piece.weights.items()}
        parts += ["\nweights:\n", *lines(made, "  ")]
    entry: dict[str, Any] = {piece.word: dict(piece.arguments)}
    if piece.set:
        entry["set"] = dict(piece.set)
    parts += ["\nnetwork:\n", *lines({found.layer: entry}, "  ")]
    return "".join(parts), npz(arrays) if arrays else None


def _tensor(name: str, values: np.ndarray, dtype: str, stem: str, arrays: dict[str, Array]) -> dict[str, Any]:
    kind = {} if dtype == "float32" else {"dtype": dtype}
    if values.size <= INLINE and np.isfinite(values).all():
        number = (lambda v: float(shortest(float(v), dtype))) if dtype in UNIT else int
        flat = [number(v) for v in values.reshape(-1)]
        return {"values": np.array(flat, dtype=object).reshape(values.shape).tolist(), **kind}
    arrays[name] = encode(values, dtype)
    return {"shape": list(values.shape), "file": f"{stem}.npz#{name}", **kind}


def _piece(layer: Layer, taken: Mapping[str, Bounded], weights: Mapping[str, Array], place: tuple[int, ...]) -> Piece:
    arguments = {name: value for owner, name, value in layer.written if owner == layer.word}
    given = dict(layer.set.given())
    arrays = {array: weights[array] for _, _, array in layer.weight_arrays()}
    return Piece(
        layer.word,
        arguments,
        given,
        {name: x.ref for name, x in taken.items()},
        {name: x.dtype for name, x in taken.items()},
        arrays,
        place,
    )


def _fails(piece: Piece, found: Found) -> bool:
    """Whether the reference of a piece says that what the device gave is out of its bound."""
    data = {**piece.arguments, "set": dict(piece.set)}
    try:
        layer = LAYERS[piece.word].model_validate(data)
        inputs = {
            i: known(encode(piece.inputs[tensor], piece.dtypes[tensor]))
            for i, (_, tensor) in layer.input_tensors().items()
        }
        arrays = {attribute: known(piece.weights[array]) for _, attribute, array in layer.weight_arrays()}
        with np.errstate(all="ignore"):
            made = layer.outputs(inputs, arrays, Arithmetic(), Budget(UNBOUND))[0]
        want, allowed = float(made.ref[piece.place]), float(made.bound[piece.place])
    except (ValueError, IndexError):
        return False
    assert found.got is not None
    return not abs(found.got - want) <= allowed


def _cut(layer: Layer, whole: Piece) -> Piece | None:
    match layer:
        case Activation() | Unary() | Elementwise() | Select():
            return _pointwise(whole)
        case Scale() if layer.final.mode == "CHANNEL" or layer.final.mode == "UNIFORM":
            return _scaled(layer, whole)
        case ConvolutionNd() if not len(whole.inputs) > 1:
            return _window(layer, whole)
        case MatrixMultiply():
            return _product(layer, whole)
        case Reduce() | Softmax():
            return _along(layer, whole)
    return None


def _with(whole: Piece, inputs: Mapping[str, np.ndarray], place: tuple[int, ...], **more: Any) -> Piece:
    data = {**vars(whole), "inputs": inputs, "place": place, **more}
    return Piece(**data)


def _at(values: np.ndarray, place: Sequence[int]) -> np.ndarray:
    """The one element that a place of the broadcast shape meets, with all axes."""
    index = tuple(slice(p, p + 1) if n > 1 else slice(None) for p, n in zip(place, values.shape, strict=True))
    return values[index]


def _pointwise(whole: Piece) -> Piece:
    return _with(whole, {n: _at(v, whole.place) for n, v in whole.inputs.items()}, (0,) * len(whole.place))


def _scaled(layer: Scale, whole: Piece) -> Piece:
    channel = whole.place[layer.channel_axis_of(len(whole.place))]
    weights = {n: _part(a, channel) if a.size > 1 else a for n, a in whole.weights.items()}
    made = _pointwise(whole)
    return _with(made, made.inputs, made.place, weights=weights)


def _part(array: Array, channel: int) -> Array:
    return Array(array.dtype, (1,), array.bits[channel : channel + 1].copy())


def _window(layer: ConvolutionNd, whole: Piece) -> Piece | None:
    """One output: one kernel, on what it meets, padding as zeros."""
    ((name, x),) = whole.inputs.items()
    axes = layer.axes(x.shape)
    rank, groups, maps = len(axes), layer.final.num_groups, layer.final.num_output_maps
    *batch, channel = whole.place[: len(whole.place) - rank]
    share = x.shape[-rank - 1] // groups
    first = channel // (maps // groups) * share
    image = x[tuple(batch)][first : first + share]
    padded = np.pad(image, [(0, 0), *((axis.pre, axis.behind) for axis in axes)])
    starts = [p * axis.stride for p, axis in zip(whole.place[-rank:], axes, strict=True)]
    part = padded[(slice(None), *(slice(s, s + axis.extent) for s, axis in zip(starts, axes, strict=True)))]
    weights = {}
    for _, _, array in layer.weight_arrays():
        given = whole.weights[array]
        size = given.size // maps
        if given.size:
            bits = given.bits[channel * size : (channel + 1) * size].copy()
            weights[array] = Array(given.dtype, (size,), bits)
        else:
            weights[array] = given
    kept = {k: v for k, v in whole.set.items() if k in ("dilation_nd", "dilation", "precision")}
    arguments = {**whole.arguments, "num_output_maps": 1}
    shape = (*[1] * len(batch), *part.shape)
    return _with(
        whole, {name: part.reshape(shape)}, (0,) * len(whole.place), weights=weights, set=kept, arguments=arguments
    )


def _product(layer: MatrixMultiply, whole: Piece) -> Piece | None:
    """One row by one column."""
    ops = [layer.final.op0, layer.final.op1]
    if "VECTOR" in ops or len(whole.inputs) != 2:
        return None
    *batch, row, column = whole.place
    inputs = {}
    for (name, x), op, mine, free in zip(whole.inputs.items(), ops, (row, column), (-2, -1), strict=True):
        axis = free if op == "NONE" else -3 - free
        taken = x[tuple(slice(p, p + 1) if n > 1 else slice(None) for p, n in zip(batch, x.shape, strict=False))]
        inputs[name] = np.take(taken, [mine], axis)
    return _with(whole, inputs, (0,) * len(whole.place))


def _along(layer: Reduce | Softmax, whole: Piece) -> Piece | None:
    """The numbers that one result is made of."""
    ((name, x),) = whole.inputs.items()
    mask = layer.final.axes
    if mask is None:
        return None
    axes = [axis for axis in range(x.ndim) if mask >> axis & 1]
    if isinstance(layer, Reduce) and not layer.final.keep_dims:
        places = iter(whole.place)
        at = [0 if axis in axes else next(places) for axis in range(x.ndim)]
    else:
        at = list(whole.place)
    part = x[tuple(slice(None) if axis in axes else slice(p, p + 1) for axis, p in enumerate(at))]
    place = tuple(p if isinstance(layer, Softmax) and axis in axes else 0 for axis, p in enumerate(whole.place))
    return _with(whole, {name: part}, place) if math.prod(part.shape) else None
