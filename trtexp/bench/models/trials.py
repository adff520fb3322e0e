"""Models judged clean, and with faults in them: how many tensors are accused, and who is named first."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from onnx import ModelProto

from trtexp.bench.models.plant import Fault, draw
from trtexp.blame.devices import NoTensors, OnnxRuntime
from trtexp.blame.local import look
from trtexp.blame.subject import Subject, of_import
from trtexp.blame.worlds import worlds
from trtexp.definition.network import Array, BuildOptions, NetworkDefinition
from trtexp.engine.outcome import Outcome
from trtexp.engine.session import Session
from trtexp.models.importing import imported, renamed
from trtexp.models.source import Given, model
from trtexp.numerics import decode
from trtexp.records.blame import Blame, Found, Look

LEAST = 1e-3  # of the size of a tensor: a fault that changes less is no fault of that kind

#: name -> (the file's name, the shapes of its inputs).
MODELS: Mapping[str, tuple[str, Mapping[str, tuple[int, ...]]]] = {
    "magika": ("model.onnx", {"bytes": (1, 2048)}),
    "common": ("common.onnx", {"input1": (1, 1, 64, 160)}),
    "common_det": ("common_det.onnx", {"images": (1, 3, 416, 416)}),
    "det": ("ch_PP-OCRv4_det_infer.onnx", {"x": (1, 3, 320, 320)}),
    "rec": ("ch_PP-OCRv4_rec_infer.onnx", {"x": (1, 3, 48, 160)}),
    "cls": ("ch_ppocr_mobile_v2.0_cls_infer.onnx", {"x": (1, 3, 48, 192)}),
}


@dataclass(frozen=True)
class Clean:
    """The model as it is. seconds: of CPU time that judging took."""

    name: str
    layers: int
    found: tuple[Found, ...]
    seconds: float


@dataclass(frozen=True)
class Trial:
    """One fault. change: of the altered node's tensors, by their size. first: whom blame names first, empty if nobody.
    named: how many tensors it accuses."""

    model: str
    fault: Fault
    change: float
    first: str
    named: int

    @property
    def right(self) -> bool:
        return self.first in self.fault.tensors


class Trials:
    """One model: its subject, and what ONNX Runtime gives of it."""

    def __init__(self, name: str, path: Path) -> None:
        self.name, self.path = name, path
        self.data = path.read_bytes()
        self.subject = self._subject()
        self.device = OnnxRuntime(self.data, self._network())
        self.clean: Mapping[str, Array] = self.device.tensors(self.subject, self.device.gives(self.subject))

    def _network(self) -> Any:
        assert self.subject.network is not None
        return self.subject.network

    def _subject(self) -> Subject:
        session = Session("tensorrt-rtx")

        def read_back(definitions: Sequence[NetworkDefinition]) -> list[Outcome]:
            return [session.define(each, read=True) for each in definitions]

        definition, inputs = model(self.data, self.path.name, Given(MODELS[self.name][1]), "tensorrt-rtx")
        (outcome,) = read_back([definition])
        network = imported(outcome, read_back, self.path.name, session.release.name)
        return of_import(renamed(network, inputs, {}), self.name, BuildOptions(), "tensorrt-rtx", None)

    def judged(self) -> Clean:
        """The control."""
        start = time.process_time()
        found = tuple(each.found for each in look(self.subject, self.clean, worlds(self.subject, False)))
        return Clean(self.name, len(self.subject.layers), found, time.process_time() - start)

    def planted(self, rng: np.random.Generator) -> Trial | None:
        """One fault; None where ONNX Runtime refuses the altered model, or it changes too little."""
        before, altered = self.device.model, ModelProto()
        altered.CopyFrom(before)
        fault = draw(altered, rng)
        if fault is None:
            return None
        self.device.model = altered
        try:
            given = self.device.tensors(self.subject, self.device.gives(self.subject))
        except NoTensors:
            return None
        finally:
            self.device.model = before
        change = self._change(fault, given)
        if not change > LEAST:
            return None
        other = {name for name, array in given.items() if not np.array_equal(array.bits, self.clean[name].bits)}
        layers = {name for name, layer in self.subject.layers.items() if other & {*layer.output_tensors(name)}}
        try:
            seen = look(self.subject, given, worlds(self.subject, False), only=layers)
            found = [each.found for each in seen]
        except ValueError:
            return None
        guilty = Blame(
            title=self.name, device=self.device.name, layers=0, looks=[Look(way="outputs", found=found)]
        ).guilty
        return Trial(self.name, fault, change, guilty[0][1].model if guilty else "", len(guilty))

    def _change(self, fault: Fault, given: Mapping[str, Array]) -> float:
        """The largest change of a value of the altered node, by the root mean square of its tensor."""
        ours = {model: name for name, model in self.subject.names.items()}
        changes = [0.0]
        for name in (ours[tensor] for tensor in fault.tensors if ours.get(tensor) in given):
            one, other = (decode(each[name]).astype(np.float64) for each in (self.clean, given))
            if one.shape != other.shape:
                return 0.0
            with np.errstate(all="ignore"):
                size, most = (
                    float(np.sqrt(np.mean(one * one))),
                    float(np.nan_to_num(np.abs(other - one), nan=np.inf).max(initial=0.0)),
                )
            changes.append(most / size if size else float(most > 0))
        return max(changes)


def trials(every: Sequence[Trials], seed: int, count: int) -> Iterator[Trial]:
    """Faults until so many change their tensor, each in a model that is drawn."""
    rng = np.random.default_rng(seed)
    made = 0
    while made < count:
        trial = every[int(rng.integers(len(every)))].planted(rng)
        if trial is not None:
            made += 1
            yield trial
