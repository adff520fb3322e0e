"""What tests of exported models share: a case as an ONNX model, and what it is fed."""

from __future__ import annotations

import numpy as np
import onnx

from trtexp.export import model
from trtexp.numerics import decode
from trtexp.spec.case import Case


def exported(case: Case) -> onnx.ModelProto:
    """Raises Inexpressible where ONNX has no words for the case."""
    weights = {name: made.array for name, made in case.weights.items()}
    tensors = case.evaluation().tensors
    return model(case.name, case.definition.inputs, weights, case.layers, case.definition.outputs, tensors)


def fed(case: Case) -> dict[str, np.ndarray]:
    """The inputs by name."""
    return {name: np.asarray(decode(array)) for name, array in case.feeds.items()}
