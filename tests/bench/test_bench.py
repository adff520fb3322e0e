"""The benchmark's own parts: what it generates is valid and alike everywhere, and what it measures is measured."""

import sys

import pytest

from trtexp.bench.generate import layers, write_experiments, write_parameters
from trtexp.bench.measure import Broken, process
from trtexp.bench.page import merge, page
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


def test_a_section_that_is_not_measured_now_is_kept(tmp_path):
    path = tmp_path / "BENCHMARK.md"
    path.write_text(page({"cpu": "## Without a GPU\n\nold", "gpu": "## On a GPU\n\nold"}), encoding="utf-8")
    merged = merge(path, {"cpu": "## Without a GPU\n\nnew"})
    assert merged == {"gpu": "## On a GPU\n\nold", "cpu": "## Without a GPU\n\nnew"}
    assert page(merged).count("old") == 1
