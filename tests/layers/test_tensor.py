"""What an input can be told: formats, places, ranges, names of dimensions."""

from trtexp.definition.steps import Assign, Call, Member
from trtexp.layers.tensor import TensorAttributes
from trtexp.spec.load import load


def test_what_is_set_of_a_tensor_keeps_its_order():
    given = {"dimension_name": {"index": 0, "name": "n"}, "allowed_formats": 1, "location": "DEVICE"}
    assert list(TensorAttributes.model_validate(given).steps("x")) == [
        Call("x", "set_dimension_name", {"index": 0, "name": "n"}),
        Assign("x", "allowed_formats", 1),
        Assign("x", "location", Member("TensorLocation", "DEVICE")),
    ]


def test_an_input_is_told_before_the_first_layer(tmp_path):
    path = tmp_path / "a.yaml"
    path.write_text("""
title: t
inputs:
  x: {values: [1], set: {dynamic_range: [-1, 2.5]}}
network: {y: {identity: {input: x}}}
cases: {a: {}}
""")
    (case,) = load(path).cases
    first, second = case.definition.steps
    assert first == Assign("x", "dynamic_range", (-1, 2.5))
    assert second.method == "add_identity"
