"""TensorRT 8.5.3.1 as far as the engine sees it, without a GPU."""

import enum
import types
import warnings


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
        if not tensor.asked:
            tensor._dtype = self.trt.DataType.FLOAT  # as 8.x does

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
        self._output = trt.tensor("t", trt.output_type, trt.output_shape)
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
        self.trt, self.name, self._dtype, self._shape = trt, name, dtype, shape
        self.asked = False

    @property
    def dtype(self):
        self.asked = True
        return self._dtype

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
        self.profiles = []
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
        self.profiles.append(profile)
        return self.trt.profile_number

    def create_timing_cache(self, data):
        if data.startswith(b"bad"):
            self.trt.say("ERROR", "the timing cache is of no use")
            return None
        return TimingCache(self.trt, data)

    def set_timing_cache(self, cache, ignore_mismatch):
        self.timing_cache = cache
        if b"alien" in cache.known:
            self.trt.say("ERROR", "the timing cache is of another device")
        return b"alien" not in cache.known


class TimingCache:
    """A set of words: a build adds what `trt.times` says."""

    def __init__(self, trt, data):
        self.trt = trt
        self.known = set(data.split())

    def combine(self, other, ignore_mismatch):
        self.trt.say("WARNING", "combining")
        self.known |= other.known
        return True

    def serialize(self):
        return b" ".join(sorted(self.known))


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
        if hasattr(config, "timing_cache"):
            config.timing_cache.known.update(self.trt.times)
        if self.trt.refuses_choice and getattr(config, "algorithm_selector", None) is not None:
            self.trt.say("ERROR", "10: Could not find any implementation for node {ForeignNode[sum...final]}.")
            return None
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
    """The module. `say` is where it logs; plan, build_log and output_shape can be set."""
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
        refuses_choice=False,
        build_log=[],
        times=(),
        output_shape=(1, 1, 5, 5),
    )
    trt.output_type = trt.DataType.FLOAT
    trt.tensor = lambda *arguments: Tensor(trt, *arguments)
    trt.builder = lambda: FakeBuilder(trt)
    return trt
