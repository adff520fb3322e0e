"""Groups of functions: what is asked together, and what becomes of one that fails or never ends."""

import re
from dataclasses import dataclass, field

import numpy as np
import pytest

from trtexp.bench.accuracy.device import GROUP, LEVEL_NAME, WEAK, Device, Function, tensor
from trtexp.definition.network import Array
from trtexp.definition.steps import Assign, Call, Member
from trtexp.engine.outcome import Outcome, Release

FEEDS = {"x": np.arange(4, dtype=np.float32)}


@dataclass
class Worker:
    """Copies what each layer is given; `fails` says what becomes of a definition, None where it runs."""

    fails: object = lambda definition: None
    asked: list = field(default_factory=list)

    def start(self):
        return Release("tensorrt", "8.5.3.1", "NVIDIA H100", can_run=True)

    def run(self, definition, feeds):
        self.asked.append(definition)
        if (outcome := self.fails(definition)) is not None:
            return outcome
        made = {name: feeds[f"x of {name}"] for name in definition.outputs}
        return Outcome("ran", outputs=made, seconds={"build": 0.1})


def functions(*names):
    return [
        Function(name, "add_unary", {"input": tensor("x"), "op": Member("UnaryOperation", name)}, ("x",), np.abs)
        for name in names
    ]


def ask(worker, names, way=WEAK[0], seconds=60.0):
    device = Device(worker, seconds)
    return device, device.ask(functions(*names), FEEDS, way)


NAMES = tuple(f"F{i}" for i in range(GROUP + 3))


def test_a_group_is_a_network_and_every_layer_has_an_input_of_its_own():
    worker = Worker()
    device, came = ask(worker, NAMES)
    assert set(came) == set(NAMES) and device.refused == {}
    assert [len(definition.outputs) for definition in worker.asked] == [GROUP, 3]
    assert [item.name for item in worker.asked[1].inputs] == [f"x of {name}" for name in NAMES[GROUP:]]
    given = [step.arguments["input"] for step in worker.asked[1].steps if isinstance(step, Call)]
    assert given == [tensor(f"x of {name}") for name in NAMES[GROUP:]]


def test_a_release_without_optimization_levels_is_asked_without_one():
    def fails(definition):
        return Outcome("unsupported", missing=LEVEL_NAME) if definition.options.optimization_level is not None else None

    worker = Worker(fails)
    device, came = ask(worker, NAMES)
    assert set(came) == set(NAMES) and device.refused == {} and len(worker.asked) == 3


def test_what_the_release_lacks_is_left_out_of_its_group():
    def fails(definition):
        lacking = "F1" in definition.outputs
        return Outcome("unsupported", message="has no F1", missing="UnaryOperation.F1") if lacking else None

    device, came = ask(Worker(fails), NAMES)
    assert set(came) == set(NAMES) - {"F1"} and device.refused == {"F1, float32": "has no F1"}


def test_one_that_fails_is_found_by_halves():
    device, came = ask(Worker(lambda d: Outcome("error", "build", "no") if "F2" in d.outputs else None), NAMES)
    assert set(came) == set(NAMES) - {"F2"} and device.refused == {"F2, float32": "no"}


def test_a_group_that_takes_too_long_is_skipped_as_a_whole(capsys):
    worker = Worker(lambda d: Outcome("timeout", "build", "no answer within 15 s") if "F2" in d.outputs else None)
    device, came = ask(worker, NAMES)
    assert set(came) == set(NAMES[GROUP:]) and len(worker.asked) == 2
    assert device.refused == {f"{name}, float32": "no answer within 15 s" for name in NAMES[:GROUP]}
    said = capsys.readouterr().err.splitlines()
    assert re.search(r" s  float32: F0 to F7: timeout no answer", said[-2])
    assert re.search(r" s  float32: F8 to F10: ran  build 0\.1 s", said[-1])


def test_nothing_is_asked_after_the_time_of_all():
    worker = Worker()
    device, came = ask(worker, NAMES, seconds=-1.0)
    assert came == {} and worker.asked == [] and set(device.refused) == {f"{name}, float32" for name in NAMES}


@pytest.mark.parametrize("way", WEAK, ids=lambda way: way.name)
def test_half_is_asked_for_by_the_precision_of_the_layers(way):
    worker = Worker()
    ask(worker, NAMES[:1], way)
    (definition,) = worker.asked
    assigned = [step for step in definition.steps if isinstance(step, Assign)]
    assert assigned == ([Assign("layer F0", "precision", Member("DataType", "HALF"))] if way.obey else [])
    assert {name for name, on in definition.options.flags.items() if on} == set(way.flags)


def test_the_answers_are_those_of_the_arrays():
    _, came = ask(Worker(), NAMES[:1])
    assert isinstance(came["F0"], np.ndarray) and came["F0"].tolist() == FEEDS["x"].tolist()
    assert Array("float32", (4,), came["F0"]).size == 4
