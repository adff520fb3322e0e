"""A guilty layer as an experiment of its own: small, valid, and still failing."""

import numpy as np
import pytest
from blaming import NETWORK, Stub, bent, subject

from trtexp.blame.guilty import text
from trtexp.blame.run import blame
from trtexp.blame.worlds import worlds
from trtexp.spec.load import read

#: tensor -> how many numbers its smallest slice takes.
SIZES = {"conv": 27, "scale": 1, "act": 1, "twice": 2, "rows": 12, "mean": 5, "y": 1}


def pieces(wrong, net):
    return blame(net, Stub(wrong), worlds(net, False), ("outputs",)).pieces


@pytest.mark.parametrize(("tensor", "size"), SIZES.items())
def test_the_slice_is_one_element_that_still_fails(tensor, size, tmp_path):
    place = (0, 0, 5, 0)
    ((found, piece),) = pieces({tensor: bent(place, 0.02)}, subject()).values()
    assert sum(values.size for values in piece.inputs.values()) == size
    content, arrays = text(piece, found, "guilty", "net", "stub-1.0")
    assert len(content.splitlines()) <= 40 and "stub-1.0 gave" in content
    path = tmp_path / "guilty.yaml"
    path.write_text(content)
    if arrays is not None:
        (tmp_path / "guilty.npz").write_bytes(arrays)
    (case,) = read(path).experiment().cases
    reference = case.evaluation().tensors[tensor]
    assert not np.abs(reference.ref.reshape(-1)[0] - found.got) <= reference.bound.reshape(-1)[0]
    assert abs(reference.ref.reshape(-1)[0] - found.want) <= reference.bound.reshape(-1)[0]


def test_a_layer_that_nobody_can_cut_stays_whole():
    ((_, piece),) = pieces({"part": bent((0, 0, 5, 0), 0.02)}, subject()).values()
    assert piece.inputs["twice"].shape == (1, 4, 6, 6)


def test_groups_stride_and_padding_are_cut_away():
    grouped = NETWORK.replace("{shape: [4, 3, 3, 3]", "{shape: [6, 1, 3, 3]").replace(
        "kernel: w, bias: b}", "kernel: w}"
    )
    grouped = grouped.replace("num_output_maps: 4", "num_output_maps: 6")
    grouped = grouped.replace("{padding_nd: [1, 1]}", "{padding_nd: [1, 1], num_groups: 3, stride_nd: [2, 2]}")
    net = subject(grouped.partition("  scale:")[0] + "outputs: [conv]\n")
    ((found, piece),) = pieces({"conv": bent((0, 5, 2, 0), 0.1)}, net).values()
    assert piece.inputs["x"].shape == (1, 1, 3, 3)
    assert found.index == [0, 5, 2, 0]
    assert (piece.set, piece.weights["w"].size) == ({}, 9)
