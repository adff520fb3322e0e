"""What to write instead, where the fault alone would not lead on: common slips, each with the line that was meant."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from decimal import Decimal
from fractions import Fraction
from typing import Any

from pydantic import BaseModel

from trtexp.layers.base import Layer
from trtexp.spec.errors import brief, nearest
from trtexp.spec.models import ExpectModel, OutputModel, Rule

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
_NUMBERS = {"nan": ".nan", "inf": ".inf", "+inf": ".inf", "-inf": "-.inf", "infinity": ".inf", "-infinity": "-.inf"}


def instead(kind: str, path: tuple[str | int, ...], given: Any, model: type[BaseModel]) -> str | None:
    """A message for a fault of pydantic's of that kind, at a path below a model; None where its own is good enough."""
    last = path[-1] if path else None
    if kind == "extra_forbidden" and issubclass(model, Layer):
        return _attribute(str(last), given, model, below_set=path[:-1] == ("set",))
    if kind == "int_type" and last == "axes" and isinstance(given, list):
        return f"{_flow(given)} is a list of axes; axes is a bit mask, write {_mask(given)}" if _mask(given) else None
    if last == "dtype" and isinstance(given, str) and given.lower() in _DTYPES:
        meant = _DTYPES[given.lower()]
        return f"{given!r} given; " + (f"write {meant}" if meant else f"TensorRT has no {given}; write {_kin(given)}")
    if last == "tolerance" and not isinstance(given, str):
        return f"{_flow(given)} given; give {TOLERANCES}"
    if model is Rule and kind == "extra_forbidden":
        return f"no tolerance of this name; give {TOLERANCES}"
    if model is OutputModel and not path:
        return f"{_flow(given)} is no mapping; write {{values: {_flow(given)}}}"
    if model is ExpectModel and path in (("error",), ("crash",)) and isinstance(given, str):
        return f"{given!r} given; name the phase, define, build or run: write {{build: {given!r}}}"
    return None


def missing_weights(name: str, model: type[BaseModel], data: Mapping[str, Any]) -> str | None:
    """Why an argument is missing that an input gives: TensorRT's method wants empty weights in its place."""
    inputs = data.get("set_input")
    if name in ("kernel", "bias") and issubclass(model, Layer) and isinstance(inputs, dict) and inputs:
        return f"{name} is missing; where an input gives it, give weights of shape [0]"
    return None


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


def no_path(path: str, layers: Collection[Any], groups: Mapping[str, Collection[Any]]) -> str | None:
    """Why a path of a matrix leads nowhere. groups: the names of inputs and weights; None if it names a layer."""
    head = path.partition(".")[0]
    if head in layers:
        return None
    for group, names in groups.items():
        if head in names:
            return f"{head!r} is no layer; write {group}.{path}"
    return f"no layer {head!r}; {nearest(head, [str(name) for name in layers])}"


def _attribute(key: str, given: Any, model: type[Layer], below_set: bool) -> str | None:
    """An attribute among the arguments, and an axis where TensorRT has a bit mask."""
    attributes = model.settable()
    name, value = key, _flow(given)
    if key == "axis" and "axis" not in attributes.model_fields:
        argument = "axes" in model.model_fields
        if not argument and "axes" not in attributes.model_fields:
            return None
        name, value = "axes", str(_mask(given) or "…")
        said = f"TensorRT's name is axes, a bit mask: write axes: {value}"
        return said if argument != below_set else f"{said}, {'beside the arguments' if argument else 'below set:'}"
    if below_set or name not in attributes.model_fields or name in Layer.model_fields:
        return None
    name = f"{name}_nd" if f"{name}_nd" in attributes.model_fields else name  # the spelling of every release
    return f"an attribute, which goes below set: write set: {{{name}: {value}}} beside {model.word}"


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
