"""Generated networks: every layer, the same ones for the same seed, back to the layer's own."""

import copy

import pytest

from trtexp.errors import NothingFound
from trtexp.fuzz.network import Unmade, network
from trtexp.fuzz.rounds import generated
from trtexp.fuzz.smaller import matter, smaller
from trtexp.fuzz.subject import known_release, subject
from trtexp.fuzz.tally import Round, reachable, reaches
from trtexp.layers import LAYERS

RTX = "tensorrt-rtx-1.7"
OFFERED = [word for word in LAYERS if subject(word, RTX) is not None]


@pytest.mark.parametrize("word", OFFERED)
def test_networks_of_every_layer_are_made(word):
    made = 0
    for data in generated(Round(word, RTX, 1, 0, 20)):
        try:
            network(data)
            made += 1
        except Unmade:
            continue
    assert made >= 2


def test_a_layer_that_the_release_lacks_is_no_subject():
    assert subject("fully_connected", RTX) is None
    assert subject("fully_connected", "tensorrt-8.6.0") is not None


def test_members_that_the_release_lacks_are_not_drawn():
    modes = next(field for field in subject("pooling_nd", RTX).attributes if field.name == "padding_mode").members
    assert "SAME_UPPER" in modes
    assert "CAFFE_ROUND_UP" not in modes


def test_a_seed_gives_the_same_networks_again_and_another_one_others():
    one, again, other = (generated(Round("slice", RTX, seed, 0, 30)) for seed in (1, 1, 2))
    assert one == again
    assert one != other


def test_a_few_hundred_networks_reach_every_dtype_and_rank():
    of, reached = subject("softmax", RTX), set()
    for data in generated(Round("softmax", RTX, 1, 0, 1200)):
        reached |= reaches(data, of)
    for what in ("dtypes", "ranks", "attributes"):
        assert len({name for kind, name in reached if kind == what}) == reachable(of)[what]


def test_a_network_says_what_it_changes_and_can_take_each_step_back():
    of = subject("softmax", RTX)
    data = copy.deepcopy(of.start)
    data["inputs"]["x"] = {"shape": [0, 3], "full": 1, "dtype": "float16"}
    data["network"]["y"]["set"] = {"axes": 2, "metadata": "a"}
    assert matter(data, of) == ("metadata", "inputs")
    assert [matter(less, of) for less in smaller(data, of)] == [("inputs",), ("metadata",)]


def test_a_release_that_nobody_knows_is_said_to_be_that():
    with pytest.raises(NothingFound, match=r"99\.1.*tensorrt-8\.6\.0"):
        known_release("tensorrt", "99.1")
