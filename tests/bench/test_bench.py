"""The benchmark's own parts: what it generates is valid and alike everywhere, and what it measures is measured."""

import json
import re
import sys
from unittest.mock import MagicMock

import pytest

from trtexp.bench import bare
from trtexp.bench.generate import layers, write_experiments, write_parameters
from trtexp.bench.measure import Broken, process
from trtexp.bench.page import keep, merged
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


@pytest.mark.parametrize(("selects", "count"), [(True, 2), (False, 1)])
def test_each_variant_of_the_bare_program_is_built_and_each_is_first_in_turn(
    tmp_path, monkeypatch, capsys, selects, count
):
    trt, cudart, configs = MagicMock(), MagicMock(), []
    trt.TacticSource.__members__ = {}
    cudart.cudaStreamCreate.return_value = cudart.cudaMallocAsync.return_value = (0, 1)
    for name in ("MemcpyAsync", "StreamSynchronize", "FreeAsync"):
        getattr(cudart, f"cuda{name}").return_value = (0,)
    if selects:
        trt.IAlgorithmSelector = type("IAlgorithmSelector", (), {})
    else:
        del trt.IAlgorithmSelector
    trt.Builder().create_builder_config = lambda: configs.append(MagicMock()) or configs[-1]
    trt.Runtime().deserialize_cuda_engine().create_execution_context().get_tensor_shape.return_value = (1,)
    monkeypatch.setitem(sys.modules, "tensorrt", trt)
    monkeypatch.setitem(sys.modules, "cuda.bindings", MagicMock(runtime=cudart))
    bare.main(str(write_parameters(4, tmp_path / "layers.json")), "variants")
    seconds = json.loads(capsys.readouterr().out)
    assert len(seconds) == count and len(configs) == 4 * count
    chosen = [isinstance(config.algorithm_selector, bare_type(trt)) for config in configs]
    given = [
        bare.VARIANTS[name] for turn in range(4) for name in (*[*seconds][turn % count :], *[*seconds][: turn % count])
    ]
    assert chosen == given
    bare.main(str(write_parameters(3, tmp_path / "layers.json")))
    assert list(json.loads(capsys.readouterr().out)) == ["fastest tactics"]


def bare_type(trt):
    return getattr(trt, "IAlgorithmSelector", ())


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


def test_what_is_not_measured_now_is_kept_and_targets_are_judged(tmp_path):
    path = tmp_path / "BENCHMARK.md"

    def row(*cells):
        line = " +\\| +".join(map(re.escape, cells))
        assert re.search(rf"^\\| +{line} +\\|$", path.read_text(encoding="utf-8"), re.MULTILINE), cells

    for part in (
        {"start": {"old": {"seconds": 1, "memory": 8}}},
        {"rows": {"10": {"run": {"seconds": 2, "memory": 9}}}},
    ):
        keep(path, {"cpu": {"machine": "m", **part}})
    keep(path, gpu("m", rows={"10": {**ROW, "bare": 20.0}}))
    row("10", "1", "20.00 s", "21.00 s", "1.05", "0.50 s", "50.0", "11.00 s", "8.50 s", "0.25 s")
    row("cold run / bare API, 10 cases", "at most 1.05", "1.05", "met")
    keep(path, gpu("m", rows={"300": {**ROW, "bare": 78.0, "bare builds": 60.0, "cold": 137.0, "warm": 3.4}}))
    row("10", "1", "20.00 s", "21.00 s", "1.05", "0.50 s", "50.0", "", "11.00 s", "8.50 s", "0.25 s")
    row("300", "1", "78.00 s", "137.00 s", "1.76", "3.40 s", "11.3", "60.00 s", "11.00 s", "8.50 s", "0.25 s")
    row("cold run / bare API, 300 cases", "at most 1.05", "1.76", "missed")
    row("a further warm case, 10 to 300", "under 20 ms", "10.0 ms", "met")
    row("`old`", "1.00 s, 8 MiB")
    row("10", "2.00 s, 9 MiB")
    for cases, start, validate, report in (("10", 0.14, 0.5, 0.9), ("1000", 0.16, 2.25, 2.5)):
        seconds = {"run": 2, "validate": validate, "report": report}
        measured = {name: {"seconds": figure, "memory": 9} for name, figure in seconds.items()}
        starts = {"trtexp --help": {"seconds": start, "memory": 8}}
        keep(path, {"cpu": {"machine": "m", "start": starts, "rows": {cases: measured}}})
    row("`trtexp --help`", "under 0.15 s", "0.16 s", "missed")
    row("`validate` of 1000 cases", "under 2 s", "2.25 s; 10 take 0.50 s", "missed")
    row("`report` of 1000 cases", "under 3 s", "2.50 s; 10 take 0.90 s", "met")
    variants = {"layers": 30, "seconds": {"fastest tactics": 15.0, "first tactics": 18.0}}
    keep(path, gpu("m", variants=variants, polygraphy={"missing": "onnx is missing"}))
    row("fastest tactics", "0.500 s", "1.00")
    row("first tactics", "0.600 s", "1.20")
    assert "not timed: onnx is missing" in path.read_text(encoding="utf-8")
    keep(path, gpu("m", polygraphy={"seconds": [20.0, 13.7, 4.0]}))
    row("Polygraphy process / cold case, 300 cases", "at least 20", "13.7 s / 0.46 s = 30", "met")


def test_figures_of_another_machine_do_not_stand_beside_the_new_ones():
    old, new = gpu("m", rows={"10": ROW}, polygraphy={"missing": "onnx not installed"}), gpu("n", rows={"60": ROW})
    assert merged(old, new) == new
    assert merged(old, gpu("m", rows={"60": ROW}))["gpu"]["tensorrt 8.6.0 on A"]["rows"].keys() == {"10", "60"}
