"""A case that is given as an ONNX model: its layers are those that TensorRT's parser made of it."""

from __future__ import annotations

from dataclasses import replace

from trtexp.engine.outcome import Outcome
from trtexp.layers.reading import Unread
from trtexp.models.network import of_records
from trtexp.numerics import decode
from trtexp.spec.case import Case
from trtexp.spec.make import Made


def with_layers(case: Case, outcome: Outcome | None) -> Case:
    """The case with the layers that were read back, so that it has a reference; as it is where there are none, or
    trtexp has no model of one of them. Every attribute of theirs counts as assigned."""
    if outcome is None or outcome.network is None or case.layers:
        return case
    try:
        network = of_records(outcome.network, {})
    except Unread:
        return case
    names = network.naming.tensors
    return replace(
        case,
        layers=network.layers,
        weights={name: Made(decode(array), array) for name, array in network.weights.items()},
        names={name: names[name] for name in (*case.inputs, *case.definition.outputs) if name in names},
        _evaluations={},
    )
