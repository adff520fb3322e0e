"""Networks given as ONNX models: their expected values, the models themselves, and the way there and back."""

import runpy

import numpy as np
import onnx
import pytest
from conftest import EXPERIMENTS, WITHOUT_REFERENCE
from onnx.reference import ReferenceEvaluator

from trtexp.cli.main import main
from trtexp.engine.session import Session
from trtexp.judging.case import record_case
from trtexp.numerics import decode
from trtexp.report.wording.cases import problems
from trtexp.spec.load import load

CASES = {case.name: case for path in WITHOUT_REFERENCE for case in load(path).cases}
MODELS = EXPERIMENTS / "models"


@pytest.mark.parametrize("name", [name for name, case in CASES.items() if case.expected])
def test_expected_values_agree_with_the_evaluator_of_onnx(name):
    case = CASES[name]
    model = MODELS.parent / case.definition.models[0]
    given = case.definition.outputs
    found = ReferenceEvaluator(str(model)).run(list(given), {n: np.asarray(decode(a)) for n, a in case.feeds.items()})
    assert case.expected.keys() == set(given)
    for output, values in zip(given, found, strict=True):
        np.testing.assert_allclose(case.expected[output].made.decimals, values, rtol=1e-6)


def test_the_models_are_what_their_script_writes(tmp_path):
    script = runpy.run_path(str(MODELS / "make.py"))
    script["main"].__globals__["FOLDER"] = tmp_path
    script["main"]()
    names = {path.name for path in MODELS.glob("*.onnx")}
    assert {path.name for path in tmp_path.iterdir()} == names
    for name in names:
        assert onnx.load(tmp_path / name) == onnx.load(MODELS / name), name
        assert (MODELS / name).stat().st_size < 2000


@pytest.mark.parametrize("name", ["padding::both", "layers/softmax::last_axis"])
def test_there_and_back(name, tmp_path):
    """A case exported, taken back by `onnx`, and built: TensorRT infers the form that the layers have."""
    pytest.importorskip("tensorrt_rtx", reason="TensorRT-RTX is not installed: nothing else builds without a GPU")
    file, _, label = name.partition("::")
    case = next(c for c in load(EXPERIMENTS / f"{file}.yaml").cases if c.name == label)
    assert main(["export", "--onnx", f"{EXPERIMENTS}/{file}.yaml::{label}", "-o", str(tmp_path / "m.onnx")]) == 0
    inputs = {n: {"values": decode(a).tolist()} for n, a in case.feeds.items()}
    expect = {n: {"shape": list(case.evaluation().tensors[n].shape)} for n in case.definition.outputs}
    (tmp_path / "e.yaml").write_text(f"title: t\ninputs: {inputs}\nonnx: m.onnx\nexpect: {expect}\n")
    (back,) = load(tmp_path / "e.yaml").cases
    assert back.definition.outputs == case.definition.outputs
    outcome = Session("tensorrt-rtx").run(back.definition, back.feeds, build_only=True)
    record = record_case(back, outcome)
    assert record.as_expected, problems(record)
    assert outcome.inferred == {
        n: (t.dtype, t.shape) for n in back.definition.outputs for t in [case.evaluation().tensors[n]]
    }


def test_a_model_is_not_exported(capsys):
    assert main(["export", "--onnx", f"{EXPERIMENTS}/onnx.yaml::relu", "-o", "never.onnx"]) == 2
    assert "given as an ONNX model already: models/relu.onnx" in capsys.readouterr().err
