"""Records to and from builtin types (dict, list, str, int, float, bytes, None), as an execnet channel carries them."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from trtexp.definition.facts import Adaptation, LogLine
from trtexp.definition.network import Array, NetworkDefinition
from trtexp.definition.readback import ReadNetwork
from trtexp.engine.outcome import Outcome, Release

Wire = dict[str, Any]


def pack_arrays(arrays: Mapping[str, Array]) -> Wire:
    return {name: {"dtype": a.dtype, "shape": list(a.shape), "data": a.to_bytes()} for name, a in arrays.items()}


def unpack_arrays(data: Mapping[str, Any]) -> dict[str, Array]:
    return {name: Array.from_bytes(a["dtype"], a["shape"], a["data"]) for name, a in data.items()}


def pack_definition(definition: NetworkDefinition) -> tuple[str, dict[str, bytes]]:
    """The canonical JSON, and the weights' bytes by name."""
    return definition.canonical, {name: w.to_bytes() for name, w in definition.weights.items()}


def unpack_definition(text: str, weights: Mapping[str, bytes]) -> NetworkDefinition:
    """Raises ValueError, KeyError or TypeError for what `pack_definition` did not make."""
    return NetworkDefinition.from_json(json.loads(text), weights)


def pack_release(release: Release) -> Wire:
    return asdict(release)


def unpack_release(data: Mapping[str, Any]) -> Release:
    return Release(**data)


def pack_outcome(outcome: Outcome) -> Wire:
    return {
        "status": outcome.status,
        "phase": outcome.phase,
        "message": outcome.message,
        "missing": outcome.missing,
        "outputs": pack_arrays(outcome.outputs),
        "inferred": {name: [dtype, list(shape)] for name, (dtype, shape) in outcome.inferred.items()},
        "log": [[line.severity, line.text] for line in outcome.log],
        "warnings": list(outcome.warnings),
        "notes": [[note.kind, note.subject, note.reason] for note in outcome.notes],
        "seconds": dict(outcome.seconds),
        "repeats": [[count, pack_arrays(outputs)] for count, outputs in outcome.repeats],
        "network": None if (read := outcome.network) is None else [read.to_json(), pack_arrays(read.weights)],
    }


def unpack_outcome(data: Mapping[str, Any]) -> Outcome:
    return Outcome(
        status=data["status"],
        phase=data["phase"],
        message=data["message"],
        missing=data["missing"],
        outputs=unpack_arrays(data["outputs"]),
        inferred={name: (dtype, tuple(shape)) for name, (dtype, shape) in data["inferred"].items()},
        log=tuple(LogLine(severity, text) for severity, text in data["log"]),
        warnings=tuple(data["warnings"]),
        notes=tuple(Adaptation(kind, subject, reason) for kind, subject, reason in data["notes"]),
        seconds=dict(data["seconds"]),
        repeats=tuple((count, unpack_arrays(outputs)) for count, outputs in data["repeats"]),
        network=None if (read := data["network"]) is None else ReadNetwork.from_json(read[0], unpack_arrays(read[1])),
    )
