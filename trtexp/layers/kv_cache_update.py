"""add_kv_cache_update. Source: TensorRT operators reference, KVCacheUpdate; NvInfer.h, IKVCacheUpdateLayer."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Literal

import numpy as np

from trtexp.layers.attention import FLOATS, IOForm
from trtexp.layers.base import GIVEN, Attributes, Kind, Layer, LayerError, Maybe, Tensor
from trtexp.numerics import Bounded, Family, moved
from trtexp.numerics.budget import OF_A_STEP, Work

CacheMode = Annotated[Literal["LINEAR"], Kind("KVCacheMode")]


class KVCacheUpdateAttributes(Attributes):
    """Attributes of an update of a cache."""

    cache_mode: CacheMode = GIVEN
    """How the cache is written; there is one mode."""
    update_form: IOForm = "PADDED_BHND"
    """Padded: (b, d, s, h); packed: (tokens of all batches, d, h), 11.x on."""
    update_lengths: Tensor | None = None
    """int32, 0 and then the cumulated numbers of tokens, (b + 1,); for the packed form."""


class KVCacheUpdate(Layer):
    """Writes new keys or values into a cache: cache (b, d, n, h), update (b, d, s, h), indices (b,) -> (b, d, n, h).

    Of batch i the rows write_indices[i] to write_indices[i] + s - 1 become those of the update. Cache and output are
    one piece of memory.
    C1: shapes as above, s at most n. C2: cache and update are of one float dtype. C3: write indices are int32 or int64,
    in RTX int32 (1.7.1), and no row lies outside the cache. C4: the cache is a network input. C5: the
    packed form alone has lengths, int32 or int64, which rise from 0 to the tokens.
    """

    method, interface = "add_kv_cache_update", "IKVCacheUpdateLayer"
    operands = ("cache", "update", "write_indices", "update_lengths")
    scaffold = """inputs:
          cache: {shape: [1, 2, 2, 1], values: [[[[1], [2]], [[3], [4]]]]}
          new: {shape: [1, 2, 1, 1], values: [[[[-1]], [[-2]]]]}
          first: {values: [1], dtype: int32}
        network: {y: {kv_cache_update: {cache: cache, update: new, write_indices: first, cache_mode: LINEAR}}}"""

    cache: Tensor
    """The cache, a network input."""
    update: Tensor
    """What is written."""
    write_indices: Tensor
    """The first row that is written, for each batch."""
    cache_mode: CacheMode
    set: KVCacheUpdateAttributes = KVCacheUpdateAttributes()

    def check_network(self, name: str, layers: Mapping[str, Layer]) -> None:
        made = {tensor for inner, layer in layers.items() for tensor in layer.output_tensors(inner)}
        if self.check and self.cache in made:
            raise LayerError((self.word, "cache"), f"{self.cache!r} is made by a layer; give a network input [C4]")

    def packed(self) -> bool:
        return self.final.update_form == "PACKED_NHD"

    def check_inputs(
        self, cache: Bounded, update: Bounded, indices: Bounded, lengths: Maybe, *, family: Family | None
    ) -> None:
        if len(cache.shape) != 4:
            self.refuse("cache", f"{list(cache.shape)} given; give (b, d, n, h)", "C1")
        b, d, n, h = cache.shape
        if indices.dtype not in (("int32",) if family == "tensorrt-rtx" else ("int32", "int64")) or indices.shape != (
            b,
        ):
            self.refuse("write_indices", f"{indices.dtype} {list(indices.shape)} given; give {b} integers", "C3")
        if lengths is not None and (lengths.dtype not in ("int32", "int64") or not self.packed()):
            form = self.final.update_form
            self.refuse("update_lengths", f"{lengths.dtype} given with {form}; give int32, with PACKED_NHD", "C5")
        if self.packed():
            wanted: tuple[int, ...] = (*update.shape[:1], d, h)
            ends = np.zeros(0) if lengths is None else lengths.ref
            rising = len(ends) == b + 1 and ends[0] == 0 and (np.diff(ends) >= 0).all()
            if not rising or ends[-1] != update.shape[0]:
                self.refuse("update_lengths", f"{b + 1} numbers from 0 to {update.shape[0]} are needed", "C5")
            counts = np.diff(ends)
        else:
            wanted = (b, d, update.shape[2] if len(update.shape) == 4 else -1, h)
            counts = np.full(b, wanted[2])
        if update.shape != wanted or (counts > n).any():
            self.refuse("update", f"{list(update.shape)} for a cache of {list(cache.shape)}", "C1")
        if update.dtype != cache.dtype or cache.dtype not in FLOATS:
            self.refuse("update", f"{update.dtype} beside {cache.dtype}; give one float dtype", "C2")
        if (indices.ref < 0).any() or (indices.ref > n - counts).any():
            self.refuse("write_indices", f"rows outside the cache of {n}", "C3")

    def work(self, cache: Bounded, update: Bounded, indices: Bounded, lengths: Maybe) -> Work:
        return Work(cache.ref.size, OF_A_STEP * len(indices.ref))

    def evaluate(self, cache: Bounded, update: Bounded, indices: Bounded, lengths: Maybe) -> Bounded:
        starts = indices.ref.astype(int)

        def write(old: np.ndarray, new: np.ndarray) -> np.ndarray:
            made = old.copy()
            for i, start in enumerate(starts):
                if self.packed() and lengths is not None:
                    first, last = lengths.ref[i : i + 2].astype(int)
                    rows = np.swapaxes(new[first:last], 0, 1)
                else:
                    rows = new[i]
                made[i, :, start : start + rows.shape[1]] = rows
            return made

        return moved(write, cache, update)
