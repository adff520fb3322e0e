"""What the tests of review and accept share: an experiment, and a TensorRT that shows what it is told."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from runs import Answers

from trtexp.engine.outcome import Outcome
from trtexp.files.home import PENDING
from trtexp.numerics import encode
from trtexp.running.pending import pending
from trtexp.spec.case import Case

HEAD = "title: t\ninputs:\n  x: {shape: [4], arange: {start: 1}}\nnetwork:\n  i: {identity: {input: x}}\n"
MANY = "cases:\n" + "".join(f"  {name}: {{expect: {{i: {{values: [1, 2, 3, 5]}}}}}}\n" for name in "abc")
REFUSED = Outcome("error", "build", "[network.cpp::add::12] kernel (3) 'too' large")


class Observed(Answers):
    """Gives what it is told for a case, else what the reference gives: values, or an outcome."""

    def __init__(self, told: Mapping[str, Any], version: str = "8.6.0") -> None:
        super().__init__(version)
        self.told = told

    def answer(self, case: Case) -> Outcome:
        told = self.told.get(case.name)
        if isinstance(told, Outcome):
            return told
        made = super().answer(case)
        if told is None:
            return made
        return Outcome("ran", outputs={name: encode(np.array(told), t.dtype) for name, t in made.outputs.items()})


def names() -> list[str]:
    """The pending cases, with the version that showed them."""
    return [f"{one.case.name} {one.report.release.version}" for one in pending(PENDING)]
