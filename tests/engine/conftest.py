"""Stand-ins for CUDA and for TensorRT of the 8.x kind, and definitions to give them."""

import types

import numpy as np
import pytest
from engine.fake_cudart import FakeCudart
from engine.fake_tensorrt import make_tensorrt_8

from trtexp.definition.network import Array, BuildOptions, Input, NetworkDefinition
from trtexp.definition.steps import Assign, Call, Ref
from trtexp.engine.differences import Api
from trtexp.engine.outcome import Release
from trtexp.engine.session import Session
from trtexp.engine.tensorrt_module import Installed


@pytest.fixture
def make_cudart():
    return FakeCudart


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


@pytest.fixture
def open_eight(trt8, monkeypatch):
    """Make a session on the stand-in for 8.x, whose builder warns when it is made; its plans are its engines."""

    def builder(logger):
        trt8.say = lambda severity, text: logger.log(types.SimpleNamespace(name=severity), text)
        if trt8.refuse_builder:
            trt8.say("ERROR", "1: [x.cpp::y::1] no such device")
            raise TypeError("pybind11::init(): factory function returned nullptr")
        trt8.say("WARNING", "the process was started in a strange way")
        trt8.builders += 1
        return trt8.builder()

    trt8.Builder, trt8.refuse_builder, trt8.builders = builder, False, 0
    trt8.Runtime = lambda logger: types.SimpleNamespace(deserialize_cuda_engine=lambda plan: trt8.take(plan))
    trt8.take = lambda plan: plan
    trt8.__name__ += str(id(trt8))  # the logger is kept by module
    release = Release("tensorrt", trt8.__version__, "GPU", "9.0", "CUDA 13.0", can_run=True)
    monkeypatch.setattr("trtexp.engine.session.load", lambda flavour: Installed(trt8, None, release))
    return Session


@pytest.fixture
def eight(open_eight):
    return open_eight()
