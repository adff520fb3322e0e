"""A real blame for the reports: a fault planted in a model, dumped by ONNX Runtime, and judged by the command."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import onnx

from trtexp.bench.models.plant import draw
from trtexp.bench.models.trials import Trials
from trtexp.numerics import decode

KIND = "HardSigmoid: alpha"
DUMP, MOST = "planted.npz", 500


def example(model: Trials, seed: int, work: Path, to: Path) -> str:
    """Write the page, and say what was planted. work: a folder for the dump; to: where the page goes."""
    rng, before = np.random.default_rng(seed), model.device.model
    for _ in range(MOST):
        altered = onnx.ModelProto()
        altered.CopyFrom(before)
        fault = draw(altered, rng)
        if fault is not None and fault.kind == KIND:
            break
    else:
        return f"no {KIND} was drawn"
    model.device.model = altered
    given = model.device.tensors(model.subject, model.device.gives(model.subject))
    model.device.model = before
    names = model.subject.names
    arrays: dict[str, Any] = {names[name]: decode(array) for name, array in {**model.subject.feeds, **given}.items()}
    np.savez(work / DUMP, **arrays)
    shapes = [f"--shape={names[name]}={'x'.join(map(str, array.shape))}" for name, array in model.subject.feeds.items()]
    command = [sys.executable, "-m", "trtexp", "blame", str(model.path.absolute()), *shapes, "--tensors", DUMP]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join([str(Path.cwd()), os.environ.get("PYTHONPATH", "")])}
    subprocess.run([*command, "-o", str(to.absolute())], cwd=work, env=environment, check=False)
    return fault.what
