"""What blame found, as it goes to disk as JSON."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict

from trtexp.records.network import LayerRecord

Verdict = Literal["pass", "wide", "guilty", "unjudged"]
Way = Literal["outputs", "sparse", "engine", "tensors"]


class Record(BaseModel):
    """Strict and frozen."""

    model_config = ConfigDict(strict=True, frozen=True, extra="forbid")


class Found(Record):
    """One tensor that a device gave, beside the reference of its layer on the device's own inputs.

    model, node: what the model calls the tensor, and the node that it was made for. ratio: the largest error by what is
    allowed. error: the largest; size: the root mean square of the tensor; impact: error / size. own, inherited: root
    mean squares by size, of the layer's own error and of what came with its inputs. bad: elements outside their
    bounds; index, got, want, allowed: the worst. nan, infinite, flushed: elements that the layer itself made so.
    None stands for what is no finite number.
    """

    layer: str
    tensor: str
    kind: str
    model: str
    node: str
    dtype: str
    shape: list[int]
    verdict: Verdict
    reason: str = ""
    granted: str | None = None
    elements: int = 0
    bad: int = 0
    ratio: float | None = 0.0
    error: float | None = 0.0
    size: float = 0.0
    impact: float = 0.0
    index: list[int] = []
    got: float | None = None
    want: float | None = None
    allowed: float | None = None
    certified: int = 0
    nan: int = 0
    infinite: int = 0
    flushed: int = 0
    own: float | None = None
    inherited: float | None = None

    @property
    def odd(self) -> bool:
        """Whether the layer made a NaN, an infinity or a 0 of its own."""
        return bool(self.nan or self.infinite or self.flushed)


class Look(Record):
    """One way of looking. engines: how many were built; every: of the tensors one in so many was looked at."""

    way: Way
    found: list[Found]
    engines: int = 1
    every: int = 1


class Near(Record):
    """A guilty layer among its neighbours. experiment: the file that it was written to, if it was."""

    tensor: str
    layers: list[LayerRecord]
    experiment: str | None = None


class Blame(Record):
    """Everything of one run. device: what gave the tensors. near: the first of the guilty. lost: what kept the device
    from giving tensors, while others could be judged."""

    title: str
    device: str
    layers: int
    looks: list[Look]
    near: list[Near] = []
    lost: list[str] = []

    @property
    def guilty(self) -> list[tuple[Look, Found]]:
        """Whoever left its bound, the largest impact first, then the largest ratio, then the order of the network."""
        every = [(look, one) for look in self.looks for one in look.found if one.verdict == "guilty"]
        return sorted(
            every, key=lambda pair: (-pair[1].impact, -(pair[1].ratio if pair[1].ratio is not None else 1e300))
        )
