"""CUDA's runtime through cuda-python: every status is checked, everything taken is given back in reverse order."""

from __future__ import annotations

import importlib
from collections.abc import Callable
from types import TracebackType
from typing import Any

import numpy as np


class CudaError(RuntimeError):
    """A call of the CUDA runtime that did not succeed."""


def load_cudart() -> Any | None:
    """The runtime module of cuda-python 12 or newer, by either of its names; None where it is not installed."""
    for name in ("cuda.bindings.runtime", "cuda.cudart"):  # cuda.cudart: cuda-python up to 12.6
        try:
            return importlib.import_module(name)
        except ImportError:
            continue
    return None


def check(cudart: Any, call: str, *arguments: Any) -> Any:
    """Call `cudart.<call>(*arguments)` and return what it gives beside its status. Raises CudaError."""
    status, *values = getattr(cudart, call)(*arguments)
    if int(status) != 0:
        name, text = (cudart.cudaGetErrorName(status)[1], cudart.cudaGetErrorString(status)[1])
        cudart.cudaGetLastError()  # it is kept, and TensorRT would take it for an error of its next call
        raise CudaError(f"{call}: {name.decode()} ({text.decode()})")
    return values[0] if values else None


class Stream:
    """A stream of its own, and the device memory taken on it.

    Leaving it waits for the work, frees the memory in reverse order and destroys the stream, also after an error;
    an error of the body wins over those of the clean-up.
    """

    def __init__(self, cudart: Any) -> None:
        self.cudart = cudart
        self._stream: Any = None
        self._undo: list[Callable[[], object]] = []

    def __enter__(self) -> Stream:
        # Non-blocking: stream 0 belongs to the whole process and would be waited for.
        self._stream = check(self.cudart, "cudaStreamCreateWithFlags", self.cudart.cudaStreamNonBlocking)
        self._undo.append(lambda: check(self.cudart, "cudaStreamDestroy", self._stream))
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        failures = []
        for undo in [self.synchronize, *reversed(self._undo)]:
            try:
                undo()
            except CudaError as failure:
                failures.append(failure)
        self._undo.clear()
        if failures and error is None:
            raise failures[0]

    @property
    def handle(self) -> int:
        """The stream as TensorRT wants it."""
        return int(self._stream)

    def allocate(self, size: int) -> int:
        """The address of `size` bytes; of one byte for 0, since TensorRT takes no null address for an empty tensor."""
        try:
            address = int(check(self.cudart, "cudaMallocAsync", max(size, 1), self._stream))
        except CudaError as error:
            raise CudaError(f"{error}, {size} bytes were asked for") from error
        self._undo.append(lambda: check(self.cudart, "cudaFreeAsync", address, self._stream))
        return address

    def upload(self, address: int, array: np.ndarray) -> None:
        """Copy to the device; `array` must live until the stream is synchronised."""
        self._copy(address, array.ctypes.data, array.nbytes, self.cudart.cudaMemcpyKind.cudaMemcpyHostToDevice)

    def download(self, array: np.ndarray, address: int) -> None:
        """Copy to `array`, which holds the values once the stream is synchronised."""
        self._copy(array.ctypes.data, address, array.nbytes, self.cudart.cudaMemcpyKind.cudaMemcpyDeviceToHost)

    def _copy(self, to: int, source: int, size: int, kind: Any) -> None:
        if size:
            check(self.cudart, "cudaMemcpyAsync", to, source, size, kind, self._stream)

    def synchronize(self) -> None:
        check(self.cudart, "cudaStreamSynchronize", self._stream)
