"""Networks in records: tensors, API calls, which layer takes what, and how a window slides over its input."""

from __future__ import annotations

from typing import Literal

from trtexp.records.facts import Record
from trtexp.records.tensors import TensorRecord

SlidingKind = Literal["convolution", "deconvolution", "pooling"]


class LayerRecord(Record):
    """A layer and its tensors by name. method: without `add_`; within: the loop or the conditional that owns it.
    called: its name in the model that it was imported from."""

    name: str
    method: str
    takes: list[str] = []
    makes: list[str] = []
    within: str | None = None
    called: str | None = None


class NetworkRecord(Record):
    """A network: its tensors by name, its API calls as lines of Python, and its layers if there are three or more.

    Of a case it holds what the file's base does not: the tensors that the base lacks or has otherwise, and either all
    lines, layers and outputs or none.
    """

    inputs: dict[str, TensorRecord]
    weights: dict[str, TensorRecord]
    lines: list[str]
    layers: list[LayerRecord] = []
    outputs: list[str] = []


class SlidingAxis(Record):
    """One spatial dimension. size: elements of the input; taps: of the window, `dilation` apart; stride: from one
    window to the next, for a deconvolution from one input to the next in the output; pre, post: elements padded before
    and after, for a deconvolution cut off; out: elements of the output."""

    size: int
    taps: int
    stride: int = 1
    dilation: int = 1
    pre: int = 0
    post: int = 0
    out: int


class SlidingWindow(Record):
    """How the window of the first such layer of a case meets its input, over rows and columns.

    input, kernel: tensors of the case's network; kernel: None for a pooling, or where it is not given as weights.
    """

    case: str
    layer: str
    kind: SlidingKind
    input: str
    kernel: str | None = None
    axes: tuple[SlidingAxis, SlidingAxis]
