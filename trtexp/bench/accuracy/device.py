"""Groups of functions, a network each: defined, built and run in each way in which a release may compute them."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from time import monotonic

import numpy as np

from trtexp.definition.network import Array, BuildOptions, Input, NetworkDefinition
from trtexp.definition.steps import NETWORK, Assign, Call, Member, Ref, Step, Value, written
from trtexp.engine.outcome import Outcome
from trtexp.numerics import F64
from trtexp.workers.spec import WorkerSpec
from trtexp.workers.worker import Worker, WorkerOptions

GROUP = 8  # functions in a network: one of 50 was not built within minutes, and 8.5.3.1 built none of eight in 15 s
TIMEOUTS = {"define": 10.0, "build": 30.0, "run": 10.0}  # seconds for a group
LEVEL = 2  # of optimization, where the release has one
LEVEL_NAME = "IBuilderConfig.builder_optimization_level"


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
    precision is assigned, and half is then what they compute in, though what comes out is typed as float32."""

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
    """A TensorRT in a process of its own, which is ended where a network takes too long.

    seconds: the time that all questions may take; what is not asked by then is refused. group: how many functions are
    one network. refused: function and way -> why there is no answer.
    """

    def __init__(self, worker: Worker, seconds: float, group: int = GROUP) -> None:
        self.started = monotonic()
        self.seconds = seconds
        self.group = group
        self.refused: dict[str, str] = {}
        self.level: int | None = LEVEL
        self.worker = worker
        self.release = worker.start()
        self.say(f"{self.release.name} on {self.release.gpu}")

    def answers(
        self, functions: Sequence[Function], feeds: Mapping[str, np.ndarray], way: Way
    ) -> Iterator[dict[str, np.ndarray]]:
        """Function name -> what came, flat; a group of functions at a time.

        What the release lacks is left out; where a network fails its halves are asked, down to single functions, unless
        it took too long. The reason is kept in `refused`.
        """
        waiting = [list(functions[first : first + self.group]) for first in range(0, len(functions), self.group)]
        while waiting:
            group = waiting.pop(0)
            if monotonic() - self.started > self.seconds:
                self._refuse(group, way, f"the {self.seconds:g} s of all questions were over")
                continue
            outcome = self._run(group, feeds, way)
            if outcome.status in ("ran", "built"):
                yield {name: array.bits for name, array in outcome.outputs.items()}
                continue
            lacking = [f for f in group if outcome.missing in [written(v) for v in f.arguments.values()]]
            if outcome.missing == LEVEL_NAME and self.level is not None:
                self.level = None
                waiting.insert(0, group)
            elif lacking:
                self._refuse(lacking, way, outcome.message)
                waiting[:0] = [rest] if (rest := [f for f in group if f not in lacking]) else []
            elif len(group) == 1 or outcome.status == "timeout":
                self._refuse(group, way, outcome.message)
            else:
                middle = len(group) // 2
                waiting[:0] = [group[:middle], group[middle:]]

    def ask(self, functions: Sequence[Function], feeds: Mapping[str, np.ndarray], way: Way) -> dict[str, np.ndarray]:
        """All answers at once."""
        return {name: came for group in self.answers(functions, feeds, way) for name, came in group.items()}

    def say(self, text: str) -> None:
        print(f"{monotonic() - self.started:6.1f} s  {text}", file=sys.stderr, flush=True)

    def _run(self, group: Sequence[Function], feeds: Mapping[str, np.ndarray], way: Way) -> Outcome:
        outcome = self.worker.run(_definition(group, feeds, way, self.level), _arrays(_own(group, feeds)))
        seconds = ", ".join(f"{phase} {taken:.1f} s" for phase, taken in outcome.seconds.items())
        names = f"{group[0].name} to {group[-1].name}" if len(group) > 1 else group[0].name
        self.say(f"{way.name}: {names}: {outcome.status} {outcome.message[:200]} {seconds}")
        return outcome

    def _refuse(self, group: Sequence[Function], way: Way, why: str) -> None:
        self.refused |= {f"{f.name}, {way.name}": why for f in group}


@contextmanager
def opened(flavour: str | None, seconds: float, group: int = GROUP) -> Iterator[Device]:
    """A device in this interpreter's TensorRT."""
    worker = Worker(WorkerSpec(flavour=flavour), WorkerOptions(timeouts=TIMEOUTS, retry=False))
    try:
        yield Device(worker, seconds, group)
    finally:
        worker.close()


def call(name: str, function: Function) -> Iterator[Step]:
    """The layer `name`, whose output is named as the function and whose inputs are its own."""
    weights = {argument: Ref("weights", f"{function.name} {argument}") for argument in function.weights}
    arguments = {a: tensor(_name(function, v.name)) if isinstance(v, Ref) else v for a, v in function.arguments.items()}
    yield Call(NETWORK, function.method, {**arguments, **weights}, name, (function.name,))
    for attribute, value in function.attributes.items():
        yield Assign(name, attribute, value)


def _definition(
    functions: Sequence[Function], feeds: Mapping[str, np.ndarray], way: Way, level: int | None
) -> NetworkDefinition:
    steps: list[Step] = []
    weights: dict[str, Array] = {}
    for function in functions:
        layer = f"layer {function.name}"
        steps += call(layer, function)
        if way.obey:
            steps.append(Assign(layer, "precision", Member("DataType", "HALF")))
        for argument, values in function.weights.items():
            weights[f"{function.name} {argument}"] = _array(
                values.astype(way.dtype if way.strongly_typed else "float32")
            )
    flags = {"TF32": False, **dict.fromkeys(way.flags, True)}
    options = BuildOptions(flags=flags, optimization_level=level, strongly_typed=way.strongly_typed)
    inputs = tuple(Input(name, str(x.dtype), x.shape) for name, x in _own(functions, feeds).items())
    return NetworkDefinition(inputs, weights, tuple(steps), tuple(f.name for f in functions), options)


def _own(functions: Sequence[Function], feeds: Mapping[str, np.ndarray]) -> dict[str, np.ndarray]:
    """What each function is given, under a name of its own: layers that share an input may become one kernel."""
    return {_name(function, name): feeds[name] for function in functions for name in function.inputs}


def _name(function: Function, name: str) -> str:
    return f"{name} of {function.name}"


def _arrays(feeds: Mapping[str, np.ndarray]) -> dict[str, Array]:
    return {name: _array(x) for name, x in feeds.items()}


def _array(x: np.ndarray) -> Array:
    return Array(str(x.dtype), x.shape, x.reshape(-1))


def tensor(name: str) -> Ref:
    return Ref("tensor", name)


def ways(device: Device) -> tuple[Way, ...]:
    """Those that this release knows."""
    release = device.release
    major = int(release.version.split(".")[0])
    return STRONG if release.flavour == "tensorrt-rtx" or major >= 11 else WEAK
