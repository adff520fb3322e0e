"""The references judged by ONNX Runtime, one file of experiments at a time."""

from dataclasses import replace

import numpy as np
import pytest

pytest.importorskip("onnxruntime", reason="the release that AGREEMENT.md names needs Python 3.11")

from conftest import EACH_FILE, EXPERIMENTS, FILES
from exporting import exported, fed
from onnx import TensorProto, helper
from onnxruntime.capi.onnxruntime_pybind11_state import InvalidGraph

from onnx_runtime import agreement
from onnx_runtime.disagreements import MECHANISMS
from onnx_runtime.judging import AGREES, DISAGREES, answer, answers
from trtexp.fuzz.onnx_runtime.own_errors import OWN_ERRORS, widened
from trtexp.fuzz.onnx_runtime.session import REFUSALS, run
from trtexp.numerics import UNIT, decode, encode, exactly
from trtexp.spec.load import load

ROWS = agreement.read()


@pytest.mark.filterwarnings("ignore::RuntimeWarning")
@EACH_FILE
def test_onnx_runtime_computes_what_the_references_give(path):
    """Every output agrees, stands in the list of disagreements, or is left out for a reason that AGREEMENT.md gives."""
    name = agreement.name_of(path)
    row, faults = agreement.row_of(path)
    assert faults.keys() == agreement.listed(name), faults
    assert row == ROWS[name], "AGREEMENT.md is not up to date: PYTHONPATH=tests python -m onnx_runtime"


def test_the_page_has_every_file_and_adds_up():
    assert ROWS.keys() == {agreement.name_of(path) for path in FILES}
    assert agreement.PAGE.read_text(encoding="utf-8") == agreement.page(ROWS)
    counts = agreement.left_out(ROWS.values())
    assert counts.keys() == agreement.REASONS.keys()
    texts = {text for row in ROWS.values() for text in row.left_out}
    unused = [r for r in REFUSALS.values() if not any(text.startswith(r.partition("{")[0]) for text in texts)]
    assert unused == [], "refusals that no case meets"
    assert counts[DISAGREES] == sum(len(one.outputs) for one in MECHANISMS)
    assert sum(row.agree for row in ROWS.values()) >= 900


@pytest.mark.parametrize("operator", OWN_ERRORS)
def test_the_own_error_of_a_kernel_is_as_large_as_it_is_said_to_be(operator):
    """Measured over ±40, where every function of the list has ended; it is stated neither too small nor twice."""
    x = np.linspace(-40, 40, 100_001, dtype=np.float32)
    value = helper.make_tensor_value_info
    graph = helper.make_graph(
        [helper.make_node(operator, ["x"], ["y"])],
        "one",
        [value("x", TensorProto.FLOAT, x.shape)],
        [value("y", TensorProto.FLOAT, x.shape)],
    )
    (found,) = run(helper.make_model(graph, opset_imports=[helper.make_opsetid("", 21)], ir_version=10), {"x": x})
    exact = {"Sigmoid": lambda v: 1 / (1 + np.exp(-v))}[operator](x.astype(np.float64))
    largest = np.abs(decode(found).astype(np.float64) - exact).max()
    assert OWN_ERRORS[operator].largest / 2 < largest <= OWN_ERRORS[operator].largest


def case_of(name):
    file, _, label = name.partition("::")
    return next(case for case in load(EXPERIMENTS / f"{file}.yaml").cases if case.name == label)


def uncertain(values, dtype, bound):
    """Values that are not exact, and how far they may be off."""
    made = exactly(np.array(values), dtype)
    return replace(made, bound=np.full(made.shape, bound), typical=np.full(made.shape, bound), certified=made.ref < 0)


def test_a_wrong_axis_is_seen():
    case = case_of("layers/softmax::last_axis")
    (output,), model = case.definition.outputs, exported(case)
    reference = case.evaluation().tensors[output]
    assert [made.outcome for made in answers(case)] == [AGREES]
    (node,) = model.graph.node
    node.attribute[0].i -= 1
    assert answer(output, *run(model, fed(case)), reference).outcome == DISAGREES


@pytest.mark.parametrize(("dtype", "near", "far"), [("float32", 0, 1e-6), ("float16", 1e-3, 3e-3), ("int32", 0, 1)])
def test_what_is_beyond_both_bounds_is_seen(dtype, near, far):
    reference = widened(uncertain([1.0, 2.0], dtype, UNIT.get(dtype, 0.0)), "Identity")
    values = [encode(np.array([1 + error, 2]), dtype) for error in (near, far)]
    assert [answer("y", array, reference).outcome for array in values] == [AGREES, DISAGREES]


def test_an_output_that_could_hide_an_error_does_not_agree():
    hidden = uncertain([1.0], "float32", 0.01)
    assert answer("y", encode(hidden.ref, "float32"), hidden).outcome == "wide"


def test_a_refusal_that_is_not_listed_is_no_reason():
    model = exported(case_of("layers/softmax::last_axis"))
    model.graph.node[0].op_type = "NoOperator"
    with pytest.raises(InvalidGraph, match="NoOperator"):
        run(model, {})
