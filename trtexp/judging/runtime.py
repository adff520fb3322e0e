"""What ONNX Runtime makes of a model, where it is installed: a fourth opinion, beside the three that are judged.

It runs in a process of its own with a limit of time: a model may loop for ever, or take its process with it.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
from functools import cache
from importlib import metadata
from pathlib import Path

import numpy as np

from trtexp.definition.network import DTYPES, Array
from trtexp.judging.pairs import against, numbers
from trtexp.judging.recording import comparison
from trtexp.models.npz import npz
from trtexp.numerics import Bounded
from trtexp.records.model import CaseRecord, OutputRecord, RuntimeRecord
from trtexp.records.tensors import tensor_record
from trtexp.spec.case import Case

SECONDS = 20.0  # that a model may take
#: A program of its own, which needs nothing of this package.
_PROGRAM = """\
import sys
import numpy as np
import onnxruntime
options = onnxruntime.SessionOptions()
options.intra_op_num_threads, options.log_severity_level = 1, 4
options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_DISABLE_ALL
session = onnxruntime.InferenceSession("m.onnx", options, providers=["CPUExecutionProvider"])
types = {each.name: each.type for each in session.get_inputs()}
with np.load("feeds.npz") as file:
    feeds = {name: file[name].astype(np.int64) if types[name] == "tensor(int64)" else file[name] for name in types}
names = sys.argv[1:]
np.savez("found.npz", **{f"o{i}": value for i, value in enumerate(session.run(names, feeds))})
"""


def with_runtime(case: Case, record: CaseRecord) -> CaseRecord:
    """The record of a model that has a reference, with what ONNX Runtime says of each output; as it is where that is
    not installed, or does not run the model."""
    if not case.names or (version := _version()) is None:
        return record
    known = {each.name: case.evaluation().tensors.get(each.name) for each in record.outputs}
    names = [name for name, reference in known.items() if reference is not None]
    found = run(case, names) if names else {}
    outputs = [_with(each, known[each.name], found.get(each.name), version) for each in record.outputs]
    return record.model_copy(update={"outputs": outputs})


def run(case: Case, names: list[str]) -> dict[str, Array]:
    """Outputs of the model by name; none where it cannot be run."""
    model, feeds = case.definition.weights[case.definition.models[0]], case.feeds
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder)
        (place / "m.onnx").write_bytes(model.to_bytes())
        (place / "feeds.npz").write_bytes(npz(feeds))
        command = [sys.executable, "-I", "-c", _PROGRAM, *names]
        try:
            done = subprocess.run(command, cwd=place, capture_output=True, timeout=SECONDS, check=False)
            if done.returncode != 0:
                return {}
            with np.load(place / "found.npz", allow_pickle=False) as file:
                values = [file[f"o{i}"] for i in range(len(names))]
        except (OSError, ValueError, subprocess.TimeoutExpired):
            return {}
    held = {name: value for name, value in zip(names, values, strict=True) if value.dtype.name in DTYPES}
    return {name: Array(value.dtype.name, value.shape, value.reshape(-1).copy()) for name, value in held.items()}


def _with(output: OutputRecord, reference: Bounded | None, found: Array | None, version: str) -> OutputRecord:
    if reference is None or found is None or found.shape != reference.shape:
        return output
    pair = against(numbers(found), reference, lambda values: np.broadcast_to(reference.bound, values.shape))
    made = RuntimeRecord(version=version, tensor=tensor_record(found), compared=comparison(pair))
    return output.model_copy(update={"runtime": made})


@cache
def _version() -> str | None:
    try:
        return metadata.version("onnxruntime")
    except metadata.PackageNotFoundError:
        return None
