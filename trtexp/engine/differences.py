"""What differs between the releases of TensorRT, 8.5.3 to 11.x and RTX. No other module asks for a release."""

from __future__ import annotations

import inspect
import re
import warnings
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from trtexp.definition.facts import Adaptation
from trtexp.definition.network import DTYPES, INTERNAL, PRECISION_FLAGS, Array
from trtexp.definition.steps import DEFAULT_ARGUMENTS, Value
from trtexp.engine.failure import Failed, Unsupported
from trtexp.engine.outcome import Release

#: The first release that has a name, for those whose first release is known. RTX counts its releases otherwise.
SINCE = {
    **dict.fromkeys(("add_cast", "add_normalization", "add_reverse_sequence", "UnaryOperation.ISINF"), "8.6"),
    **dict.fromkeys(("IBuilderConfig.builder_optimization_level", "DataType.FP8", "BuilderFlag.FP8"), "8.6"),
    **dict.fromkeys(("DataType.BF16", "DataType.INT64", "DataType.INT4", "BuilderFlag.BF16"), "10.0"),
    **dict.fromkeys(("NetworkDefinitionCreationFlag.STRONGLY_TYPED", "BuilderFlag.INT4"), "10.0"),
}
EXTERNAL_TACTICS = ("CUBLAS", "CUBLAS_LT", "CUDNN")
FOREIGN = re.compile(r"\{ForeignNode\[(.+)\]\}")  # what 8.x names a part that one compiler makes as a whole
AHEAD_OF_TIME = "SM89"  # what RTX builds for where it cannot run; any of its capabilities would do


@dataclass
class Api:
    """One TensorRT module and how to speak to it. `notes` collects what was changed to suit the release."""

    trt: Any
    release: Release
    notes: list[Adaptation] = field(default_factory=list)
    _kept: list[Any] = field(default_factory=list)

    def lacks(self, missing: str) -> Unsupported:
        since = SINCE.get(missing)
        if since and self.release.flavour == "tensorrt" and _numbers(self.release.version) < _numbers(since):
            return Unsupported(missing, f"{missing} needs tensorrt {since} or newer, this is {self.release.version}")
        return Unsupported(missing, f"this {self.release.flavour} {self.release.version} has no {missing}")

    def has_member(self, enum: str, name: str) -> bool:
        return name in getattr(getattr(self.trt, enum, None), "__members__", {})

    def member(self, enum: str, name: str) -> Any:
        """An enum member by name; its number differs between releases. Raises Unsupported."""
        if not self.has_member(enum, name):
            raise self.lacks(f"{enum}.{name}")
        return getattr(self.trt, enum).__members__[name]

    def data_type(self, dtype: str) -> Any:
        return self.member("DataType", DTYPES[dtype][2])

    def weights(self, array: Array) -> Any:
        """A view of the array's memory, which the caller keeps alive until the build is done. Raises Unsupported."""
        kind = self.data_type(array.dtype)
        if array.size == 0:
            return self.trt.Weights(kind)
        if array.dtype == DTYPES[array.dtype][0]:
            return self.trt.Weights(array.bits)
        if not any("ptr" in names for names in signatures(self.trt.Weights.__init__) or ()):
            raise self.lacks(f"Weights({kind.name})")  # before 10.x: from numpy arrays only
        return self.trt.Weights(kind, array.bits.ctypes.data, array.size)

    def creation_flags(self, strongly_typed: bool) -> int:
        """The flags of create_network. Raises Unsupported for strong typing on 8.x."""
        names = ["STRONGLY_TYPED"] if strongly_typed else []
        if self.has_member("NetworkDefinitionCreationFlag", "EXPLICIT_BATCH"):  # needed on 8.x, ignored by 10.x
            names.append("EXPLICIT_BATCH")
        return sum(1 << int(self.member("NetworkDefinitionCreationFlag", name)) for name in names)

    def mark_output(self, network: Any, tensor: Any) -> None:
        """Mark an output and leave it the type that its layer gives.

        8.x infers a type when it is asked for, and takes float32 for what is marked unasked.
        """
        _ = tensor.dtype
        network.mark_output(tensor)

    def onnx_parser(self, network: Any, logger: Any) -> Any:
        """A parser. It owns the weights of what it parses and is kept until the build is done. Raises Unsupported."""
        if not hasattr(self.trt, "OnnxParser"):
            raise self.lacks("OnnxParser")
        self._kept.append(self.trt.OnnxParser(network, logger))
        return self._kept[-1]

    def method(self, target: Any, name: str) -> Callable[..., Any]:
        """A method of the network or of another object of TensorRT. Raises Unsupported."""
        if not hasattr(type(target), name):
            kind = type(target).__name__
            raise self.lacks(name if kind == "INetworkDefinition" else f"{kind}.{name}")
        found: Callable[..., Any] = getattr(target, name)
        return found

    def arguments(self, method: Callable[..., Any], name: str, given: Mapping[str, Value]) -> dict[str, Value]:
        """The keyword arguments as this release wants them. Raises Unsupported for one that it does not know."""
        overloads = signatures(method)
        if overloads is None:
            return dict(given)
        known = {argument for overload in overloads for argument in overload}
        defaults = DEFAULT_ARGUMENTS.get(name, {})
        demanded = {a: v for a, v in defaults.items() if all(overload.get(a, False) for overload in overloads)}
        arguments = {**demanded, **given}
        for argument in sorted(set(arguments) - known):
            if argument not in defaults or arguments[argument] != defaults[argument]:
                raise self.lacks(f"{name}({argument})")
            del arguments[argument]
        return arguments

    def set_flag(self, config: Any, name: str, on: bool) -> None:
        strongly_typed_only = not self.has_member("BuilderFlag", "FP16")  # 11.x and RTX
        if name in PRECISION_FLAGS and strongly_typed_only:
            if on:
                self.notes.append(Adaptation("flag_left_out", name))
            return
        flag = self.member("BuilderFlag", name)
        if on:
            config.set_flag(flag)
        else:
            config.clear_flag(flag)

    def set_workspace(self, config: Any, size: int, attribute: str) -> None:
        """Limit the workspace to `size` bytes by either spelling; the old one ended with 8.x."""
        if attribute == "memory_pool_limit":
            config.set_memory_pool_limit(self.member("MemoryPoolType", "WORKSPACE"), size)
        elif hasattr(type(config), attribute):
            setattr(config, attribute, size)
        else:
            raise self.lacks(f"IBuilderConfig.{attribute}")

    def set_optimization_level(self, config: Any, level: int) -> None:
        if not hasattr(type(config), "builder_optimization_level"):
            raise self.lacks("IBuilderConfig.builder_optimization_level")
        config.builder_optimization_level = level

    def set_tactic_sources(self, config: Any, names: tuple[str, ...]) -> None:
        chosen = set(names) - {INTERNAL}
        if INTERNAL in names:
            chosen.update(set(self.trt.TacticSource.__members__) - set(EXTERNAL_TACTICS))
        mask = sum(1 << int(self.member("TacticSource", name)) for name in sorted(chosen))
        if not config.set_tactic_sources(mask):
            raise Failed(f"tactic sources {', '.join(names)} were refused")

    def take_first_tactics(self, config: Any) -> bool:
        """Take of each layer the first tactic that TensorRT offers, not the fastest. False: 11.x and RTX do not let us.

        It works on tensors as they are, if any does: others cost reformat layers, and 8.x a fifth more time to build. A
        part that is a ForeignNode is noted: what it does inside is not ours to choose.
        """
        base: Any = getattr(self.trt, "IAlgorithmSelector", None)
        notes = self.notes
        if base is None or not hasattr(type(config), "algorithm_selector"):
            return False

        class First(base):  # type: ignore[misc]  # the base is known at run time only
            def __init__(self) -> None:
                base.__init__(self)  # pybind11 refuses super() before the base is made

            def select_algorithms(self, context: Any, choices: Any) -> list[int]:
                if found := FOREIGN.match(context.name):
                    notes.append(Adaptation("timed_kernels", found[1]))
                return [0] if choices else []

            def report_algorithms(self, contexts: Any, choices: Any) -> None:
                pass

        self._kept.append(First())  # the config does not keep it alive
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # 10.8 on: deprecated, with no successor that picks by rule
            config.algorithm_selector = self._kept[-1]
        return True

    @property
    def ahead_of_time(self) -> str | None:
        """Where RTX cannot run it still builds, for a compute capability by name."""
        return AHEAD_OF_TIME if self.release.flavour == "tensorrt-rtx" and not self.release.can_run else None

    def build_ahead_of_time(self, config: Any) -> None:
        if self.ahead_of_time is not None:
            config.num_compute_capabilities = 1
            config.set_compute_capability(self.member("ComputeCapability", self.ahead_of_time), 0)

    @property
    def times_tactics(self) -> bool:
        """RTX does not: its timing cache is a stand-in that warns."""
        return self.release.flavour != "tensorrt-rtx"

    def timing_cache(self, config: Any, data: bytes = b"") -> Any | None:
        """A timing cache, which any config may be given; None for data that TensorRT does not take."""
        try:
            return config.create_timing_cache(data)
        except (RuntimeError, TypeError):
            return None

    def shape(self, tensor: Any) -> tuple[int, ...] | None:
        """A tensor's shape while the network is defined; None where TensorRT cannot infer it."""
        try:
            return tuple(int(n) for n in tensor.shape)
        except (RuntimeError, ValueError):  # RTX: "Could not get tensor shape."; 8.x: a length of -1
            return None

    def dimension_name(self, tensor: Any, axis: int) -> str:
        """The name of a dimension of an input; empty where it has none, or names only came later."""
        return (tensor.get_dimension_name(axis) or "") if hasattr(type(tensor), "get_dimension_name") else ""

    def output_allocator(self, allocate: Callable[[int], int]) -> Any:
        """An IOutputAllocator: `.address`, `.shape` and `.error` hold what the run asked for and got.

        8.x calls reallocate_output, 10.x and newer reallocate_output_async.
        """

        base: Any = self.trt.IOutputAllocator

        class OutputAllocator(base):  # type: ignore[misc]  # the base is known at run time only
            def __init__(self) -> None:
                base.__init__(self)  # pybind11 refuses super() before the base is made
                self.address = 0
                self.shape: tuple[int, ...] | None = None
                self.error: Exception | None = None

            def reallocate_output(self, name: str, memory: Any, size: int, alignment: int) -> int:
                try:
                    self.address = allocate(size)
                except Exception as error:  # an exception must not pass through TensorRT; a null address ends the run
                    self.error, self.address = error, 0
                return self.address

            def reallocate_output_async(self, name: str, memory: Any, size: int, alignment: int, stream: Any) -> int:
                return self.reallocate_output(name, memory, size, alignment)

            def notify_shape(self, name: str, shape: Any) -> None:
                self.shape = tuple(int(n) for n in shape)

        return OutputAllocator()


def signatures(method: Any) -> list[dict[str, bool]] | None:
    """The overloads of a bound method, argument -> required, from pybind11's docstring; None where it has none."""
    lines = re.findall(r"^(?:\d+\. )?\w+\((self: .*)\) -> ", getattr(method, "__doc__", None) or "", re.MULTILINE)
    if lines:
        argument = re.compile(r", (\w+): (?:(?! = |, \w+: ).)*( = )?")
        return [{name: not default for name, default in argument.findall(line)} for line in lines]
    try:
        parameters = inspect.signature(method).parameters.values()
    except (TypeError, ValueError):
        return None
    return [{p.name: p.default is p.empty for p in parameters}]


def _numbers(version: str) -> tuple[int, ...]:
    return tuple(int(n) for n in re.findall(r"\d+", version))
