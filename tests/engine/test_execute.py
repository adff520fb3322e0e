import ctypes
import types

import numpy as np
import pytest

from trtexp.definition.network import Array, BuildOptions, Range
from trtexp.engine.cuda import CudaError
from trtexp.engine.execute import execute, fitting_profile
from trtexp.engine.failure import Failed
from trtexp.engine.log import Log


class Context:
    """Copies input x to output y. shape: of y before the run; real: the shape that an allocator is told."""

    def __init__(self, engine):
        self.engine = engine
        self.addresses = {}
        self.shapes = {}
        self.allocator = None
        self.profile = 0

    def set_optimization_profile_async(self, index, stream):
        self.profile = index
        return True

    def set_input_shape(self, name, shape):
        self.shapes[name] = shape
        return self.engine.accepts

    def set_tensor_address(self, name, address):
        self.addresses[name] = address
        return address != 0

    def set_output_allocator(self, name, allocator):
        self.allocator = allocator
        return True

    def infer_shapes(self):
        return self.engine.missing

    def get_tensor_shape(self, name):
        return self.engine.shape if self.engine.shape is not None else self.shapes["x"]

    def execute_async_v3(self, stream):
        assert stream == 77
        size = self.engine.size
        if self.allocator is not None:
            method = getattr(self.allocator, self.engine.spelling)
            extra = (stream,) if self.engine.spelling.endswith("async") else ()
            self.addresses["y"] = method("y", 0, size, 256, *extra)
            if not self.addresses["y"]:
                return False
            self.allocator.notify_shape("y", self.engine.real)
        ctypes.memmove(self.addresses["y"], self.addresses["x"], size)
        return self.engine.runs


class Engine:
    num_io_tensors = 2

    def __init__(self, trt, **changes):
        self.trt = trt
        self.accepts, self.runs, self.missing = True, True, []
        self.shape, self.real, self.size, self.spelling = None, (3,), 12, "reallocate_output"
        self.host, self.types = (), {"x": trt.DataType.FLOAT, "y": trt.DataType.FLOAT}
        self.__dict__.update(changes)

    def get_tensor_name(self, index):
        return "xy"[index]

    def get_tensor_mode(self, name):
        return self.trt.TensorIOMode.INPUT if name == "x" else self.trt.TensorIOMode.OUTPUT

    def get_tensor_dtype(self, name):
        return self.types[name]

    def get_tensor_location(self, name):
        return self.trt.TensorLocation.HOST if name in self.host else self.trt.TensorLocation.DEVICE

    def create_execution_context(self):
        self.context = Context(self)
        return self.context


@pytest.fixture
def run(api8, trt8, make_cudart, array):
    def run(feeds=None, fail_at=None, options=None, **changes):
        run.cudart = make_cudart(fail_at)
        run.engine = Engine(trt8, **changes)
        feeds = {"x": array([1, 2, 3])} if feeds is None else feeds
        try:
            return execute(api8, run.cudart, run.engine, feeds, options or BuildOptions(), Log())
        finally:
            assert not run.cudart.memory and not run.cudart.streams

    return run


def test_a_tensor_goes_in_and_comes_out(run, array):
    assert run()["y"].same_bits(array([1, 2, 3]))


@pytest.mark.parametrize("spelling", ["reallocate_output", "reallocate_output_async"])
def test_a_shape_that_depends_on_data_goes_through_an_allocator(run, array, spelling):
    assert run(shape=(-1,), real=(2,), size=8, spelling=spelling)["y"].same_bits(array([1, 2]))


def test_an_empty_output_gets_an_address(run, array):
    x = Array("float32", (0, 3), np.empty(0, np.float32))
    assert run({"x": x}, size=0)["y"].same_bits(x)
    assert run.engine.context.addresses["y"]
    assert run(shape=(-1, 3), real=(0, 3), size=0)["y"].shape == (0, 3)


def test_shape_tensors_stay_on_the_host(run, array):
    assert run(host=("x", "y"))["y"].same_bits(array([1, 2, 3]))
    assert not any(call[0] == "cudaMallocAsync" for call in run.cudart.calls)


def test_bits_of_types_that_numpy_lacks(run, trt8):
    kinds = types.SimpleNamespace(name="BF16")
    x = Array("bfloat16", (2,), np.array([0x3F80, 0x7FC1], np.uint16))
    assert run({"x": x}, size=4, types={"x": kinds, "y": kinds})["y"].same_bits(x)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"feeds": {}}, "no tensor was given for input x"),
        ({"accepts": False}, r"input x of shape \[3\]: TensorRT logged no error"),
        ({"runs": False}, "execute_async_v3: "),
        ({"missing": ["x"]}, "shapes are not known of x"),
        (
            {"feeds": {"x": Array("int32", (3,), np.zeros(3, np.int32))}},
            "input x is float32, the tensor given is int32",
        ),
        ({"types": {"x": types.SimpleNamespace(name="FP6")}}, "x is of type FP6"),
    ],
)
def test_what_is_refused(run, changes, message):
    with pytest.raises(Failed, match=message):
        run(**changes)


def test_an_error_inside_the_allocator_is_the_error_of_the_run(run):
    before = 3  # the stream, the memory of x, its copy
    with pytest.raises(CudaError, match=r"cudaMallocAsync"):
        run(shape=(-1,), fail_at=before)


def test_every_cuda_error_ends_the_run_and_frees_everything(run):
    run()
    for number, (call, *_) in enumerate(list(run.cudart.calls)):
        with pytest.raises(CudaError, match=call):
            run(fail_at=number)


def test_the_profile_that_holds_the_inputs(run, array):
    small, large = Range((1,), (1,), (2,)), Range((3,), (3,), (9,))
    options = BuildOptions(profiles=({"x": small}, {"x": large}))
    run(options=options)
    assert run.engine.context.profile == 1
    assert fitting_profile(options, {"x": array([0])}) == 0
    values = BuildOptions(profiles=({"x": Range((0, 0), (1, 1), (2, 2), values=True)},) * 2)
    assert fitting_profile(values, {"x": Array("int32", (2,), np.array([1, 2], np.int32))}) == 0
