"""The benchmark's own parts: what it generates is valid and alike everywhere, and what it measures is measured."""

import re
import sys

import pytest

from trtexp.bench.generate import layers, write_experiments, write_parameters
from trtexp.bench.measure import Broken, process
from trtexp.bench.page import keep, merged, page
from trtexp.spec.load import load


def test_generated_experiments_are_valid_and_their_shapes_are_those_of_the_reference(tmp_path):
    paths = write_experiments(45, tmp_path)
    experiments = [load(path) for path in paths]
    cases = [case for experiment in experiments for case in experiment.cases]
    assert [len(experiment.cases) for experiment in experiments] == [20, 20, 5]
    for case, layer in zip(cases, layers(45), strict=True):
        assert case.evaluation().tensors["deconv"].shape == case.expected["deconv"].shape == (1, 3, *layer.out)


def test_no_two_generated_networks_are_one_engine(tmp_path):
    cases = [case for path in write_experiments(300, tmp_path) for case in load(path).cases]
    assert len({case.definition.hash for case in cases}) == 300


def test_the_parameters_of_the_bare_program_are_the_same_layers(tmp_path):
    text = write_parameters(3, tmp_path / "layers.json").read_text(encoding="utf-8")
    assert text.count('"stride"') == 3


def test_a_process_is_measured_without_what_its_parent_holds():
    small = process([sys.executable, "-c", "import time; time.sleep(0.1)"])
    large = process([sys.executable, "-c", "import time; x = bytearray(200 << 20); time.sleep(0.1)"])
    assert small.seconds >= 0.1
    assert large.memory - small.memory > 150


def test_a_process_that_fails_is_not_a_figure():
    with pytest.raises(Broken, match=r"ended with 3:\nlast words"):
        process([sys.executable, "-c", "print('last words'); raise SystemExit(3)"])


ROW = {"runs": 1, "cold": 21.0, "warm": 0.5, "builder": 11.0, "define": 0.5, "build": 8.0, "run": 0.25}


def gpu(machine, **part):
    return {"gpu": {"tensorrt 8.6.0 on A": {"machine": machine, **part}}}


def test_what_is_not_measured_now_is_kept(tmp_path):
    path = tmp_path / "BENCHMARK.md"
    keep(path, {"cpu": {"machine": "m", "start": {"old": {"seconds": 1, "memory": 8}}, "rows": {"10": {}}}})
    keep(path, gpu("m", rows={"10": {**ROW, "bare": 20.0}}))
    keep(path, gpu("m", rows={"300": {**ROW, "bare": 78.0, "cold": 137.0, "warm": 3.4}}))
    text = path.read_text(encoding="utf-8")
    assert re.search(
        r"\|    10 \| 1 +\| 20\.0 s +\| 21\.0 s +\| 1\.05 +\| 0\.50 s +\| 50\.0 +\| 11\.0 s +\| 8\.5 s", text
    )
    assert "from 10 to 300: bare API 0.200 s, cold run\n0.400 s (2.00 ×), warm run 10.0 ms." in text
    assert "`old`   | 1.00 s, 8 MiB" in text
    keep(path, gpu("m", choice={"layers": 30, "timing": 15.0, "number": 18.0}))
    assert "takes 0.500 s with the tactics that TensorRT times, and 0.600 s\n(1.20 ×)" in path.read_text(
        encoding="utf-8"
    )
    keep(path, gpu("m", polygraphy={"seconds": [20.0, 13.7, 4.0]}))
    assert "median of 3: 13.7 s a case,\n30 × a cold run of 300 cases, 1209 × a warm one." in path.read_text(
        encoding="utf-8"
    )


def test_figures_of_another_machine_do_not_stand_beside_the_new_ones():
    old, new = gpu("m", rows={"10": ROW}, polygraphy={"missing": "onnx not installed"}), gpu("n", rows={"60": ROW})
    assert merged(old, new) == new
    assert merged(old, gpu("m", rows={"60": ROW}))["gpu"]["tensorrt 8.6.0 on A"]["rows"].keys() == {"10", "60"}
    assert "not timed: onnx not installed." in page(
        {"gpu": {"tensorrt 8.5.3 on A": old["gpu"]["tensorrt 8.6.0 on A"] | {"rows": {}}}}
    )
