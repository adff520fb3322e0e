"""Who is named, in each way of looking."""

import numpy as np
import pytest
from blaming import COMPUTED, Stub, bent, subject

from trtexp.blame.devices import NoTensors
from trtexp.blame.run import blame
from trtexp.blame.worlds import worlds
from trtexp.report.blame import charts, lines, page
from trtexp.report.wording.blame import diagnosis


def looked(device, ways=("outputs",), **more):
    net = subject()
    return blame(net, device, worlds(net, False), ways, **more).record


def guilty(record):
    return [found.tensor for _, found in record.guilty]


def test_nobody_is_guilty_of_a_right_network():
    record = looked(Stub())
    assert not record.guilty
    assert [found.tensor for found in record.looks[0].found] == COMPUTED
    assert {found.verdict for found in record.looks[0].found} == {"pass"}
    assert all(found.own < 1e-6 and found.inherited < 1e-5 for found in record.looks[0].found)
    assert "nobody is guilty, 8 tensors judged" in next(lines(record))


@pytest.mark.parametrize("tensor", COMPUTED)
@pytest.mark.parametrize("engines", [1, 3, 100])
def test_the_layer_that_is_wrong_is_named_alone(tensor, engines):
    place = (0, 0, 1, 0)
    record = looked(Stub({tensor: bent(place, 0.01)}), engines=engines)
    assert guilty(record) == [tensor]
    found = record.guilty[0][1]
    assert (found.bad, found.index) == (1, list(place))
    assert found.own > 1e-4


def test_what_came_with_the_inputs_is_told_apart():
    record = looked(Stub({"conv": bent((0, 0, 1, 0), 0.5)}))
    by_name = {found.tensor: found for found in record.looks[0].found}
    assert by_name["conv"].own > 0.005 > 1e-5 > by_name["conv"].inherited
    assert by_name["scale"].inherited > 1e-4 > 1e-5 > by_name["scale"].own


def test_the_larger_impact_comes_first_whatever_the_ratio():
    record = looked(Stub({"part": bent((0, 0, 0, 0), 1e-6), "y": bent((0, 0, 1, 0), 0.5)}))
    assert guilty(record) == ["y", "part"]
    assert record.guilty[1][1].ratio is None or record.guilty[1][1].ratio > record.guilty[0][1].ratio


def test_an_engine_for_each_window_is_asked_for_no_more_than_it_needs():
    device = Stub()
    looked(device, engines=9)
    assert len(device.asked) > 4
    assert all(len(asked) <= 4 for asked in device.asked)


def test_sparse_looks_at_one_in_so_many_and_carries_the_bounds_on():
    record = looked(Stub({"act": bent((0, 0, 1, 0), 0.1)}), ("sparse",), every=3)
    assert [found.tensor for found in record.looks[0].found] == ["act", "rows", "y"]
    assert guilty(record) == ["act"]
    record = looked(Stub({"twice": bent((0, 0, 1, 0), 0.1)}), ("sparse",), every=3)
    assert guilty(record) == ["rows"]


def test_a_fault_that_marking_takes_away_is_a_fusion():
    device = Stub({"act": bent((0, 0, 1, 0), 0.1)}, only_unmarked=True)
    record = looked(device, ("outputs", "sparse"), every=2)
    assert [look.way for look, _ in record.guilty] == ["sparse"]
    assert diagnosis(record).startswith("right where every tensor is marked, wrong where not: a fusion between")


def test_a_bound_that_says_nothing_is_no_pass():
    text = (
        "inputs: {x: {shape: [4], random: {seed: 1, normal: [0, 1]}}}\nnetwork:\n  n0: {unary: {input: x, op: EXP}}\n"
    )
    chain = "".join(f"  n{i}: {{activation: {{input: n{i - 1}, type: ELU}}}}\n" for i in range(1, 4))
    power = (
        "  z: {elementwise: {input1: n3, input2: n3, op: POW}}\n  y: {elementwise: {input1: z, input2: z, op: POW}}\n"
    )
    net = subject(text + chain + power + "outputs: [y]\n")
    record = blame(net, Stub(), worlds(net, False), ("engine",)).record
    assert [found.verdict for found in record.looks[0].found] in (["pass"], ["unjudged"], ["wide"])


def odd(value):
    def put(values):
        values[0, 0, 1, 0] = value
        return values

    return put


@pytest.mark.parametrize(("value", "kind"), [(np.nan, "nan"), (np.inf, "infinite")])
def test_who_makes_the_first_nan_or_infinity_is_named_first(value, kind):
    record = looked(Stub({"act": odd(value)}))
    assert guilty(record)[0] == "act"
    assert next(found.tensor for found in record.looks[0].found if getattr(found, kind)) == "act"
    assert any(word in line for line in lines(record) for word in ("NaN", "infinity"))


def test_the_page_has_the_network_around_the_guilty_one_and_a_chart():
    record = looked(Stub({"act": bent((0, 0, 1, 0), 0.1)}))
    text, (name,) = page(record, "net"), charts(record, "net")
    assert name == "net.outputs.svg" and name in text
    assert "```mermaid" in text and "activation act is guilty" in text
    assert charts(record, "net")[name].count("#cf222e") == 2  # its bar, and what the colour means


def test_a_device_that_gives_nothing_is_one_message():
    class Dead(Stub):
        def tensors(self, subject, wanted):
            raise NoTensors("stub-1.0 gave no tensors: run: it died")

    with pytest.raises(NoTensors, match="it died"):
        looked(Dead())


def test_a_window_that_dies_costs_its_own_layers():
    class Dying(Stub):
        def tensors(self, subject, wanted):
            if "conv" in wanted and len(self.asked) == 0:
                self.asked.append(())
                raise NoTensors("stub-1.0 gave no tensors: run: out of memory")
            return super().tensors(subject, wanted)

    record = looked(Dying({"y": bent((0, 0, 1, 0), 0.1)}), engines=3)
    assert guilty(record) == ["y"]
    assert record.lost == ["stub-1.0 gave no tensors: run: out of memory"]
