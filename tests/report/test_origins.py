"""Pages say what a model calls the layers and outputs that were imported from it."""

from trtexp.judging.case import record_case
from trtexp.report.mermaid import graph
from trtexp.report.tensors import output_lines
from trtexp.running.report_head import network

TEXT = """\
title: t
inputs: {x: {shape: [2], full: 1}}
network:
  a: {activation: {input: x, type: RELU}, origin: {layer: Relu_0, tensor: "/relu", node: Relu_0}}
  b: {unary: {input: a, op: NEG}, origin: {layer: Neg_1}}
  c: {unary: {input: b, op: NEG}}
outputs: [a, b, c]
"""


def test_an_output_has_the_name_of_its_tensor(load):
    (case,) = load(TEXT).cases
    first, second, third = record_case(case, None).outputs
    assert output_lines(first)[0].startswith("a  float32 2  (in the model /relu)")
    assert second.called is None and third.called is None


def test_a_graph_has_the_names_of_tensors_or_layers(load):
    made = network(load(TEXT).cases[0])
    assert [layer.called for layer in made.layers] == ["/relu", "Neg_1", None]
    text = graph(made.layers, made.outputs)
    assert '"a<br>activation<br>/relu"' in text and '"b<br>unary<br>Neg_1"' in text and '"c<br>unary"' in text
