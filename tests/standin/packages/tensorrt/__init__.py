"""A TensorRT of the 8.x kind without a GPU, for the engine to run on: a few layers in numpy, and faults on command.

STANDIN_RELEASE is its version, STANDIN_SECONDS the time that a build takes.
"""

import ctypes
import enum
import math
import os
import pickle
import time

import numpy as np
from cuda.bindings import runtime

from tensorrt import faults

__version__ = os.environ.get("STANDIN_RELEASE", "8.6.0")


def _members(name, *names):
    return enum.IntEnum(name, names, start=0)


DataType = _members("DataType", "FLOAT", "HALF", "INT8", "INT32", "BOOL", "UINT8")
NetworkDefinitionCreationFlag = _members("NetworkDefinitionCreationFlag", "EXPLICIT_BATCH")
BuilderFlag = _members("BuilderFlag", "FP16", "INT8", "TF32")
TacticSource = _members("TacticSource", "CUBLAS", "CUBLAS_LT", "CUDNN", "EDGE_MASK_CONVOLUTIONS", "JIT_CONVOLUTIONS")
MemoryPoolType = _members("MemoryPoolType", "WORKSPACE")
ElementWiseOperation = _members("ElementWiseOperation", "SUM", "PROD", "MAX", "MIN", "SUB", "DIV")
TensorIOMode = _members("TensorIOMode", "NONE", "INPUT", "OUTPUT")
TensorLocation = _members("TensorLocation", "DEVICE", "HOST")
_Severity = _members("Severity", "INTERNAL_ERROR", "ERROR", "WARNING", "INFO", "VERBOSE")
_NUMPY = {"FLOAT": "float32", "HALF": "float16", "INT8": "int8", "INT32": "int32", "BOOL": "bool", "UINT8": "uint8"}
_OPERATIONS = {"SUM": np.add, "PROD": np.multiply, "MAX": np.maximum, "MIN": np.minimum, "SUB": np.subtract}


class ILogger:
    Severity = _Severity


class IOutputAllocator:
    pass


class Weights:
    def __init__(self, array):
        self.array = np.zeros(0) if isinstance(array, enum.IntEnum) else np.array(array)


def _fault(names, phase, logger):
    """Do what a layer's name asks for in this phase. True: the call is to fail, as TensorRT's own do."""
    for name in names:
        fault = faults.wanted(name, phase)
        if fault is None:
            continue
        logger.log(_Severity.WARNING, f"{name} is about to {phase}")
        if fault == "slow":
            time.sleep(0.3)
        elif fault == "oom":
            logger.log(_Severity.ERROR, "1: Cuda Runtime (out of memory)")
            return True
        elif fault == "poison":
            runtime.poisoned = True
            if phase != "define":
                logger.log(_Severity.ERROR, "1: Cuda Runtime (an illegal memory access was encountered)")
                return True
        else:
            faults.FAULTS[fault]()
    return False


class ITensor:
    def __init__(self, name, dtype, shape):
        self.name, self._dtype, self.shape = name, dtype, tuple(shape)
        self.asked = False

    @property
    def dtype(self):
        self.asked = True
        return self._dtype


class ILayer:
    def __init__(self, network, kind, inputs, detail, shape, dtype):
        self._network, self._name = network, ""
        self.kind, self.inputs, self.detail = kind, inputs, detail
        self._output = ITensor("", dtype, shape)

    @property
    def name(self):
        return self._name

    @name.setter
    def name(self, name):
        self._name = name
        _fault([name], "define", self._network.logger)

    def get_output(self, index):
        return self._output if index == 0 else None


class INetworkDefinition:
    def __init__(self, logger):
        self.logger, self.layers, self.inputs, self.outputs = logger, [], [], []

    def add_input(self, name, dtype, shape):
        self.inputs.append(ITensor(name, dtype, shape))
        return self.inputs[-1]

    def _add(self, *layer):
        self.layers.append(ILayer(self, *layer))
        return self.layers[-1]

    def add_identity(self, input):
        return self._add("identity", [input], None, input.shape, input.dtype)

    def add_constant(self, shape, weights):
        kind = next(member for member in DataType if _NUMPY[member.name] == str(weights.array.dtype))
        return self._add("constant", [], weights.array.reshape(shape), shape, kind)

    def add_elementwise(self, input1, input2, op):
        shape = np.broadcast_shapes(input1.shape, input2.shape)
        return self._add("elementwise", [input1, input2], op.name, shape, input1.dtype)

    def mark_output(self, tensor):
        if not tensor.asked:
            tensor._dtype = DataType.FLOAT  # as 8.x does
        self.outputs.append(tensor)


class ITimingCache:
    def __init__(self, data):
        self.data = bytes(data)

    def combine(self, other, ignore_mismatch):
        return True

    def serialize(self):
        return self.data or b"timings"


class IBuilderConfig:
    max_workspace_size = 0
    builder_optimization_level = 3

    def set_flag(self, flag):
        pass

    def clear_flag(self, flag):
        pass

    def set_memory_pool_limit(self, pool, size):
        pass

    def set_tactic_sources(self, mask):
        return True

    def add_optimization_profile(self, profile):
        return 0

    def create_timing_cache(self, data):
        return ITimingCache(data)

    def set_timing_cache(self, cache, ignore_mismatch):
        return True


class Builder:
    def __init__(self, logger):
        self._logger = logger

    def create_network(self, flags=0):
        return INetworkDefinition(self._logger)

    def create_builder_config(self):
        return IBuilderConfig()

    def create_optimization_profile(self):
        return object()

    def build_serialized_network(self, network, config):
        time.sleep(float(os.environ.get("STANDIN_SECONDS", 0)))
        if _fault([layer.name for layer in network.layers], "build", self._logger):
            return None
        signature = [(t.name, t.dtype.name, t.shape, mode) for t, mode in _ends(network)]
        steps = [(r.name, r.kind, [t.name for t in r.inputs], r.detail, r.get_output(0).name) for r in network.layers]
        return pickle.dumps((signature, steps))


def _ends(network):
    return [(t, "INPUT") for t in network.inputs] + [(t, "OUTPUT") for t in network.outputs]


class Runtime:
    def __init__(self, logger):
        self._logger = logger

    def deserialize_cuda_engine(self, plan):
        return ICudaEngine(self._logger, *pickle.loads(plan))


class ICudaEngine:
    def __init__(self, logger, signature, steps):
        self.logger, self.signature, self.steps = logger, signature, steps
        self.num_io_tensors = len(signature)

    def get_tensor_name(self, index):
        return self.signature[index][0]

    def get_tensor_mode(self, name):
        return TensorIOMode[self.find(name)[3]]

    def get_tensor_dtype(self, name):
        return DataType[self.find(name)[1]]

    def get_tensor_location(self, name):
        return TensorLocation.DEVICE

    def find(self, name):
        return next(entry for entry in self.signature if entry[0] == name)

    def create_execution_context(self):
        runtime.out_of_memory = any(faults.wanted(step[0], "run") == "oom" for step in self.steps)
        return IExecutionContext(self)


class IExecutionContext:
    def __init__(self, engine):
        self._engine, self._addresses = engine, {}

    def set_input_shape(self, name, shape):
        return tuple(shape) == self.get_tensor_shape(name)

    def get_tensor_shape(self, name):
        return tuple(self._engine.find(name)[2])

    def set_tensor_address(self, name, address):
        self._addresses[name] = address
        return True

    def infer_shapes(self):
        return []

    def execute_async_v3(self, stream):
        if _fault([step[0] for step in self._engine.steps], "run", self._engine.logger):
            return False
        tensors = {name: self._view(name).copy() for name, _, _, mode in self._engine.signature if mode == "INPUT"}
        for _, kind, inputs, detail, output in self._engine.steps:
            given = [tensors[name] for name in inputs]
            if kind == "elementwise":
                tensors[output] = _OPERATIONS[detail](*given)
            else:
                tensors[output] = detail if kind == "constant" else given[0]
        for name, _, _, mode in self._engine.signature:
            if mode == "OUTPUT":
                self._view(name)[...] = tensors[name]
        return True

    def _view(self, name):
        _, dtype, shape, _ = self._engine.find(name)
        kind = np.dtype(_NUMPY[dtype])
        memory = (ctypes.c_char * (math.prod(shape) * kind.itemsize)).from_address(self._addresses[name])
        return np.frombuffer(memory, kind).reshape(shape)


faults.at_start()
