"""A CUDA runtime in host memory that fails on demand."""

import ctypes
import types


class FakeCudart:
    """Device memory is host memory. `fail_at` is the number of the call that returns an error."""

    cudaStreamNonBlocking = 1
    cudaMemcpyKind = types.SimpleNamespace(cudaMemcpyHostToDevice=1, cudaMemcpyDeviceToHost=2)

    def __init__(self, fail_at=None):
        self.fail_at = fail_at
        self.calls = []
        self.memory = {}
        self.streams = set()
        self.cleared = 0

    def _status(self, call, *arguments):
        self.calls.append((call, *arguments))
        return 2 if len(self.calls) - 1 == self.fail_at else 0

    def cudaGetErrorName(self, status):
        return 0, b"cudaErrorMemoryAllocation"

    def cudaGetErrorString(self, status):
        return 0, b"out of memory"

    def cudaGetLastError(self):
        self.cleared += 1
        return (2,)

    def cudaDeviceSynchronize(self):
        return (0,)

    def cudaStreamCreateWithFlags(self, flags):
        if self._status("cudaStreamCreateWithFlags", flags):
            return 2, None
        self.streams.add(77)
        return 0, 77

    def cudaStreamDestroy(self, stream):
        self.streams.remove(stream)
        return (self._status("cudaStreamDestroy", stream),)

    def cudaStreamSynchronize(self, stream):
        return (self._status("cudaStreamSynchronize", stream),)

    def cudaMallocAsync(self, size, stream):
        if self._status("cudaMallocAsync", size, stream):
            return 2, None
        buffer = ctypes.create_string_buffer(size)
        self.memory[ctypes.addressof(buffer)] = buffer
        return 0, ctypes.addressof(buffer)

    def cudaFreeAsync(self, address, stream):
        del self.memory[address]  # even if it then reports an error of earlier work
        return (self._status("cudaFreeAsync", address, stream),)

    def cudaMemcpyAsync(self, to, source, size, kind, stream):
        if self._status("cudaMemcpyAsync", to, source, size, kind, stream):
            return (2,)
        ctypes.memmove(to, source, size)
        return (0,)
