"""Planted bugs sought by `trtexp fuzz`: the define phase of TensorRT-RTX, ONNX Runtime, or the references of a process
without the bug say otherwise."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.util import find_spec
from itertools import islice
from pathlib import Path

import yaml

from mutants.catalogue import Mutant
from mutants.changes import Result
from trtexp.fuzz import asking, network, stages
from trtexp.fuzz.asking import Place
from trtexp.fuzz.network import Data
from trtexp.fuzz.oracle import Sign, Stage
from trtexp.fuzz.rounds import generated
from trtexp.fuzz.subject import subject
from trtexp.fuzz.tally import Round
from trtexp.layers import LAYERS
from trtexp.workers import WorkerSpec

PAGE = Path(__file__).with_name("FOUND.md")
UNSAID: dict[str, str] = yaml.safe_load(Path(__file__).with_name("unsaid.yaml").read_text(encoding="utf-8"))
SECONDS = 120.0  # for one bug
AT_ONCE = 20  # networks
SEED = 16
#: What several layers share -> some that show it.
SHARED = {
    "layers/geometry": ("pooling_nd", "convolution_nd", "deconvolution_nd"),
    "layers/interpolation": ("resize", "grid_sample"),
    "layers/rnn_cell": ("rnn_v2",),
    "layers/window": ("convolution_nd", "deconvolution_nd"),
    "numerics/integers": ("cast", "elementwise"),
    "numerics/accumulators": ("matrix_multiply", "reduce"),
    "numerics/bounded": ("unary", "activation", "elementwise", "loop_output"),
    "numerics/dtypes": ("dequantize", "quantize", "cast"),
    "numerics/pointwise": ("unary", "elementwise", "loop_output"),
    "numerics/sums": ("loop_output", "loop", "recurrence", "matrix_multiply"),
}
ANYWHERE = ("elementwise", "unary", "softmax", "reduce", "cast", "topk", "matrix_multiply")


@dataclass(frozen=True)
class Judge:
    """Who is asked: a device in a stage, for the layers of a release."""

    name: str
    place: Place
    stage: Stage

    @property
    def release(self) -> str:
        return _release(self.place)


RTX = Judge("TensorRT-RTX", WorkerSpec(flavour="tensorrt-rtx"), "define")
ONNX = Judge("ONNX Runtime", "onnxruntime", "run")
REFERENCES = Judge("the references without it", "references", "run")


@dataclass(frozen=True)
class Found:
    """Who found a bug, by which difference, after how many networks and how much time; judge None if nobody did."""

    judge: Judge | None
    sign: Sign | None
    networks: int
    seconds: float


NOBODY = Found(None, None, 0, 0.0)


def judges_of(mutant: Mutant) -> list[Judge]:
    """Those that may find a bug, in the order that they are asked: other programs before the references."""
    wide = isinstance(mutant.change, Result) and mutant.kind == "bound" and mutant.name.endswith(" 100")
    first = [RTX, ONNX] if mutant.kind in ("constraint", "shape") else [] if wide else [ONNX]
    there = {RTX: find_spec("tensorrt_rtx"), ONNX: find_spec("onnxruntime")}
    return [*(judge for judge in first if there[judge]), REFERENCES]


def words_of(mutant: Mutant) -> tuple[str, ...]:
    """The layers around which a bug is sought."""
    if mutant.room in SHARED:
        return SHARED[mutant.room]
    module = f"trtexp.{mutant.room.replace('/', '.')}"
    own = tuple(word for word, model in LAYERS.items() if module in (base.__module__ for base in model.__mro__))
    return own or ANYWHERE


def sought(mutant: Mutant, seconds: float = SECONDS) -> Found:
    """Try networks until one shows the bug, or the time is up; the judges are asked in turns."""
    tried, begun = 0, time.monotonic()
    for judge, word, batch in _in_turns(mutant):
        network._tensor.cache_clear()
        with mutant.change.planted():
            found = stages.judge(judge.place, judge.stage, word, batch)
        network._tensor.cache_clear()
        signs = [(place, each.verdict) for place, each in enumerate(found, 1) if isinstance(each.verdict, Sign)]
        without = stages.judge(judge.place, judge.stage, word, batch) if signs else ()
        before = {each.verdict for each in without}
        for place, sign in signs:
            if sign not in before:
                return Found(judge, sign, tried + place, time.monotonic() - begun)
        tried += len(batch)
        if time.monotonic() - begun > seconds:
            break
    return Found(None, None, tried, time.monotonic() - begun)


def _in_turns(mutant: Mutant) -> Iterator[tuple[Judge, str, list[Data]]]:
    """A batch of each judge, then the next one of each, without end."""
    rows = [(judge, _batches(judge, words_of(mutant))) for judge in judges_of(mutant)]
    while True:
        for judge, batches in rows:
            for word, batch in islice(batches, 1):
                yield judge, word, batch


def _batches(judge: Judge, words: Sequence[str]) -> Iterator[tuple[str, list[Data]]]:
    """Networks without end, each layer in its turn."""
    offered = [word for word in words if subject(word, judge.release) is not None]
    number = 0
    while offered:
        for word in offered:
            yield word, generated(Round(word, judge.release, SEED, number, AT_ONCE, judge.stage))
        number += 1


@cache
def _release(place: Place) -> str:
    return asking.release_of(place)[0]
