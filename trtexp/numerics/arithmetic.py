"""Arithmetic: what the device is allowed to do, and the families of releases whose rules differ."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

#: Releases that share their rules, as far as these are known.
Family = Literal["tensorrt<10", "tensorrt>=10", "tensorrt-rtx"]
FAMILIES: tuple[Family, ...] = ("tensorrt<10", "tensorrt>=10", "tensorrt-rtx")


def family_of(flavour: str, version: str) -> Family | None:
    """The family of a release, `tensorrt` and `8.6.0`; None for what is no release of TensorRT."""
    if flavour == "tensorrt-rtx":
        return "tensorrt-rtx"
    if flavour != "tensorrt":
        return None
    return "tensorrt<10" if int(version.split(".")[0]) < 10 else "tensorrt>=10"


@dataclass(frozen=True)
class Arithmetic:
    """The world that a reference is computed in: what the device is allowed to do, and which release it runs.

    tf32: float32 operands may be cut to 11 significant bits. acc: the accumulator, `fp32`, `fp16` or `fp8acc`.
    local: measure an error against the terms of its own element; False grants transform-domain tactics
    (Winograd, FFT), whose error is measured against the largest input. lam: sigmas of the typical bound.
    family: the releases whose rules hold, None if no release is known. typed: tensors between layers keep the range of
    their type; else they are real numbers.
    """

    tf32: bool = False
    acc: str = "fp32"
    local: bool = True
    lam: float = 4.0
    family: Family | None = None
    typed: bool = False

    def describe(self) -> str:
        operands = "operands cut to tf32" if self.tf32 else "operands as typed"
        return f"{operands}, {self.acc} accumulation, {'local' if self.local else 'global'} bound"
