"""Polygraphy's comparison of all tensors, and blame, on the same planted fault."""

from __future__ import annotations

import importlib.metadata
import re
import resource
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import onnx

from trtexp.bench.measure import Broken, Figure, process
from trtexp.bench.models.plant import draw
from trtexp.bench.models.trials import Trials
from trtexp.numerics import decode

ANSWERS = (0, 1)  # what both end with: 1 where something differs
#: Polygraphy has no `__main__`.
POLYGRAPHY = "import sys; from polygraphy.tools import main; sys.exit(main())"
LOADER = """\
import numpy as np


def load_data():
    yield {{name: np.load("{folder}/" + name + ".npy") for name in {names}}}
"""


def timed(command: Sequence[str], codes: Sequence[int] = (0,)) -> tuple[Figure, float]:
    """A process, and the seconds of CPU time that it and its own took: others may use the machine, too."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    figure = process(command, codes)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return figure, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def beside(model: Trials, seed: int, folder: Path) -> Mapping[str, Any] | None:
    """What both say, and what that took; None where Polygraphy is not installed or cannot run the model."""
    try:
        version = importlib.metadata.version("polygraphy")
    except importlib.metadata.PackageNotFoundError:
        return None
    altered = onnx.ModelProto()
    altered.CopyFrom(model.device.model)
    fault = draw(altered, np.random.default_rng(seed))
    if fault is None:
        return None
    (folder / "clean.onnx").write_bytes(model.device.model.SerializeToString())
    (folder / "altered.onnx").write_bytes(altered.SerializeToString())
    feeds = {model.subject.names[name]: decode(array) for name, array in model.subject.feeds.items()}
    inputs = []
    for name, values in feeds.items():
        np.save(folder / f"{name}.npy", values)
        inputs += ["--input", f"{name}={folder / name}.npy"]
    names = list(feeds)
    (folder / "feed.py").write_text(LOADER.format(folder=str(folder), names=names), encoding="utf-8")
    run = [sys.executable, "-c", POLYGRAPHY, "run"]
    data = ["--onnxrt", "--data-loader-script", str(folder / "feed.py"), "--onnx-outputs", "mark", "all"]
    golden, saved = folder / "golden.json", folder / "altered.json"
    try:
        first, one = timed([*run, str(folder / "clean.onnx"), *data, "--save-outputs", str(golden)])
        compared = ["--save-outputs", str(saved), "--load-outputs", str(golden)]
        second, two = timed([*run, str(folder / "altered.onnx"), *data, *compared], ANSWERS)
    except Broken:
        return None
    command = [sys.executable, "-m", "trtexp", "blame", str(model.path), *inputs, "--tensors", str(saved)]
    ours, three = timed(command, ANSWERS)
    failed = re.findall(r"FAILED \| Output: '(.*?)'", second.said)
    named = next((line for line in ours.said.splitlines() if "guilty" in line), "nothing")
    return {
        "model": model.name,
        "what": fault.what,
        "version": version,
        "theirs": one + two,
        "their_memory": max(first.memory, second.memory),
        "their_answer": f"{len(failed)} tensors differ, the first: {failed[0]}" if failed else "no tensor differs",
        "ours": three,
        "our_memory": ours.memory,
        "our_answer": named.partition(": ")[2],
    }
