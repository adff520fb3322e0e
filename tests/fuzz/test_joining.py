"""Networks that are asked about together, and apart where that does not end well."""

import numpy as np
import pytest
import standin

from trtexp.definition.network import Array
from trtexp.engine.outcome import Outcome
from trtexp.errors import NoGpu
from trtexp.fuzz import asking
from trtexp.fuzz.joining import MOST_JOINED, Asked, Ready, apart, asked_together, each_outcome, joined
from trtexp.fuzz.network import network
from trtexp.workers.definer import TooManyDeaths


@pytest.fixture(scope="module")
def place():
    yield standin.place()
    asking.end_workers()


def tried(place, *ready, build_only=False):
    return apart(asking.tried(place, ready, build_only))


def ready(*names, start=1):
    return Ready(standin.definition(*names), standin.feeds(start))


def test_each_network_gets_what_it_gets_by_itself(place):
    outcomes = tried(place, ready("a", start=1), ready("b", "c", start=5))
    assert [outcome.status for outcome in outcomes] == ["ran", "ran"]
    assert [outcome.outputs[name].bits.tolist() for outcome, name in zip(outcomes, "ac", strict=True)] == [
        [1, 2, 3, 4],
        [5, 6, 7, 8],
    ]
    assert [list(outcome.inferred) for outcome in outcomes] == [["a"], ["c"]]


@pytest.mark.parametrize(
    ("fault", "status"), [("segv_build", "crashed"), ("oom_build", "error"), ("exit_run", "crashed")]
)
def test_one_that_ends_badly_is_found_by_halves_and_spoils_no_other(place, fault, status):
    names = ["a", "b", fault, "c", "d"]
    outcomes = tried(place, *(ready(name) for name in names))
    assert [outcome.status for outcome in outcomes] == [status if name == fault else "ran" for name in names]


def test_what_is_only_built_has_no_outputs(place):
    (outcome,) = tried(place, ready("a"), build_only=True)
    assert (outcome.status, outcome.outputs) == ("built", {})


def test_deaths_in_a_row_end_it(place, monkeypatch):
    monkeypatch.setattr("trtexp.workers.definer.MOST_DEATHS", 3)
    with pytest.raises(TooManyDeaths, match="3 workers died in a row"):
        asking.tried(place, [ready("segv_build")] * 4, build_only=True)


def test_without_a_worker_it_says_so(monkeypatch):
    monkeypatch.setattr("trtexp.workers.worker.PAUSES", (0.0,))
    with pytest.raises(NoGpu, match="no worker starts in /no/such/python"):
        asking.tried(asking.WorkerSpec("/no/such/python"), [ready("a")], build_only=True)


def test_a_few_questions_are_enough_for_many_networks():
    asked = []

    def ask(one):
        asked.append(len(one.definition.outputs))
        return Outcome("ran")

    asked_together([ready("a")] * (MOST_JOINED + 3), ask)
    assert asked == [MOST_JOINED, 3]


def test_networks_with_other_options_are_asked_about_apart():
    asked = []

    def ask(one):
        asked.append([*one.definition.outputs])
        return Outcome("ran")

    def softmax(**build):
        data = {
            "inputs": {"x": {"shape": [2], "full": 1}},
            "network": {"y": {"softmax": {"input": "x"}}},
            "build": build,
        }
        made = network(data)
        return Ready(made.definition, made.feeds)

    asked_together([softmax(), softmax(strongly_typed=True), softmax()], ask)
    assert asked == [["n0_y", "n1_y"], ["y"]]


LOOP = {
    "inputs": {"x": {"shape": [2, 2], "full": 1, "declared": [-1, 2]}},
    "weights": {"two": {"shape": [], "full": 2, "dtype": "int32"}, "zero": {"shape": [2], "full": 0}},
    "network": {
        "n": {"constant": {"shape": [], "weights": "two"}},
        "start": {"constant": {"shape": [2], "weights": "zero"}},
        "loop": {"loop": {}},
        "limit": {"trip_limit": {"loop": "loop", "tensor": "n", "kind": "COUNT"}},
        "row": {"iterator": {"loop": "loop", "tensor": "x"}},
        "sum": {"recurrence": {"loop": "loop", "initial_value": "start"}, "set_input": {1: "more"}},
        "more": {"elementwise": {"input1": "sum", "input2": "row", "op": "SUM"}},
        "y": {"loop_output": {"loop": "loop", "tensor": "sum", "kind": "LAST_VALUE"}},
    },
}


def test_every_name_of_a_network_gets_its_number_objects_and_profiles_too():
    made = network(LOOP)
    whole = joined([Ready(made.definition, made.feeds)] * 2)
    names = {name for i in (0, 1) for name in (f"n{i}_loop", f"n{i}_row", f"n{i}_x", f"n{i}_two")}
    assert all(name in whole.definition.canonical for name in names)
    assert '"name":"loop"' not in whole.definition.canonical
    assert whole.definition.options.profiles[0].keys() == {"n0_x", "n1_x"}
    assert whole.feeds.keys() == {"n0_x", "n1_x"}


def test_an_output_goes_to_the_network_whose_number_it_has():
    array = Array("float32", (1,), np.ones(1, "float32"))
    whole = Outcome("ran", outputs={f"n{i}_y": array for i in range(12)})
    assert [list(each.outputs) for each in each_outcome(Asked(tuple(range(12)), ready("a"), whole))] == [["y"]] * 12
