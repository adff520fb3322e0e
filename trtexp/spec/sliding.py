"""Which layer of a case slides a window over an input of the network, and where the window stops."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal, Protocol, cast

from trtexp.layers.geometry import Axis
from trtexp.spec.case import Case

LARGEST = 9  # rows or columns of an input whose numbers can still be read in a drawing

Kind = Literal["convolution", "deconvolution", "pooling"]

_KINDS: dict[str, Kind] = {
    f"add_{kind}{ending}": kind for kind in ("convolution", "deconvolution", "pooling") for ending in ("", "_nd")
}


class _Slides(Protocol):
    """What the layers of these kinds have in common."""

    def window(self) -> tuple[list[int], ...]: ...

    def axes(self, shape: Sequence[int]) -> list[Axis]: ...


@dataclass(frozen=True)
class Sliding:
    """A layer with its window over rows and columns. kernel: the weights array, None if there is none."""

    layer: str
    kind: Kind
    input: str
    kernel: str | None
    axes: tuple[Axis, Axis]


def sliding(case: Case) -> Sliding | None:
    """The first layer of the network with a window that can be drawn: over an input of at most 9 rows and columns, in
    a case that is not to be refused."""
    return None if case.error or case.crash or case.unsupported else next(_windows(case), None)


def _windows(case: Case) -> Iterator[Sliding]:
    for name, layer in case.layers.items():
        _, tensor = layer.input_tensors().get(0, ((), ""))
        if layer.method in _KINDS and tensor in case.inputs:
            axes = _axes(cast(_Slides, layer), case.inputs[tensor].array.shape)
            kernel = next((array for _, attribute, array in layer.weight_arrays() if attribute == "kernel"), None)
            if axes is not None:
                yield Sliding(name, _KINDS[layer.method], tensor, kernel, axes)


def _axes(layer: _Slides, shape: Sequence[int]) -> tuple[Axis, Axis] | None:
    """The two axes of a window that fits; None for other ranks, and for what the layer itself would refuse."""
    sizes, *rest = layer.window()
    if len(sizes) != 2 or any(len(numbers) != 2 for numbers in rest) or len(shape) < 4 or min(*sizes, *rest[0]) < 1:
        return None
    rows, columns = layer.axes(shape)
    fits = all(axis.out > 0 and axis.dilation > 0 and 0 < axis.size <= LARGEST for axis in (rows, columns))
    return (rows, columns) if fits else None
