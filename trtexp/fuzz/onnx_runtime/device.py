"""A network that is run by ONNX Runtime, as an outcome."""

from __future__ import annotations

import re
from collections.abc import Mapping

import numpy as np
import onnxruntime

from trtexp.engine.outcome import Outcome
from trtexp.export import Inexpressible, model
from trtexp.fuzz.network import Data, network
from trtexp.fuzz.onnx_runtime.session import Refused, made_by, run
from trtexp.fuzz.replies import Reply, Told
from trtexp.fuzz.values import case_of
from trtexp.layers.base import Layer
from trtexp.numerics import UNIT, Bounded, decode
from trtexp.numerics.integers import RANGE

CASTS = ("add_cast", "add_identity")
VERSION = ".".join(onnxruntime.__version__.split(".")[:2])


def onnx_runtime(word: str, data: Data) -> Reply:
    """What ONNX Runtime makes of a network that ONNX has words for."""
    case = case_of(network(data), None)
    weights = {name: made.array for name, made in case.weights.items()}
    outputs, tensors = case.definition.outputs, case.evaluation().tensors
    if beyond(case.layers, tensors):
        return Reply(
            (Told(Outcome("unsupported", "define", "a cast of what is beyond the range, which ONNX leaves open")),)
        )
    try:
        made = model("generated", case.definition.inputs, weights, case.layers, outputs, tensors)
        found = run(made, {name: np.asarray(decode(array)) for name, array in case.feeds.items()})
    except (Inexpressible, Refused) as error:
        return Reply((Told(Outcome("unsupported", "define", str(error))),))
    except Exception as error:  # what it refuses and nobody has listed
        return Reply((Told(Outcome("error", "run", said(error))),))
    answer = Outcome("ran", outputs=dict(zip(outputs, found, strict=True)))
    return Reply((Told(answer),), {name: made_by(made, name) for name in outputs})


def beyond(layers: Mapping[str, Layer], tensors: Mapping[str, Bounded]) -> bool:
    """Whether a layer makes integers of NaN, or of floats beyond their range. The runtime has for these what its
    processor gives."""
    for name, layer in layers.items():
        if layer.method in CASTS and name in tensors and (dtype := tensors[name].dtype) in RANGE:
            low, high = RANGE[dtype]
            for _, given in layer.input_tensors().values():
                x = tensors.get(given)
                if x is not None and x.dtype in UNIT and not ((x.ref > low - 1.0) & (x.ref < high + 1.0)).all():
                    return True
    return False


def said(error: Exception) -> str:
    """An error of ONNX Runtime without the places of its sources and the names of nodes."""
    text = " ".join(str(error).split())
    operator = re.search(r"running (\w+) node", text)
    last = re.sub(r"\S*/\S+:\d+ ", "", text.partition("Status Message: ")[2] or text)
    return f"{operator[1]}: {last}" if operator else last
