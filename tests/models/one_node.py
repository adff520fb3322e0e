"""Small ONNX models, one for each kind of layer that TensorRT's parser makes, as bytes."""

from collections.abc import Mapping
from typing import Any

import ml_dtypes
import numpy as np
from onnx import TensorProto, helper, numpy_helper

F, BF, I64, B = TensorProto.FLOAT, TensorProto.BFLOAT16, TensorProto.INT64, TensorProto.BOOL
OPSET = 20


def model(
    nodes: list[Any],
    inputs: Mapping[str, tuple[int, list[Any]]],
    constants: Mapping[str, Any] | None = None,
    outputs: Mapping[str, int] | None = None,
    opset: int = OPSET,
) -> bytes:
    """inputs: types and shapes; constants: of numpy, or TensorProto; outputs: types, y of float32 if left out."""
    given = [helper.make_tensor_value_info(name, *form) for name, form in inputs.items()]
    made = [helper.make_tensor_value_info(name, kind, None) for name, kind in (outputs or {"y": F}).items()]
    weights = [
        numpy_helper.from_array(value, name) if isinstance(value, np.ndarray) else value
        for name, value in (constants or {}).items()
    ]
    graph = helper.make_graph(nodes, "graph", given, made, weights)
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", opset)], ir_version=9).SerializeToString()


def node(kind: str, inputs: str, outputs: str = "y", **attributes: Any) -> Any:
    """Inputs and outputs by their names with blanks between; a dash stands for one that is left out."""
    names = ["" if name == "-" else name for name in inputs.split()]
    return helper.make_node(kind, names, outputs.split(), name=f"{kind}_0", **attributes)


def floats(*shape: int) -> np.ndarray:
    return np.arange(1, np.prod(shape) + 1, dtype=np.float32).reshape(shape)


def whole(*values: int) -> np.ndarray:
    return np.array(values, np.int64)


def scalar(value: Any, dtype: Any) -> np.ndarray:
    return np.array(value, dtype)


def _loop() -> bytes:
    body = helper.make_graph(
        [node("Add", "s x", "more"), node("Identity", "going", "on")],
        "body",
        [
            helper.make_tensor_value_info("i", I64, []),
            helper.make_tensor_value_info("going", B, []),
            helper.make_tensor_value_info("s", F, [2]),
        ],
        [helper.make_tensor_value_info("on", B, []), helper.make_tensor_value_info("more", F, [2])],
    )
    return model(
        [node("Loop", "n yes x", "y", body=body)],
        {"x": (F, [2])},
        {"n": scalar(3, np.int64), "yes": scalar(True, bool)},
    )


def _if() -> bytes:
    def branch(kind: str) -> Any:
        return helper.make_graph([node(kind, "x", kind)], kind, [], [helper.make_tensor_value_info(kind, F, [2])])

    return model([node("If", "c", then_branch=branch("Neg"), else_branch=branch("Abs"))], {"x": (F, [2]), "c": (B, [])})


def _bfloat16() -> bytes:
    bits = np.array([1.0, -2.5, 3.0], ml_dtypes.bfloat16)
    weights = helper.make_tensor("w", BF, [3], bits.tobytes(), raw=True)
    return model([node("Mul", "x w")], {"x": (BF, [2, 3])}, {"w": weights}, {"y": BF})


X = {"x": (F, [2, 3])}
IMAGE = {"x": (F, [1, 2, 4, 4])}
MODELS = {
    "loop": _loop(),
    "if": _if(),
    "bfloat16": _bfloat16(),
    "topk": model([node("TopK", "x k", "y i", axis=1)], X, {"k": whole(2)}, {"y": F, "i": I64}),
    "layer_normalization": model([node("LayerNormalization", "x s b", axis=-1)], X, {"s": floats(3), "b": floats(3)}),
    "group_normalization": model(
        [node("GroupNormalization", "x s b", num_groups=2)], IMAGE, {"s": floats(2), "b": floats(2)}
    ),
    "instance_normalization": model([node("InstanceNormalization", "x s s")], IMAGE, {"s": floats(2)}),
    "quantize": model(
        [node("QuantizeLinear", "x s z", "q"), node("DequantizeLinear", "q s z")],
        X,
        {"s": scalar(0.5, np.float32), "z": scalar(0, np.int8)},
    ),
    "nms": model(
        [node("NonMaxSuppression", "b s m t")],
        {"b": (F, [1, 6, 4]), "s": (F, [1, 1, 6])},
        {"m": whole(3), "t": np.array([0.5], np.float32)},
        {"y": I64},
    ),
    "range": model(
        [node("Range", "a b c")],
        {},
        {"a": scalar(0, np.int64), "b": scalar(6, np.int64), "c": scalar(2, np.int64)},
        {"y": I64},
    ),
    "random": model([node("RandomUniformLike", "x")], X),
    "einsum": model([node("Einsum", "x w", equation="ij,kj->ik")], X, {"w": floats(4, 3)}),
    "where": model([node("Where", "c x x")], {**X, "c": (B, [2, 3])}),
    "gather_elements": model([node("GatherElements", "x i", axis=1)], X, {"i": np.zeros((2, 2), np.int64)}),
    "pad": model([node("Pad", "x p")], X, {"p": whole(0, 1, 0, 1)}),
    "grid_sample": model([node("GridSample", "x g")], {**IMAGE, "g": (F, [1, 3, 3, 2])}),
    "one_hot": model([node("OneHot", "i d v")], {"i": (I64, [3])}, {"d": scalar(4, np.int64), "v": floats(2)}),
    "scatter": model([node("ScatterND", "x i u")], X, {"i": np.zeros((1, 1), np.int64), "u": floats(1, 3)}),
    "cumsum": model([node("CumSum", "x a")], X, {"a": scalar(1, np.int64)}),
    "deconvolution": model([node("ConvTranspose", "x w", strides=[2, 2])], IMAGE, {"w": floats(2, 1, 3, 3)}),
    "resize": model([node("Resize", "x - s", mode="linear")], IMAGE, {"s": np.array([1, 1, 2, 1.5], np.float32)}),
    "lstm": model(
        [node("LSTM", "t w r", "- h", hidden_size=2)],
        {"t": (F, [3, 1, 2])},
        {"w": floats(1, 8, 2), "r": floats(1, 8, 2)},
        {"h": F},
    ),
    "open_shape": model([node("Shape", "x", "s"), node("Reshape", "x s")], {"x": (F, ["n", 3])}),
}
