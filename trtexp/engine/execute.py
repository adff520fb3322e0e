"""An engine and its inputs -> output tensors, on a CUDA stream of its own."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from trtexp.definition.network import DTYPE_OF_MEMBER, DTYPES, Array, BuildOptions, Range
from trtexp.engine.cuda import Stream
from trtexp.engine.differences import Api
from trtexp.engine.failure import Failed
from trtexp.engine.log import Log, reason

Fetched = tuple[str, tuple[int, ...], np.ndarray]


def execute(
    api: Api, cudart: Any, engine: Any, feeds: Mapping[str, Array], options: BuildOptions, log: Log
) -> dict[str, Array]:
    """Run the engine once. Raises Failed and CudaError."""
    mark = log.mark()
    context = engine.create_execution_context()
    if context is None:
        raise Failed(f"create_execution_context returned nothing: {reason(log.errors(mark))}")
    with Stream(cudart) as stream:
        run = _Run(api, engine, context, stream, log)
        if (profile := fitting_profile(options, feeds)) > 0:
            run.demand(context.set_optimization_profile_async(profile, stream.handle), f"profile {profile}")
        for name in run.names("INPUT"):
            if name not in feeds:
                raise Failed(f"no tensor was given for input {name}")
            run.feed(name, feeds[name])
        if missing := context.infer_shapes():
            raise Failed(f"shapes are not known of {', '.join(missing)}: {reason(log.errors(mark))}")
        fetches = {name: run.prepare(name) for name in run.names("OUTPUT")}
        run.enqueue()
        stream.synchronize()  # a shape that depends on data is known only now
        fetched = {name: fetch() for name, fetch in fetches.items()}
        stream.synchronize()
    return {name: Array(*tensor) for name, tensor in fetched.items()}


def fitting_profile(options: BuildOptions, feeds: Mapping[str, Array]) -> int:
    """The first profile that holds the inputs; 0 if there is none, and TensorRT will say why."""
    for number, profile in enumerate(options.profiles):
        if all(name in feeds and _holds(r, feeds[name]) for name, r in profile.items()):
            return number
    return 0


def _holds(r: Range, tensor: Array) -> bool:
    given = tuple(tensor.bits.tolist()) if r.values else tensor.shape
    return len(given) == len(r.min) and all(a <= n <= b for a, n, b in zip(r.min, given, r.max, strict=True))


class _Run:
    """One execution context and the stream that it runs on."""

    def __init__(self, api: Api, engine: Any, context: Any, stream: Stream, log: Log) -> None:
        self.api = api
        self.engine = engine
        self.context = context
        self.stream = stream
        self.log = log
        self.mark = log.mark()
        self.allocators: list[Any] = []

    def demand(self, accepted: Any, what: str) -> None:
        if not accepted:
            raise Failed(f"{what}: {reason(self.log.errors(self.mark))}")

    def names(self, mode: str) -> list[str]:
        wanted = self.api.member("TensorIOMode", mode)
        names = [self.engine.get_tensor_name(i) for i in range(self.engine.num_io_tensors)]
        return [name for name in names if self.engine.get_tensor_mode(name) == wanted]

    def dtype(self, name: str) -> str:
        member = self.engine.get_tensor_dtype(name).name
        if member not in DTYPE_OF_MEMBER:
            raise Failed(f"{name} is of type {member}, which cannot be read")
        return DTYPE_OF_MEMBER[member]

    def on_host(self, name: str) -> bool:
        """Shape tensors live in host memory."""
        return bool(self.engine.get_tensor_location(name) == self.api.member("TensorLocation", "HOST"))

    def feed(self, name: str, tensor: Array) -> None:
        """Hand over an input; the Array outlives the run."""
        if tensor.dtype != self.dtype(name):
            raise Failed(f"input {name} is {self.dtype(name)}, the tensor given is {tensor.dtype}")
        self.demand(self.context.set_input_shape(name, tensor.shape), f"input {name} of shape {list(tensor.shape)}")
        if self.on_host(name):
            address = tensor.bits.ctypes.data
        else:
            address = self.stream.allocate(tensor.bits.nbytes)
            self.stream.upload(address, tensor.bits)
        self.demand(self.context.set_tensor_address(name, address), f"address of {name}")

    def prepare(self, name: str) -> Callable[[], Fetched]:
        """Give an output a place; what is returned starts its copy to the host, to be called after the run."""
        dtype = self.dtype(name)
        shape = tuple(int(n) for n in self.context.get_tensor_shape(name))
        if self.on_host(name):
            bits = _empty(dtype, shape)
            self.demand(self.context.set_tensor_address(name, bits.ctypes.data), f"address of {name}")
            return lambda: (dtype, shape, bits)
        if min(shape, default=0) < 0:
            return self.prepare_allocator(name, dtype)
        address = self.stream.allocate(_empty(dtype, shape).nbytes)
        self.demand(self.context.set_tensor_address(name, address), f"address of {name}")
        return lambda: self.download(dtype, shape, address)

    def prepare_allocator(self, name: str, dtype: str) -> Callable[[], Fetched]:
        """For a shape that depends on the data."""
        allocator = self.api.output_allocator(self.stream.allocate)
        self.allocators.append(allocator)
        self.demand(self.context.set_output_allocator(name, allocator), f"allocator of {name}")

        def fetch() -> Fetched:
            if allocator.shape is None:
                raise Failed(f"TensorRT did not tell the shape of {name}")
            return self.download(dtype, allocator.shape, allocator.address)

        return fetch

    def enqueue(self) -> None:
        done = self.context.execute_async_v3(self.stream.handle)
        for allocator in self.allocators:
            if allocator.error is not None:  # it could not pass through TensorRT
                raise allocator.error
        self.demand(done, "execute_async_v3")

    def download(self, dtype: str, shape: tuple[int, ...], address: int) -> Fetched:
        bits = _empty(dtype, shape)
        self.stream.download(bits, address)
        return dtype, shape, bits


def _empty(dtype: str, shape: tuple[int, ...]) -> np.ndarray:
    """Host memory for a tensor; elements of less than a byte are packed."""
    storage, width, _ = DTYPES[dtype]
    count = int(np.prod(shape, dtype=np.int64))
    return np.empty(count if width >= 8 else (count * width + 7) // 8, dtype=storage)
