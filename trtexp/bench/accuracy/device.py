"""Many functions in one network: defined, built and run in one of the ways in which a release may compute them."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from trtexp.definition.network import Array, BuildOptions, Input, NetworkDefinition
from trtexp.definition.steps import NETWORK, Assign, Call, Member, Ref, Step, Value, written
from trtexp.engine.session import Session
from trtexp.numerics import F64


@dataclass(frozen=True)
class Function:
    """A layer, what it is given, and what is right.

    inputs: names of tensors; right: the float64 function of them; key: what its ranges are of, a function of the
    inputs and the result, the first input if left out. weights: arrays that an argument names, in the type at hand.
    logical: whether its result is bool.
    """

    name: str
    method: str
    arguments: Mapping[str, Value]
    inputs: tuple[str, ...]
    right: Callable[..., F64]
    key: Callable[..., F64] | None = None
    attributes: Mapping[str, Value] = field(default_factory=dict)
    weights: Mapping[str, F64] = field(default_factory=dict)
    logical: bool = False


@dataclass(frozen=True)
class Way:
    """How a network is typed and built. dtype: of its inputs; flags: BuilderFlag names; obey: whether the layers'
    precision and their outputs' type are assigned, and half is then what they compute in."""

    name: str
    dtype: str
    flags: tuple[str, ...] = ()
    obey: bool = False
    strongly_typed: bool = False


#: What weakly typed releases are measured in; `half` is genuinely half, the last two leave it to TensorRT.
WEAK = (
    Way("float32", "float32"),
    Way("float16", "float16", ("FP16", "OBEY_PRECISION_CONSTRAINTS"), obey=True),
    Way("float16 inputs, FP16 allowed", "float16", ("FP16",)),
    Way("float32 inputs, FP16 allowed", "float32", ("FP16",)),
)
STRONG = (Way("float32", "float32", strongly_typed=True), Way("float16", "float16", strongly_typed=True))


class Device:
    """A session that answers questions of many functions at once."""

    def __init__(self, flavour: str | None) -> None:
        self.session = Session(flavour)
        self.refused: dict[str, str] = {}
        self.started = time.perf_counter()

    def ask(self, functions: Sequence[Function], feeds: Mapping[str, np.ndarray], way: Way) -> dict[str, np.ndarray]:
        """Function name -> what came, flat.

        What the release lacks is left out; where a network fails its halves are asked, down to single functions. The
        reason is kept in `refused`.
        """
        outcome = self.session.run(_definition(functions, feeds, way), _arrays(_used(functions, feeds)))
        self.say(f"{way.name}: {len(functions)} functions {outcome.status} {outcome.message[:200]}")
        if outcome.status in ("ran", "built"):
            return {name: array.bits for name, array in outcome.outputs.items()}
        lacking = [f for f in functions if outcome.missing in [written(v) for v in f.arguments.values()]]
        if len(functions) == 1 or lacking:
            self.refused |= {f"{f.name}, {way.name}": outcome.message for f in lacking or functions}
            rest = [f for f in functions if lacking and f not in lacking]
            return self.ask(rest, feeds, way) if rest else {}
        middle = len(functions) // 2
        return {**self.ask(functions[:middle], feeds, way), **self.ask(functions[middle:], feeds, way)}

    def say(self, text: str) -> None:
        print(f"{time.perf_counter() - self.started:6.1f} s  {text}", file=sys.stderr, flush=True)


def call(name: str, function: Function) -> Iterator[Step]:
    """The layer `name`, whose output is named as the function."""
    weights = {argument: Ref("weights", f"{function.name} {argument}") for argument in function.weights}
    yield Call(NETWORK, function.method, {**function.arguments, **weights}, name, (function.name,))
    for attribute, value in function.attributes.items():
        yield Assign(name, attribute, value)


def _definition(functions: Sequence[Function], feeds: Mapping[str, np.ndarray], way: Way) -> NetworkDefinition:
    steps: list[Step] = []
    weights: dict[str, Array] = {}
    half = Member("DataType", "HALF")
    for function in functions:
        layer = f"layer {function.name}"
        steps += call(layer, function)
        if way.obey:
            steps.append(Assign(layer, "precision", half))
            steps += [] if function.logical else [Assign(function.name, "dtype", half)]
        for argument, values in function.weights.items():
            weights[f"{function.name} {argument}"] = _array(
                values.astype(way.dtype if way.strongly_typed else "float32")
            )
    options = BuildOptions(flags={"TF32": False, **dict.fromkeys(way.flags, True)}, strongly_typed=way.strongly_typed)
    inputs = tuple(Input(name, str(x.dtype), x.shape) for name, x in _used(functions, feeds).items())
    return NetworkDefinition(inputs, weights, tuple(steps), tuple(f.name for f in functions), options)


def _used(functions: Sequence[Function], feeds: Mapping[str, np.ndarray]) -> dict[str, np.ndarray]:
    wanted = {name for function in functions for name in function.inputs}
    return {name: x for name, x in feeds.items() if name in wanted}


def _arrays(feeds: Mapping[str, np.ndarray]) -> dict[str, Array]:
    return {name: _array(x) for name, x in feeds.items()}


def _array(x: np.ndarray) -> Array:
    return Array(str(x.dtype), x.shape, x.reshape(-1))


def tensor(name: str) -> Ref:
    return Ref("tensor", name)


def ways(device: Device) -> tuple[Way, ...]:
    """Those that this release knows."""
    release = device.session.release
    major = int(release.version.split(".")[0])
    return STRONG if release.flavour == "tensorrt-rtx" or major >= 11 else WEAK
