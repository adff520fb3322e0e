import execnet
import numpy as np
import pytest

from trtexp.definition.facts import Adaptation, LogLine
from trtexp.definition.network import Array
from trtexp.engine import wire
from trtexp.engine.outcome import Outcome, Release


def carried(data):
    """What a channel would deliver: execnet refuses all but builtin types."""
    return execnet.loads(execnet.dumps(data))


def test_definitions_and_feeds(deconvolution, array):
    definition = deconvolution(("padding_nd", (1, 1)))
    text, weights = carried(wire.pack_definition(definition))
    assert wire.unpack_definition(text, weights).hash == definition.hash
    feeds = {"x": array([1, 2]), "n": Array("float16", (), np.array([np.nan], np.float16)), "e": array([])}
    back = wire.unpack_arrays(carried(wire.pack_arrays(feeds)))
    assert all(back[name].same_bits(feeds[name]) for name in feeds)


def test_damaged_weights_are_refused(deconvolution):
    text, weights = wire.pack_definition(deconvolution())
    with pytest.raises(ValueError, match=r"digest"):
        wire.unpack_definition(text, weights | {"b": b"\1\0\0\0"})


def test_outcomes_and_releases(array):
    outcome = Outcome(
        status="error",
        phase="run",
        message="m",
        missing="add_cast",
        outputs={"y": array([1])},
        inferred={"y": ("float32", (1, -1))},
        log=(LogLine("ERROR", "no"),),
        warnings=("w",),
        notes=(Adaptation("flag_left_out", "INT8"),),
        seconds={"build": 0.5},
        repeats=((2, {"y": array([1])}), (1, {"y": array([2])})),
    )
    back = wire.unpack_outcome(carried(wire.pack_outcome(outcome)))
    assert back.outputs["y"].same_bits(outcome.outputs["y"])
    assert [times for times, _ in back.repeats] == [2, 1]
    assert back.repeats[1][1]["y"].same_bits(array([2]))
    arrays = {"outputs": 0, "repeats": 0}
    assert {**vars(back), **arrays} == {**vars(outcome), **arrays}
    release = Release("tensorrt", "8.6.0", "NVIDIA H100", "9.0", "CUDA 13.0", True)
    assert wire.unpack_release(carried(wire.pack_release(release))) == release
