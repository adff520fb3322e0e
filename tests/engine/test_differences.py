import types

import pytest

from trtexp.definition.facts import Adaptation
from trtexp.definition.network import Array
from trtexp.definition.steps import Member
from trtexp.engine.differences import Api, signatures
from trtexp.engine.failure import Unsupported
from trtexp.engine.outcome import Release

INT8, FLOAT, FP8 = (Member("DataType", name) for name in ("INT8", "FLOAT", "FP8"))


def documented(text):
    def method():
        pass

    method.__doc__ = text
    return method


OLD = documented(
    "add_quantize(self: trt.INetworkDefinition, input: trt.ITensor, scale: trt.ITensor) -> trt.IQuantizeLayer\n"
)
BOTH = documented(
    "add_quantize(*args, **kwargs)\nOverloaded function.\n\n"
    "1. add_quantize(self: trt.N, input: trt.ITensor, scale: trt.ITensor) -> trt.IQuantizeLayer\n\n"
    "2. add_quantize(self: trt.N, input: trt.ITensor, scale: trt.ITensor, output_type: trt.DataType) -> trt.IQ\n"
)
NEW = documented(
    "add_quantize(self: trt.N, input: trt.ITensor, scale: trt.ITensor, output_type: trt.DataType) -> trt.IQ\n"
)


def test_signatures_are_read_from_the_docstrings_of_the_bindings():
    text = (
        "add_scale_nd(self: t.N, input: t.ITensor, shift: t.Weights = None, type: t.DataType = <DataType.FLOAT: 0>, "
        "channel_axis: typing.SupportsInt) -> t.IScaleLayer\n\n    See :class:`x`: y"
    )
    assert signatures(documented(text)) == [{"input": True, "shift": False, "type": False, "channel_axis": True}]
    assert len(signatures(BOTH)) == 2
    assert signatures(lambda a, b=1: None) == [{"a": True, "b": False}]


@pytest.mark.parametrize(
    ("method", "given", "passed"),
    [
        (OLD, {}, {}),
        (OLD, {"output_type": INT8}, {}),
        (BOTH, {}, {}),
        (BOTH, {"output_type": FP8}, {"output_type": FP8}),
        (NEW, {}, {"output_type": INT8}),
        (NEW, {"output_type": FP8}, {"output_type": FP8}),
    ],
)
def test_the_output_type_of_quantize_by_release(api8, method, given, passed):
    assert api8.arguments(method, "add_quantize", given) == passed


def test_dequantize_gives_floats_where_it_must_be_said(api8):
    assert api8.arguments(NEW, "add_dequantize", {}) == {"output_type": FLOAT}


def test_an_argument_that_the_release_lacks(api8):
    with pytest.raises(Unsupported, match=r"^this tensorrt 8.5.3.1 has no add_quantize\(output_type\)$") as caught:
        api8.arguments(OLD, "add_quantize", {"output_type": FP8})
    assert caught.value.missing == "add_quantize(output_type)"


def test_messages_name_the_first_release_where_it_is_known(api8):
    assert str(api8.lacks("add_cast")) == "add_cast needs tensorrt 8.6 or newer, this is 8.5.3.1"
    assert str(api8.lacks("add_foo")) == "this tensorrt 8.5.3.1 has no add_foo"
    rtx = Api(None, Release("tensorrt-rtx", "1.7.1.116"))
    assert str(rtx.lacks("add_cast")) == "this tensorrt-rtx 1.7.1.116 has no add_cast"
    newer = Api(None, Release("tensorrt", "10.16.1.11"))
    assert str(newer.lacks("add_cast")) == "this tensorrt 10.16.1.11 has no add_cast"


def test_members_and_types(api8, trt8):
    assert api8.member("PaddingMode", "CAFFE_ROUND_UP") is trt8.PaddingMode.CAFFE_ROUND_UP
    for enum, name in (("PaddingMode", "NO"), ("NoEnum", "A"), ("DataType", "BF16")):
        with pytest.raises(Unsupported) as caught:
            api8.member(enum, name)
        assert caught.value.missing == f"{enum}.{name}"


def test_network_flags(api8, trt8):
    assert api8.creation_flags(strongly_typed=False) == 1
    with pytest.raises(Unsupported, match=r"STRONGLY_TYPED needs tensorrt 10.0 or newer"):
        api8.creation_flags(strongly_typed=True)
    trt8.NetworkDefinitionCreationFlag = type("F", (), {"__members__": {"STRONGLY_TYPED": 0}, "STRONGLY_TYPED": 0})
    assert (api8.creation_flags(False), api8.creation_flags(True)) == (0, 1)


def test_builder_flags(api8, trt8):
    config = trt8.builder().create_builder_config()
    api8.set_flag(config, "TF32", False)
    api8.set_flag(config, "FP16", True)
    assert config.flags == {"FP16"}
    with pytest.raises(Unsupported, match=r"BuilderFlag.FP8 needs tensorrt 8.6"):
        api8.set_flag(config, "FP8", True)
    trt8.BuilderFlag = type("F", (), {"__members__": {"TF32": 0}})  # 11.x
    api8.set_flag(config, "INT8", True)
    api8.set_flag(config, "FP16", False)
    assert api8.notes == [Adaptation("flag_left_out", "INT8")]
    with pytest.raises(Unsupported, match=r"BuilderFlag.STRICT_TYPES"):
        api8.set_flag(config, "STRICT_TYPES", True)


def test_workspace_by_either_spelling(api8, trt8):
    config = trt8.builder().create_builder_config()
    api8.set_workspace(config, 10, "memory_pool_limit")
    api8.set_workspace(config, 11, "max_workspace_size")
    assert (config.pool, config.max_workspace_size) == (("WORKSPACE", 10), 11)
    with pytest.raises(Unsupported, match=r"has no IBuilderConfig.max_workspace_size"):
        api8.set_workspace(types.SimpleNamespace(), 1, "max_workspace_size")


def test_tactic_sources(api8, trt8):
    config = trt8.builder().create_builder_config()
    for names, mask in ((("internal",), 0b11000), (("internal", "CUDNN"), 0b11100), ((), 0)):
        api8.set_tactic_sources(config, names)
        assert config.tactics == mask
    with pytest.raises(Unsupported, match=r"TacticSource.NO"):
        api8.set_tactic_sources(config, ("NO",))


def test_optimization_level(api8, trt8):
    with pytest.raises(Unsupported, match=r"builder_optimization_level needs tensorrt 8.6 or newer, this is 8.5.3.1"):
        api8.set_optimization_level(trt8.builder().create_builder_config(), 3)


def test_weights_by_type(api8, trt8, array):
    assert api8.weights(array([1, 2])).size == 2
    assert api8.weights(array([])).size == 0
    with pytest.raises(Unsupported, match=r"DataType.BF16 needs tensorrt 10.0"):
        api8.weights(Array.from_bytes("bfloat16", (1,), b"\0\0"))
    trt8.DataType = type("D", (), {"__members__": {"FP8": types.SimpleNamespace(name="FP8")}})  # 8.6
    with pytest.raises(Unsupported, match=r"has no Weights\(FP8\)"):
        api8.weights(Array.from_bytes("float8e4m3", (1,), b"\0"))
