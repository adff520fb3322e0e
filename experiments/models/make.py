"""Writes the models in this folder: small, and of an opset and IR version that TensorRT 8.5 reads.

python experiments/models/make.py; it needs the package onnx.
"""

from __future__ import annotations

from pathlib import Path

import onnx
from onnx import TensorProto, helper

FOLDER = Path(__file__).parent
OPSET, IR = 13, 7
FLOAT = TensorProto.FLOAT


def value(name: str, shape: list[int | str], element: int = FLOAT) -> onnx.ValueInfoProto:
    return helper.make_tensor_value_info(name, element, shape)


def write(
    name: str,
    nodes: list[onnx.NodeProto],
    inputs: list[onnx.ValueInfoProto],
    outputs: list[onnx.ValueInfoProto],
    initializers: list[onnx.TensorProto] | None = None,
) -> None:
    graph = helper.make_graph(nodes, name, inputs, outputs, initializers)
    operators = [
        helper.make_opsetid(domain, OPSET if not domain else 1) for domain in sorted({n.domain for n in nodes})
    ]
    model = helper.make_model(graph, opset_imports=operators, ir_version=IR, producer_name="trtexp")
    onnx.checker.check_model(model, full_check=all(not node.domain for node in nodes))
    (FOLDER / f"{name}.onnx").write_bytes(model.SerializeToString(deterministic=True))


def main() -> None:
    write("relu", [helper.make_node("Relu", ["x"], ["y"])], [value("x", [2, 3])], [value("y", [2, 3])])

    powers = helper.make_tensor("w", FLOAT, [1, 1, 3, 3], [10.0**k for k in range(4, -5, -1)])
    window = {"strides": [2, 2], "pads": [1, 0, 0, 1]}  # rows: one off the front; columns: one off the back
    deconvolution = helper.make_node("ConvTranspose", ["x", "w"], ["y"], kernel_shape=[3, 3], **window)
    write("convtranspose", [deconvolution], [value("x", [1, 1, 3, 3])], [value("y", [1, 1, 6, 6])], [powers])

    batch = [helper.make_node("Mul", ["x", "row"], ["y"])]
    row = helper.make_tensor("row", FLOAT, [3], [1.0, 10.0, 100.0])
    write("batch", batch, [value("x", ["batch", 3])], [value("y", ["batch", 3])], [row])

    two = [
        helper.make_node("TopK", ["x", "k"], ["largest", "where"], axis=1, largest=1, sorted=1),
        helper.make_node("ReduceSum", ["x", "axes"], ["sum"], keepdims=0),
    ]
    numbers = [helper.make_tensor(n, TensorProto.INT64, [1], [v]) for n, v in (("k", 2), ("axes", 1))]
    write("two_outputs", two, [value("x", [2, 4])], [value("sum", [2]), value("largest", [2, 2])], numbers)

    fancy = helper.make_node("Fancy", ["x"], ["y"], name="fancy_1", domain="nowhere")
    write("unknown_operator", [fancy], [value("x", [2, 3])], [value("y", [2, 3])])


if __name__ == "__main__":
    main()
