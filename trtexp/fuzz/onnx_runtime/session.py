"""A model run by ONNX Runtime on the CPU, with one thread and as it is written: no graph is optimized."""

from __future__ import annotations

import re
from collections.abc import Mapping

import numpy as np
import onnx
import onnxruntime

from trtexp.definition.network import DTYPES, Array
from trtexp.export.writer import TYPES

#: What ONNX Runtime answers -> the reason, with the group of the pattern.
REFUSALS = {
    r"Could not find an implementation for (\w+)": "no kernel ({})",
    r"No corresponding Numpy type for Tensor Type|can't be converted to MLDataType": "no array",
    r"LRN<T>::LRN\(.* alpha_ > 0.0f was false": "not taken (LRN)",
    r"running Resize node.* 'Linear' mode only supports": "not taken (Resize)",
    r"running ConvTranspose node.* Computed output dimension is <= 0": "not taken (ConvTranspose)",
}
DTYPE = {f"tensor({'float' if name == 'float32' else name})": name for name in TYPES} | {
    "tensor(float8e4m3fn)": "float8e4m3"
}

onnxruntime.set_default_logger_severity(4)  # its messages arrive as exceptions, too
OPTIONS = onnxruntime.SessionOptions()
OPTIONS.intra_op_num_threads = OPTIONS.inter_op_num_threads = 1
OPTIONS.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_DISABLE_ALL


class Refused(Exception):
    """ONNX Runtime does not run the model; the text is a reason."""


def run(model: onnx.ModelProto, feeds: Mapping[str, np.ndarray]) -> list[Array]:
    """The outputs. Raises Refused for a reason that is known, and what ONNX Runtime raises for others."""
    try:
        session = onnxruntime.InferenceSession(model.SerializeToString(), OPTIONS, providers=["CPUExecutionProvider"])
        found = session.run(None, dict(feeds))
    except Exception as error:
        raise known(error) from error
    return [array(given.type, np.asarray(values)) for given, values in zip(session.get_outputs(), found, strict=True)]


def made_by(model: onnx.ModelProto, tensor: str) -> str:
    """The operator that makes a tensor."""
    return str(next(node.op_type for node in model.graph.node if tensor in node.output))


def known(error: Exception) -> Exception:
    """A refusal that REFUSALS lists, else the error itself."""
    for pattern, reason in REFUSALS.items():
        if match := re.search(pattern, " ".join(str(error).split())):
            return Refused(reason.format(*match.groups()))
    return error


def array(kind: str, values: np.ndarray) -> Array:
    """An output with its bits; numpy has no name for the types of 8 bits, which come as bytes."""
    dtype = DTYPE[kind]
    return Array(dtype, values.shape, np.ascontiguousarray(values).reshape(-1).view(DTYPES[dtype][0]))
