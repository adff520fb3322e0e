"""A network that is run by ONNX Runtime, as an outcome."""

from __future__ import annotations

import numpy as np
import onnxruntime

from trtexp.engine.outcome import Outcome
from trtexp.export import Inexpressible, model
from trtexp.fuzz.network import Data, network
from trtexp.fuzz.onnx_runtime.session import Refused, made_by, run
from trtexp.fuzz.replies import Reply, Told
from trtexp.fuzz.values import case_of
from trtexp.numerics import decode

VERSION = ".".join(onnxruntime.__version__.split(".")[:2])


def onnx_runtime(word: str, data: Data) -> Reply:
    """What ONNX Runtime makes of a network that ONNX has words for."""
    case = case_of(network(data), None)
    weights = {name: made.array for name, made in case.weights.items()}
    outputs, tensors = case.definition.outputs, case.evaluation().tensors
    try:
        made = model("generated", case.definition.inputs, weights, case.layers, outputs, tensors)
        found = run(made, {name: np.asarray(decode(array)) for name, array in case.feeds.items()})
    except (Inexpressible, Refused) as said:
        return Reply((Told(Outcome("unsupported", "define", str(said))),))
    except Exception as error:  # what it refuses and nobody has listed
        return Reply((Told(Outcome("error", "run", " ".join(str(error).split()))),))
    answer = Outcome("ran", outputs=dict(zip(outputs, found, strict=True)))
    return Reply((Told(answer),), {name: made_by(made, name) for name in outputs})
