"""The references judged by somebody else: the ONNX backend node tests, a module of the package at a time."""

from dataclasses import replace

import onnx
import pytest

from onnx_nodes import agreement
from onnx_nodes.backend import cases_of, modules
from onnx_nodes.judging import converted
from trtexp.definition.network import NetworkDefinition

VERSION, ROWS = agreement.read()


@pytest.mark.parametrize("module", modules())
def test_what_onnx_expects_is_what_the_references_give(module):
    """Every test is converted or left out for a reason; AGREEMENT.md says which."""
    row, faults = agreement.row_of(module)
    assert not faults
    assert row == ROWS[module], "AGREEMENT.md is not up to date: PYTHONPATH=tests python -m onnx_nodes"


def test_the_page_has_every_module_and_adds_up():
    assert ROWS.keys() == set(modules())
    assert agreement.PAGE.read_text(encoding="utf-8") == agreement.page(VERSION, ROWS)
    assert onnx.__version__ == VERSION, "another onnx: PYTHONPATH=tests python -m onnx_nodes"
    assert sum(row.agree for row in ROWS.values()) >= 1000


@pytest.mark.parametrize(
    ("module", "name", "kind"),
    [
        ("softmax", "softmax_axis_1", "float32"),
        ("cast", "cast_FLOAT_to_FLOAT16", "float16"),
        ("topk", "top_k", "int64"),
        ("isnan", "isnan", "bool"),
        ("reducemax", "reduce_max_empty_set", "float32"),
    ],
)
def test_an_error_in_one_element_is_seen(module, name, kind):
    made = converted(next(test for test in cases_of(module) if test.name == f"test_{name}"))
    seen = {wrong.dtype: judged.verdict for wrong, judged in made.with_errors()}
    assert seen[kind] == "mismatch"


def test_a_wrong_layer_is_seen():
    """The reference of another operator does not agree with what ONNX expects."""
    right, other = (converted(cases_of(module)[0]) for module in ("reducemax", "reducemin"))
    assert not right.faults()
    right = replace(right, references=other.references)
    assert right.faults()


def test_a_converted_test_is_plain_data():
    made = converted(next(test for test in cases_of("conv") if test.name == "test_conv_with_autopad_same"))
    definition = made.definition
    bits = {name: array.to_bytes() for name, array in definition.weights.items()}
    assert NetworkDefinition.from_json(definition.to_json(), bits).hash == definition.hash
    assert [step.method for step in definition.steps if hasattr(step, "method")] == ["add_convolution_nd"]
