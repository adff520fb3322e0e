"""A CUDA runtime in host memory. out_of_memory: the next allocation fails; poisoned: every call does from now on."""

import ctypes
import types

cudaStreamNonBlocking = 1
cudaMemcpyKind = types.SimpleNamespace(cudaMemcpyHostToDevice=1, cudaMemcpyDeviceToHost=2)
out_of_memory = poisoned = False
_memory = {}
_ERRORS = {2: ("cudaErrorMemoryAllocation", "out of memory"), 700: ("cudaErrorIllegalAddress", "an illegal address")}


def _status():
    return 700 if poisoned else 0


def cudaDriverGetVersion():
    return 0, 12080


def cudaGetDeviceCount():
    return 0, 1


def cudaGetDeviceProperties(device):
    return 0, types.SimpleNamespace(name=b"Stand-in", major=9, minor=0)


def cudaGetErrorName(status):
    return 0, _ERRORS[status][0].encode()


def cudaGetErrorString(status):
    return 0, _ERRORS[status][1].encode()


def cudaGetLastError():
    return (_status(),)


def cudaDeviceSynchronize():
    return (_status(),)


def cudaStreamCreateWithFlags(flags):
    return _status(), 77


def cudaStreamDestroy(stream):
    return (_status(),)


def cudaStreamSynchronize(stream):
    return (_status(),)


def cudaMallocAsync(size, stream):
    global out_of_memory
    if out_of_memory:
        out_of_memory = False
        return 2, None
    buffer = ctypes.create_string_buffer(size)
    _memory[ctypes.addressof(buffer)] = buffer
    return _status(), ctypes.addressof(buffer)


def cudaFreeAsync(address, stream):
    del _memory[address]
    return (_status(),)


def cudaMemcpyAsync(to, source, size, kind, stream):
    if not poisoned:
        ctypes.memmove(to, source, size)
    return (_status(),)
