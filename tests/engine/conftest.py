"""Stand-ins: a CUDA runtime in host memory that fails on demand, and a TensorRT of the 8.x kind."""

import ctypes
import enum
import types
import warnings

import numpy as np
import pytest

from trtexp.definition import Array, Assign, BuildOptions, Call, Input, NetworkDefinition, Ref
from trtexp.engine.differences import Api
from trtexp.engine.outcome import Release


class FakeCudart:
    """Device memory is host memory. `fail_at` is the number of the call that returns an error."""

    cudaStreamNonBlocking = 1
    cudaMemcpyKind = types.SimpleNamespace(cudaMemcpyHostToDevice=1, cudaMemcpyDeviceToHost=2)

    def __init__(self, fail_at=None):
        self.fail_at = fail_at
        self.calls = []
        self.memory = {}
        self.streams = set()

    def _status(self, call, *arguments):
        self.calls.append((call, *arguments))
        return 2 if len(self.calls) - 1 == self.fail_at else 0

    def cudaGetErrorName(self, status):
        return 0, b"cudaErrorMemoryAllocation"

    def cudaGetErrorString(self, status):
        return 0, b"out of memory"

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


@pytest.fixture
def make_cudart():
    return FakeCudart


def members(name, *names):
    return enum.IntEnum(name, names, start=0)


class INetworkDefinition:
    def __init__(self, trt):
        self.trt = trt
        self.marked = []

    def __len__(self):
        return 0  # falsy, as the real one without layers

    def add_input(self, name, dtype, shape):
        return self.trt.tensor(name, dtype, shape)

    def mark_output(self, tensor):
        self.marked.append(tensor.name)

    def add_deconvolution_nd(self, input, num_output_maps, kernel_shape, kernel, bias=None):
        if num_output_maps < 1:
            self.trt.say(
                "ERROR", "3: [network.cpp::addDeconvolutionNd::1] Error Code 3: API Usage Error (nbOutputs > 0)"
            )
            return None
        return IDeconvolutionLayer(self.trt, kernel)

    def add_quantize(self, input, scale):
        return IDeconvolutionLayer(self.trt, None)


class IDeconvolutionLayer:
    name = "(Unnamed Layer* 0)"
    kernel = None

    def __init__(self, trt, kernel):
        self.trt = trt
        self._padding = (0, 0)
        self._output = trt.tensor("t", trt.DataType.FLOAT, trt.output_shape)
        self.kernel = kernel
        self.dull = 1.0

    def get_output(self, index):
        return self._output if index == 0 else None

    @property
    def padding_nd(self):
        return self._padding

    @padding_nd.setter
    def padding_nd(self, value):
        if min(value) < 0:
            self.trt.say(
                "ERROR", "3: [layers.cpp::setPaddingNd::2] Error Code 3: API Usage Error (Parameter check failed)"
            )
        else:
            self._padding = value

    @property
    def stride(self):
        warnings.warn("Use stride_nd instead.", DeprecationWarning, stacklevel=2)
        return (1, 1)

    @stride.setter
    def stride(self, value):
        warnings.warn("Use stride_nd instead.", DeprecationWarning, stacklevel=2)

    @property
    def dull(self):
        return 1.0

    @dull.setter
    def dull(self, value):
        pass  # neither takes the value nor says so

    @property
    def loud(self):
        return 2

    @loud.setter
    def loud(self, value):
        self.trt.say("ERROR", "loud is taken, with an error")


class Tensor:
    def __init__(self, trt, name, dtype, shape):
        self.trt, self.name, self.dtype, self._shape = trt, name, dtype, shape

    @property
    def shape(self):
        if isinstance(self._shape, str):
            self.trt.say("ERROR", self._shape)
            return ()
        return self._shape


class IBuilderConfig:
    max_workspace_size = 0

    def __init__(self, trt):
        self.trt = trt
        self.flags = {"TF32"}
        self.tactics = None

    def set_flag(self, flag):
        self.flags.add(flag.name)

    def clear_flag(self, flag):
        self.flags.discard(flag.name)

    def set_memory_pool_limit(self, pool, size):
        self.pool = (pool.name, size)

    def set_tactic_sources(self, mask):
        self.tactics = mask
        return True

    def add_optimization_profile(self, profile):
        return self.trt.profile_number


class FakeBuilder:
    def __init__(self, trt):
        self.trt = trt

    def create_network(self, flags=0):
        self.creation_flags = flags
        return INetworkDefinition(self.trt)

    def create_optimization_profile(self):
        return types.SimpleNamespace(set_shape=lambda *ranges: None)

    def create_builder_config(self):
        self.config = IBuilderConfig(self.trt)
        return self.config

    def build_serialized_network(self, network, config):
        for severity, text in self.trt.build_log:
            self.trt.say(severity, text)
        return self.trt.plan


class ILogger:
    pass


class FakeWeights:
    def __init__(self, array):
        self.size = 0 if isinstance(array, enum.IntEnum) else array.size


class OutputAllocator:
    def __init__(self):
        self.made = True


def make_tensorrt_8():
    """8.5.3.1 as far as the engine sees it. `say` is where it logs; plan, build_log and output_shape can be set."""
    trt = types.SimpleNamespace(
        __name__="fake_tensorrt",
        __version__="8.5.3.1",
        DataType=members("DataType", "FLOAT", "HALF", "INT8", "INT32", "BOOL", "UINT8"),
        NetworkDefinitionCreationFlag=members("NetworkDefinitionCreationFlag", "EXPLICIT_BATCH", "EXPLICIT_PRECISION"),
        BuilderFlag=members("BuilderFlag", "FP16", "INT8", "TF32"),
        TacticSource=members(
            "TacticSource", "CUBLAS", "CUBLAS_LT", "CUDNN", "EDGE_MASK_CONVOLUTIONS", "JIT_CONVOLUTIONS"
        ),
        MemoryPoolType=members("MemoryPoolType", "WORKSPACE"),
        PaddingMode=members("PaddingMode", "EXPLICIT_ROUND_DOWN", "SAME_UPPER", "CAFFE_ROUND_UP"),
        TensorIOMode=members("TensorIOMode", "NONE", "INPUT", "OUTPUT"),
        TensorLocation=members("TensorLocation", "DEVICE", "HOST"),
        Weights=FakeWeights,
        ILogger=ILogger,
        IOutputAllocator=OutputAllocator,
        say=lambda severity, text: None,
        plan=b"plan",
        profile_number=0,
        build_log=[],
        output_shape=(1, 1, 5, 5),
    )
    trt.tensor = lambda *arguments: Tensor(trt, *arguments)
    trt.builder = lambda: FakeBuilder(trt)
    return trt


@pytest.fixture
def trt8():
    return make_tensorrt_8()


@pytest.fixture
def api8(trt8):
    return Api(trt8, Release("tensorrt", "8.5.3.1", can_run=True))


def array(values, dtype="float32"):
    values = np.asarray(values, dtype)
    return Array(dtype, values.shape, values.reshape(-1))


@pytest.fixture(name="array")
def array_fixture():
    return array


@pytest.fixture
def deconvolution():
    """Make a definition of one 3x3 deconvolution with assignments, and arguments changed."""

    def make(*assignments, weights=9, options=None, **arguments):
        given = {"num_output_maps": 1, "kernel_shape": (3, 3)}
        given |= {"kernel": Ref("weights", "w"), "bias": Ref("weights", "b")} | arguments
        call = Call("network", "add_deconvolution_nd", {"input": Ref("tensor", "x")} | given, "deconv", ("deconv",))
        return NetworkDefinition(
            inputs=(Input("x", "float32", (1, 1, 3, 3)),),
            weights={"w": array(np.arange(weights)), "b": array([0])},
            steps=(call, *(Assign("deconv", name, value) for name, value in assignments)),
            outputs=("deconv",),
            options=options or BuildOptions(),
        )

    return make
