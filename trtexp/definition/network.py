"""NetworkDefinition: a network as plain data, the hinge between experiments and TensorRT.

What stands behind it (engine, script) knows no YAML and no layer; what stands before it (spec, layers) knows no
TensorRT. Only the standard library and numpy are imported, so that a worker needs nothing else.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np

from trtexp.definition.steps import (
    Parse,
    Step,
    step_from_json,
    step_to_json,
)

#: dtype name -> (the numpy dtype that holds its bits, bits per element, name of TensorRT's DataType member).
DTYPES: dict[str, tuple[str, int, str]] = {
    "float32": ("float32", 32, "FLOAT"),
    "float16": ("float16", 16, "HALF"),
    "bfloat16": ("uint16", 16, "BF16"),
    "float8e4m3": ("uint8", 8, "FP8"),
    "float8e8m0": ("uint8", 8, "E8M0"),
    "float4e2m1": ("uint8", 4, "FP4"),
    "int64": ("int64", 64, "INT64"),
    "int32": ("int32", 32, "INT32"),
    "int8": ("int8", 8, "INT8"),
    "uint8": ("uint8", 8, "UINT8"),
    "int4": ("uint8", 4, "INT4"),
    "bool": ("bool", 8, "BOOL"),
}
#: BuilderFlag names that allow a precision to a weakly typed network; a strongly typed one has no such flags.
PRECISION_FLAGS = ("FP16", "BF16", "INT8", "FP8", "INT4", "FP4")
#: Among tactic sources: all that need no other library.
INTERNAL = "internal"
DTYPE_OF_MEMBER = {member: name for name, (_, _, member) in DTYPES.items()}


@dataclass(frozen=True, eq=False)
class Array:
    """A tensor's bits: a dtype by name, its shape, and the elements in row-major order.

    `bits` is flat and has the storage dtype of `DTYPES`; types of 4 bits are packed two to a byte, low half first.
    """

    dtype: str
    shape: tuple[int, ...]
    bits: np.ndarray

    def __post_init__(self) -> None:
        storage, width, _ = DTYPES[self.dtype]
        bits = np.ascontiguousarray(self.bits).reshape(-1)
        count = self.size if width >= 8 else (self.size * width + 7) // 8
        if bits.dtype != storage or bits.size != count:
            raise ValueError(
                f"{self.dtype} {list(self.shape)} is stored as {count} x {storage}, got {bits.size} x {bits.dtype}"
            )
        bits.flags.writeable = False
        object.__setattr__(self, "bits", bits)
        object.__setattr__(self, "shape", tuple(int(n) for n in self.shape))

    @property
    def size(self) -> int:
        """Number of elements."""
        return int(np.prod(self.shape, dtype=np.int64))

    @classmethod
    def from_bytes(cls, dtype: str, shape: Iterable[int], data: bytes) -> Array:
        return cls(dtype, tuple(shape), np.frombuffer(data, dtype=DTYPES[dtype][0]))

    def to_bytes(self) -> bytes:
        return self.bits.tobytes()

    def same_bits(self, other: Array) -> bool:
        return (self.dtype, self.shape) == (other.dtype, other.shape) and self.to_bytes() == other.to_bytes()


@dataclass(frozen=True)
class Input:
    """A network input; -1 in the shape is a dimension that a profile fixes."""

    name: str
    dtype: str
    shape: tuple[int, ...]


@dataclass(frozen=True)
class Range:
    """min, opt and max of one input in an optimization profile: shapes, or values for a shape input."""

    min: tuple[int, ...]
    opt: tuple[int, ...]
    max: tuple[int, ...]
    values: bool = False


@dataclass(frozen=True)
class BuildOptions:
    """What the builder is told. None means that TensorRT's own default stands and no setter is called.

    workspace: bytes. flags: BuilderFlag names, set (True) or cleared (False). tactic_sources: TacticSource names;
    `internal` stands for all that need no other library. tactics: `repeatable` (each layer's first,
    so that two builds are one engine, where the release lets us choose) or `fastest` (TensorRT's default, which depends
    on the moment). optimization_level: 0 to 5.
    """

    workspace: int | None = None
    workspace_attribute: str = "memory_pool_limit"  # or "max_workspace_size", the spelling before 8.4
    flags: Mapping[str, bool] = field(default_factory=dict)
    optimization_level: int | None = None
    strongly_typed: bool = False
    tactic_sources: tuple[str, ...] | None = (INTERNAL,)
    tactics: str = "repeatable"
    profiles: tuple[Mapping[str, Range], ...] = ()

    @property
    def first_tactics(self) -> bool:
        """Whether we choose: not at level 0, which takes the first that works and finds none in 8.6.0 if we choose."""
        return self.tactics == "repeatable" and self.optimization_level != 0


@dataclass(frozen=True)
class NetworkDefinition:
    """Inputs, weights, an ordered list of API calls, outputs and build options: all that a build needs.

    weights: arrays that the steps name; the bytes of an ONNX model are one, too.
    """

    inputs: tuple[Input, ...]
    weights: Mapping[str, Array]
    steps: tuple[Step, ...]
    outputs: tuple[str, ...]
    options: BuildOptions = BuildOptions()

    @property
    def dynamic(self) -> bool:
        """Whether an input's shape is left open."""
        return any(-1 in item.shape for item in self.inputs)

    @property
    def models(self) -> tuple[str, ...]:
        """The ONNX models among the weights."""
        return tuple(step.model for step in self.steps if isinstance(step, Parse))

    def to_json(self) -> dict[str, Any]:
        """The canonical form, without the weights' bits: they are named by dtype, shape and digest."""
        return {
            "inputs": [{"name": i.name, "dtype": i.dtype, "shape": list(i.shape)} for i in self.inputs],
            "weights": {
                name: {"dtype": w.dtype, "shape": list(w.shape), "sha256": hashlib.sha256(w.to_bytes()).hexdigest()}
                for name, w in sorted(self.weights.items())
            },
            "steps": [step_to_json(step) for step in self.steps],
            "outputs": list(self.outputs),
            "options": _options_to_json(self.options),
        }

    @classmethod
    def from_json(cls, data: Mapping[str, Any], bits: Mapping[str, bytes]) -> NetworkDefinition:
        """Read what `to_json` wrote; `bits` holds the weights' bytes by name, checked against their digests."""
        weights = {}
        for name, w in data["weights"].items():
            if hashlib.sha256(bits[name]).hexdigest() != w["sha256"]:
                raise ValueError(f"weights {name!r}: the bytes do not have the digest that the definition names")
            weights[name] = Array.from_bytes(w["dtype"], w["shape"], bits[name])
        options = dict(data["options"])
        options["tactic_sources"] = None if (t := options["tactic_sources"]) is None else tuple(t)
        options["profiles"] = tuple(
            {k: Range(tuple(r["min"]), tuple(r["opt"]), tuple(r["max"]), r["values"]) for k, r in p.items()}
            for p in options["profiles"]
        )
        return cls(
            inputs=tuple(Input(i["name"], i["dtype"], tuple(i["shape"])) for i in data["inputs"]),
            weights=weights,
            steps=tuple(step_from_json(step) for step in data["steps"]),
            outputs=tuple(data["outputs"]),
            options=BuildOptions(**options),
        )

    @cached_property
    def canonical(self) -> str:
        """Canonical JSON: sorted keys, no spaces, one form for one network."""
        return json.dumps(self.to_json(), sort_keys=True, separators=(",", ":"), ensure_ascii=False)

    @cached_property
    def hash(self) -> str:
        """SHA-256 of the canonical JSON, which holds the weights' digests: equal hashes build equal networks."""
        return hashlib.sha256(self.canonical.encode()).hexdigest()


def _options_to_json(options: BuildOptions) -> dict[str, Any]:
    return {
        "workspace": options.workspace,
        "workspace_attribute": options.workspace_attribute,
        "flags": dict(sorted(options.flags.items())),
        "optimization_level": options.optimization_level,
        "strongly_typed": options.strongly_typed,
        "tactic_sources": None if options.tactic_sources is None else list(options.tactic_sources),
        "tactics": options.tactics,
        "profiles": [
            {
                name: {"min": list(r.min), "opt": list(r.opt), "max": list(r.max), "values": r.values}
                for name, r in sorted(profile.items())
            }
            for profile in options.profiles
        ],
    }
