import numpy as np
import pytest

from trtexp.definition.network import Array, Input, NetworkDefinition
from trtexp.definition.steps import Call, Member, Ref
from trtexp.engine.failure import Failed, Unsupported
from trtexp.engine.log import Log
from trtexp.engine.network import _same_weights, define


@pytest.fixture
def run(api8, trt8):
    """Define a network with the stand-in for 8.x: the network, what was inferred, the Python warnings."""

    def run(definition):
        log, warnings = Log(), []
        trt8.say = log.add
        network, inferred = define(api8, trt8.builder(), definition, log, warnings)
        return network, inferred, warnings

    return run


def test_names_outputs_and_inferred_shapes(run, deconvolution):
    network, inferred, _ = run(deconvolution(("padding_nd", (1, 1))))
    assert network.marked == ["deconv"]
    assert inferred == {"deconv": ("float32", (1, 1, 5, 5))}


def test_an_output_keeps_the_type_that_its_layer_gives(run, deconvolution, trt8):
    trt8.output_type = trt8.DataType.INT32
    network, inferred, _ = run(deconvolution())
    assert network.marked == ["deconv"]
    assert inferred == {"deconv": ("int32", (1, 1, 5, 5))}


def test_a_silently_refused_attribute_fails_with_the_log_line(run, deconvolution):
    with pytest.raises(Failed) as caught:
        run(deconvolution(("padding_nd", (-1, -1))))
    assert str(caught.value) == (
        "deconv.padding_nd: (-1, -1) was given, the value is (0, 0): "
        "3: [layers.cpp::setPaddingNd::2] Error Code 3: API Usage Error (Parameter check failed)"
    ).replace("3: [layers.cpp::setPaddingNd::2] ", "")


def test_a_value_that_does_not_stick_fails_without_a_log_line(run, deconvolution):
    with pytest.raises(Failed, match=r"deconv.dull: 0.5 was given, the value is 1.0: TensorRT logged no error"):
        run(deconvolution(("dull", 0.5)))


def test_an_error_in_the_log_fails_even_if_the_value_stuck(run, deconvolution):
    with pytest.raises(Failed, match=r"^deconv.loud: 2 was given, the value is 2: loud is taken, with an error$"):
        run(deconvolution(("loud", 2)))


def test_a_constructor_that_returns_none(run, deconvolution):
    with pytest.raises(Failed, match=r"^deconv: add_deconvolution_nd returned nothing: Error Code 3: .*nbOutputs > 0"):
        run(deconvolution(num_output_maps=0))


def test_a_shape_that_cannot_be_inferred_and_an_error_in_the_log(run, deconvolution, trt8):
    trt8.output_shape = "4: deconv: the shapes do not fit"
    with pytest.raises(Failed, match=r"^output deconv: its shape cannot be inferred: deconv: the shapes do not fit"):
        run(deconvolution())


def test_old_attributes_warn_once(run, deconvolution):
    assert run(deconvolution(("stride", (1, 1))))[2] == ["DeprecationWarning: Use stride_nd instead."]


@pytest.mark.parametrize(
    ("assignment", "missing"),
    [
        (("dilation", (1, 1)), "IDeconvolutionLayer.dilation"),
        (("padding_nd", Member("PaddingMode", "NO")), "PaddingMode.NO"),
    ],
)
def test_what_the_release_lacks(run, deconvolution, assignment, missing):
    with pytest.raises(Unsupported) as caught:
        run(deconvolution(assignment))
    assert caught.value.missing == missing


def test_a_method_or_a_type_that_the_release_lacks(run):
    x = Input("x", "float32", (1,))
    for call, missing in (("add_cast", "add_cast"), ("add_foo", "add_foo")):
        definition = NetworkDefinition((x,), {}, (Call("network", call, {}, "c", ("c",)),), ("c",))
        with pytest.raises(Unsupported) as caught:
            run(definition)
        assert caught.value.missing == missing
    with pytest.raises(Unsupported) as caught:
        run(NetworkDefinition((Input("x", "int64", (1,)),), {}, (), ("x",)))
    assert caught.value.missing == "DataType.INT64"


def test_too_many_outputs_and_unknown_names(run, deconvolution):
    base = deconvolution()
    call = base.steps[0]
    two = Call(call.object, call.method, call.arguments, "deconv", ("deconv", "more"))
    with pytest.raises(Failed, match=r"deconv: add_deconvolution_nd has no output 1, which was to be more"):
        run(NetworkDefinition(base.inputs, base.weights, (two,), ("more",)))
    with pytest.raises(Failed, match=r"no tensor is named y"):
        run(NetworkDefinition(base.inputs, base.weights, base.steps, ("y",)))


def test_weights_are_read_back_by_their_bits(run, deconvolution, trt8):
    trt8.Weights = lambda array: array  # the getter of 8.x returns the array
    run(deconvolution(("kernel", Ref("weights", "w"))))

    def damaged(bits):
        return np.zeros_like(bits)

    trt8.Weights = damaged
    with pytest.raises(Failed, match=r"deconv.kernel: w was given, the value is an array of 9"):
        run(deconvolution(("kernel", Ref("weights", "w"))))


def test_weights_of_another_length_are_told_apart(array):
    assert _same_weights(array([]), None)
    assert not _same_weights(array([1]), None)
    assert not _same_weights(Array.from_bytes("bfloat16", (1,), b"\0\0"), np.zeros(2))
