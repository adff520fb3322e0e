"""One file per layer family: the model of each `add_…` method and beside it its float64 reference with its bound.

To add a layer: write its file, the small network that `trtexp new` starts from included, then add a line to `table.py`.

May import numerics, definition, numpy and pydantic; neither YAML nor files nor TensorRT.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from importlib import import_module
from typing import TYPE_CHECKING

from trtexp.layers.table import TABLE

if TYPE_CHECKING:
    from trtexp.layers.base import Layer


class _Layers(Mapping[str, "type[Layer]"]):
    """Imports a model when it is asked for: an experiment needs two or three of them."""

    def __getitem__(self, word: str) -> type[Layer]:
        module, _, name = TABLE[word].partition(".")
        model: type[Layer] = getattr(import_module(f"trtexp.layers.{module}"), name)
        return model

    def __iter__(self) -> Iterator[str]:
        return iter(TABLE)

    def __len__(self) -> int:
        return len(TABLE)

    def __contains__(self, word: object) -> bool:
        return word in TABLE


LAYERS = _Layers()
