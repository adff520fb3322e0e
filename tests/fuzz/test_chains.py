"""Networks of several layers, tensors that leave on the way, and changes by one step."""

from collections import Counter

import pytest

from trtexp.fuzz.network import Unmade, network
from trtexp.fuzz.rounds import generated
from trtexp.fuzz.smaller import matter, smaller
from trtexp.fuzz.subject import subject
from trtexp.fuzz.tally import Round, kinds_of

RTX = "tensorrt-rtx-1.7"
WORDS = ("softmax", "slice", "if_conditional", "quantize")


@pytest.fixture(scope="module")
def drawn():
    return [(word, data) for word in WORDS for data in generated(Round(word, RTX, 3, 0, 150))]


def test_all_ways_of_making_a_network_come(drawn):
    kinds = Counter(kind for word, data in drawn for kind in kinds_of(data, subject(word, RTX), False))
    assert set(kinds) == {"chains", "dynamic", "outputs", "set_input"}
    assert kinds["chains"] < len(drawn) / 2  # most are about one layer


def test_layers_behind_take_what_is_made_before_them(drawn):
    made = 0
    for word, data in drawn:
        if "chains" in set(kinds_of(data, subject(word, RTX), False)):
            try:
                made += len(network(data).layers) > len(subject(word, RTX).start["network"])
            except Unmade:
                continue
    assert made > 10


def test_several_outputs_have_those_of_the_last_layer(drawn):
    several = [data for _, data in drawn if "outputs" in data]
    for data in several:
        last = next(reversed(data["network"]))
        assert last in {tensor.partition(".")[0] for tensor in data["outputs"]}
    assert several


def test_an_output_or_an_operand_that_nobody_makes_is_no_network():
    start = subject("softmax", RTX).start
    with pytest.raises(Unmade, match="output"):
        network({**start, "outputs": ["z"]})
    with pytest.raises(Unmade, match="neither"):
        network({**start, "network": {"y": {"softmax": {"input": "z"}}}})


def test_a_chain_is_taken_back_layer_by_layer():
    start = subject("softmax", RTX).start
    more = {"l0": {"unary": {"input": "y", "op": "NEG"}}, "l1": {"identity": {"input": "l0"}}}
    data = {**start, "network": {**start["network"], **more}, "outputs": ["l0", "l1"]}
    assert matter(data, subject("softmax", RTX)) == ("unary", "identity", "outputs")
    less = list(smaller(data, subject("softmax", RTX)))
    assert {**start, "network": {**start["network"], "l0": more["l0"]}, "outputs": ["l0"]} in less
    assert {key: data[key] for key in data if key != "outputs"} in less


def test_quantizing_layers_have_what_rtx_demands():
    start = subject("quantize", RTX).start
    assert start["network"]["q"]["quantize"]["output_type"] == "INT8"
    assert "build" not in start
    assert not network(start).answer("tensorrt-rtx").refusal
