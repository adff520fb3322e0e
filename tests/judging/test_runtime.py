"""ONNX Runtime as a fourth opinion on models: what it says is recorded, and decides nothing."""

from dataclasses import replace

import numpy as np
import pytest
from conftest import WITHOUT_REFERENCE
from model_runs import read_back
from one_node import I64, B, F, model, node
from onnx import helper

from trtexp.definition.network import Array
from trtexp.judging import runtime
from trtexp.judging.guarded import recorded
from trtexp.judging.parsed import with_layers
from trtexp.report.tensors import output_lines
from trtexp.spec.load import load

pytest.importorskip("onnxruntime", reason="ONNX Runtime is not installed")
CASES = {case.name: case for path in WITHOUT_REFERENCE for case in load(path).cases}


def with_reference(name):
    (outcome,) = read_back([CASES[name].definition])
    return CASES[name], replace(outcome, status="built")


def test_it_agrees_and_says_so():
    (output,) = recorded(*with_reference("convtranspose_uneven_pads")).record.outputs
    assert output.runtime.compared.agrees and 0 < output.runtime.compared.ratio < 1
    assert f"ONNX Runtime {output.runtime.version} on a CPU is within the reference's bound" in output_lines(output)[-1]
    (output,) = recorded(*with_reference("relu")).record.outputs
    assert output_lines(output)[-1].endswith("says the same as the reference")


def test_it_differs_and_its_numbers_are_shown(monkeypatch):
    found = {"y": Array("float32", (2, 3), np.array([0, 0, 0, 1, 2, 4], np.float32))}
    monkeypatch.setattr(runtime, "run", lambda case, names: found)
    before = recorded(*with_reference("relu")).record
    (output,) = before.outputs
    assert not output.runtime.compared.agrees and before.as_expected and output.verdict != "mismatch"
    said, *numbers = output_lines(output)[-3:]
    assert "is outside the reference's bound: off by 1" in said and numbers[-1].split() == ["1", "2", "4"]


def test_without_it_nothing_is_said(monkeypatch):
    monkeypatch.setattr(runtime, "_version", lambda: None)
    assert recorded(*with_reference("relu")).record.outputs[0].runtime is None


def test_of_a_network_of_layers_it_is_not_asked(load):
    case = load("title: t\ninputs: {x: {full: 1, shape: [2]}}\nnetwork: {y: {activation: {input: x, type: RELU}}}\n")
    assert recorded(case.cases[0], None).record.outputs[0].runtime is None


def test_a_model_that_never_ends_is_given_up(monkeypatch):
    """A loop of 2^62 iterations."""
    body = helper.make_graph(
        [node("Identity", "going", "on"), node("Neg", "s", "more")],
        "body",
        [
            helper.make_tensor_value_info(n, *form)
            for n, form in {"i": (I64, []), "going": (B, []), "s": (F, [2])}.items()
        ],
        [helper.make_tensor_value_info("on", B, []), helper.make_tensor_value_info("more", F, [2])],
    )
    endless = model(
        [node("Loop", "n yes x", "y", body=body)],
        {"x": (F, [2])},
        {"n": np.array(2**62), "yes": np.array(True)},
    )
    case, _ = with_reference("relu")
    data = Array("uint8", (len(endless),), np.frombuffer(endless, np.uint8))
    monkeypatch.setattr(runtime, "SECONDS", 2.0)
    changed = replace(case, definition=replace(case.definition, weights={case.definition.models[0]: data}))
    assert runtime.run(changed, ["y"]) == {}


def test_a_case_that_was_read_back_has_three_opinions():
    case, outcome = with_reference("two_outputs")
    again = with_layers(case, outcome)
    assert set(again.evaluation().tensors) >= {"sum", "largest"}
    assert {name: t.ref.tolist() for name, t in again.evaluation().tensors.items() if name == "sum"} == {
        "sum": [20, 20]
    }
