"""What to write instead, where the fault alone would not lead on: common slips, each with the line that was meant."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from decimal import Decimal
from fractions import Fraction
from typing import Any, Literal, NamedTuple, get_args, get_origin

from pydantic import BaseModel

from trtexp.layers.base import Layer
from trtexp.spec.brought import AXES, FLAGS, KEYS_OF_LAYERS, KEYS_OF_TENSORS
from trtexp.spec.errors import brief, closest, nearest
from trtexp.spec.methods import arguments_of
from trtexp.spec.models import ExpectModel, OutputModel
from trtexp.spec.tensors import TensorModel

TOLERANCES = (
    "auto, exact, {ulp: 4, reason: …}, {atol: 1e-5, rtol: 1e-3, reason: …}, {snr_db: 40, reason: …}, "
    "{cosine: 0.999, reason: …}, or a list of these"
)
#: Other names of the dtypes; None: TensorRT has no such type.
_DTYPES: dict[str, str | None] = {
    **dict.fromkeys(("fp32", "float", "f32", "single", "kfloat"), "float32"),
    **dict.fromkeys(("fp16", "half", "f16", "khalf"), "float16"),
    **dict.fromkeys(("bf16", "kbf16"), "bfloat16"),
    **dict.fromkeys(("fp8", "float8", "e4m3", "float8_e4m3", "float8_e4m3fn", "kfp8"), "float8e4m3"),
    **dict.fromkeys(("fp4", "float4", "e2m1", "kfp4"), "float4e2m1"),
    **dict.fromkeys(("e8m0", "float8_e8m0fnu"), "float8e8m0"),
    **dict.fromkeys(("int", "i32", "kint32"), "int32"),
    **dict.fromkeys(("long", "i64", "kint64"), "int64"),
    **dict.fromkeys(("char", "i8", "kint8"), "int8"),
    **dict.fromkeys(("byte", "u8", "kuint8"), "uint8"),
    **dict.fromkeys(("boolean", "bool_", "kbool"), "bool"),
    **dict.fromkeys(("float64", "fp64", "double", "f64", "complex64", "uint16", "uint32", "uint64", "int16"), None),
}
BITS = "axis 0 is 1, axis 1 is 2, axis 2 is 4, axis 3 is 8"
_NUMBERS = {"nan": ".nan", "inf": ".inf", "+inf": ".inf", "-inf": "-.inf", "infinity": ".inf", "-infinity": "-.inf"}


class Hint(NamedTuple):
    """text: the message; name: the key that is meant, empty if there is none."""

    text: str
    name: str = ""


def instead(kind: str, path: tuple[str | int, ...], given: Any, model: type[BaseModel]) -> str | None:
    """A message for a fault of pydantic's of that kind, at a path below a model; None where its own is good enough."""
    last = path[-1] if path else None
    if kind == "int_type" and last == "axes" and isinstance(given, list):
        return f"{_flow(given)} is a list of axes; axes is a bit mask, write {_mask(given)}" if _mask(given) else None
    if last == "dtype" and isinstance(given, str) and given.lower() in _DTYPES:
        meant = _DTYPES[given.lower()]
        return f"{given!r} given; " + (f"write {meant}" if meant else f"TensorRT has no {given}; write {_kin(given)}")
    if last == "tolerance" and (not isinstance(given, str) or re.search(r"\d", given)):
        return f"{_flow(given)} given; give {TOLERANCES}"
    if "tolerance" in path and isinstance(last, str) and kind == "extra_forbidden":
        return f"no tolerance of this name; give {TOLERANCES}"
    if model is OutputModel and not path:
        return f"{_flow(given)} is no mapping; write {{values: {_flow(given)}}}"
    if model is ExpectModel and path in (("error",), ("crash",)):
        shown, text = (repr(given),) * 2 if isinstance(given, str) else (_flow(given), "'a regex of the message'")
        return f"{shown} given; name the phase, define, build or run: write {{build: {text}}}"
    return None


def missing(name: str, model: type[BaseModel], data: Any) -> str:
    """The message for a key that must be given."""
    if issubclass(model, Layer):
        if name in ("kernel", "bias") and data.get("set_input"):
            return f"{name} is missing; where an input gives it, give weights of shape [0]"
        members = _members(model, name)
        return f"{name} is missing; give one of {', '.join(members)}" if members else f"{name} is missing"
    more = "; write seed: 1, so that every run has the same numbers" if name == "seed" else ""
    return f"{name} is missing{more}"


def _members(model: type[BaseModel], name: str) -> tuple[str, ...]:
    """The members of the enum that a field takes."""
    annotation = model.model_fields[name].annotation if name in model.model_fields else None
    return tuple(map(str, get_args(annotation))) if get_origin(annotation) is Literal else ()


def no_number(word: Any) -> str:
    """The message for a text among numbers."""
    if word is None:
        return "null given; only expected values may leave out elements"
    text = str(word).strip().lower()
    if text in _NUMBERS:
        return f"{word!r} is no number; write {_NUMBERS[text]}"
    if (match := re.fullmatch(r"([-+]?\d{1,15})\s*/\s*(\d{1,15})", text)) and int(match[2]):
        shown = Decimal(f"{float(Fraction(int(match[1]), int(match[2]))):.9g}")
        return f"{word!r} is no number, and nothing is computed; write {shown:f}"
    return f"{word!r} is no number"


def no_output(name: str, outputs: Collection[str], tensors: Collection[str]) -> str:
    """The message for an expectation of something that is no output of the network."""
    if name in tensors:
        return f"{name!r} is not marked as an output; write outputs: [{', '.join([*outputs, name])}]"
    return f"no output {name!r}; {nearest(name, outputs)}"


def no_tensor(name: str, tensors: Collection[str], weights: Collection[Any], further_down: bool) -> str:
    """The message for a tensor that is not there. further_down: a layer below makes it."""
    if further_down:
        return f"no tensor {name!r} here; it is made further down; move its layer up"
    if name in weights:
        return f"{name!r} is a weights array; make a tensor of it: c: {{constant: {{shape: […], weights: {name}}}}}"
    return f"no tensor {name!r} here; {nearest(name, tensors)}"


def no_weights(name: str, weights: Collection[Any], tensors: Collection[str]) -> str:
    """The message for weights that are not there."""
    if name in tensors:
        return (
            f"{name!r} is a tensor; write set_input: {{1: {name}}} beside the layer, and give weights of shape [0] here"
        )
    return f"no weights {name!r}; {nearest(name, [str(one) for one in weights])}"


def no_path(path: str, layers: Collection[Any], groups: Mapping[str, Collection[Any]]) -> str | None:
    """Why a path of a matrix leads nowhere. groups: the names of inputs and weights; None if it names a layer."""
    head = path.partition(".")[0]
    if head in layers:
        return None
    for group, names in groups.items():
        if head in names:
            return f"{head!r} is no layer; write {group}.{path}"
    return f"no layer {head!r}; {nearest(head, [str(name) for name in layers])}"


def unknown_key(path: tuple[str | int, ...], given: Any, model: type[BaseModel], allowed: Sequence[str]) -> Hint:
    """What is said of a key that a model does not have. allowed: those that may stand there."""
    key = str(path[-1])
    if issubclass(model, Layer) and path[:-1] in ((), ("set",)):
        return _of_layer(key, given, model, below_set=len(path) > 1)
    if issubclass(model, TensorModel) and key in KEYS_OF_TENSORS:
        return Hint(f"unknown key; {KEYS_OF_TENSORS[key]}")
    if key.upper() in FLAGS and "flags" in allowed:
        return Hint(f"a flag of the builder: write flags: {{{key.upper()}: {_flow(given)}}}")
    return Hint(f"unknown key; {nearest(key, allowed)}", closest(key, allowed) or "")


def _of_layer(key: str, given: Any, model: type[Layer], below_set: bool) -> Hint:
    """A key that a layer does not have at its place: one of the other place, one from elsewhere, or a slip."""
    own, attributes = arguments_of(model), list(model.settable().model_fields)
    here, there = (attributes, own) if below_set else (own, attributes)
    brought = KEYS_OF_LAYERS.get(key, ())
    meant = [*(name for name in brought if name in here), key, *brought]
    known = next((name for name in meant if name in (*here, *there)), None)
    name = known or closest(key, _newest(here)) or closest(key, _newest(there))
    if name is None:
        said = "the layer's name stands before it, as in y: {…}" if key == "name" else nearest(key, _newest(here))
        return Hint(f"unknown key; {said}")
    if key in AXES and name == "axes":
        mask, place = _mask(given), "" if name in here else ", among the arguments" if below_set else ", below set:"
        said = f"TensorRT's name is axes, a bit mask: write axes: {mask or '…'}{place}"
        return Hint(said if mask else f"{said}; {BITS}", name)
    if name in here:
        return Hint(f"unknown key; did you mean {name!r}?", name)
    name = f"{name}_nd" if f"{name}_nd" in there else name  # the spelling of every release
    place = f"an argument: write {model.word}: {{…, {name}: {_flow(given)}}}"
    if not below_set:
        place = f"an attribute, which goes below set: write set: {{{name}: {_flow(given)}}} beside {model.word}"
    return Hint(place, name)


def _newest(names: Sequence[str]) -> list[str]:
    """The names without those that have a newer spelling beside them."""
    return [name for name in names if f"{name}_nd" not in names]


def _mask(given: Any) -> int | None:
    """The bit mask of an axis or of a list of them; None if they are none."""
    axes = given if isinstance(given, list) else [given]
    if not axes or not all(type(axis) is int and 0 <= axis < 8 for axis in axes):
        return None
    return sum({1 << axis for axis in axes})


def _kin(dtype: str) -> str:
    return (
        "float32" if "float" in dtype or dtype.lower() in ("double", "fp64", "f64", "complex64") else "int32 or int64"
    )


def _flow(value: Any) -> str:
    """A value as flow YAML, cut short."""
    return brief(value, 40, lambda v: str(v).lower() if isinstance(v, bool) else getattr(v, "text", str(v)))
