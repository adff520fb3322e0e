"""Arithmetic: what the device is allowed to do, and the families of releases whose rules differ."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

#: Releases that share their rules, as far as these are known.
Family = Literal["tensorrt<10", "tensorrt>=10", "tensorrt-rtx"]
FAMILIES: tuple[Family, ...] = ("tensorrt<10", "tensorrt>=10", "tensorrt-rtx")

#: What a device may do beyond the strictest reading, each by its own name. tf32: operands of float32 cut to 11 bits.
#: half: float32 tensors rounded to half, and layers computed in it. half_accumulator: sums of products held in half.
#: fp8_accumulator: those of FP8 held in 13 bits. transform_domain: errors as a transform (Winograd, FFT) spreads them.
Freedom = Literal["tf32", "half", "half_accumulator", "fp8_accumulator", "transform_domain"]

#: The first compute capability of a generation of GPUs, newest first.
GENERATIONS = (((10, 0), "Blackwell"), ((9, 0), "Hopper"), ((8, 9), "Ada"), ((8, 0), "Ampere"), ((7, 5), "Turing"))


def family_of(flavour: str, version: str) -> Family | None:
    """The family of a release, `tensorrt` and `8.6.0`; None for what is no release of TensorRT."""
    if flavour == "tensorrt-rtx":
        return "tensorrt-rtx"
    if flavour != "tensorrt":
        return None
    return "tensorrt<10" if int(version.split(".")[0]) < 10 else "tensorrt>=10"


def generation(compute_capability: str | None) -> str | None:
    """`9.0` -> `Hopper`; None for a GPU that is older than all of them, or not known."""
    if compute_capability is None:
        return None
    major, _, minor = compute_capability.partition(".")
    return next((name for first, name in GENERATIONS if (int(major), int(minor or 0)) >= first), None)


@dataclass(frozen=True)
class Arithmetic:
    """The world that a reference is computed in: what the device is allowed to do, and which release it runs.

    granted: the freedoms that are allowed. family: the releases whose rules hold, None if no release is known; gpu: the
    generation of the GPU, likewise. by_hand: an accumulator that somebody asked for, whatever the release. typed:
    tensors between layers keep the range of their type; else they are real numbers. codes: the type of the codes that
    all operands of a layer were dequantized from. lam: sigmas of the typical bound.
    """

    granted: frozenset[Freedom] = frozenset()
    family: Family | None = None
    gpu: str | None = None
    by_hand: Freedom | None = None
    typed: bool = False
    codes: str | None = None
    lam: float = 4.0

    def grants(self, freedom: Freedom) -> bool:
        return freedom in self.granted

    def with_granted(self, *freedoms: Freedom) -> Arithmetic:
        """The same with more freedoms."""
        return replace(self, granted=self.granted.union(freedoms))
